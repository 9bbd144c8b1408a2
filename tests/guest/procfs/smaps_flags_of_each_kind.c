/* covers: mmap mprotect madvise mlock */
/* translated: no (the translator's memory is another) */
#include <sys/utsname.h>

#include "../fault.h"
#include "../maps.h"

static char *text;

/* The flags that do not depend on how the kernel was configured, in their order. */
static void flags_of(const char *what, const void *at)
{
    char head[32];
    snprintf(head, sizeof head, "%lx-", (unsigned long) at);
    char *p = strncmp(text, head, strlen(head)) == 0 ? text : NULL;
    for (char *line = text; !p && (line = strchr(line, '\n')); line++)
        if (strncmp(line + 1, head, strlen(head)) == 0)
            p = line + 1;
    printf("%s:", what);
    if (p) {
        p = strstr(p, "\nVmFlags:");
        MUST(p);
        for (p += 10; *p && *p != '\n'; p += strcspn(p, " \n"), p += strspn(p, " "))
            if (strlen(p) >= 2 &&
                strstr("rd wr ex sh mr mw me ms gd lo sr rr dc lf ac nr wf dd hg nh", (char[]){p[0], p[1], 0}))
                printf(" %.2s", p);
    }
    printf("\n");
}

/* MAP_STACK is no wish for small pages before Linux 6.7. */
static bool stacks_are_small(void)
{
    struct utsname u;
    int major, minor;
    MUST(uname(&u) == 0 && sscanf(u.release, "%d.%d", &major, &minor) == 2);
    return major > 6 || (major == 6 && minor >= 7);
}

/* What was said of memory at mmap or later: before it is touched, and after. */
static void wishes(char *base, size_t size, int file)
{
    enum { STEP = 64 << 20, LOCK = -1, ONFAULT = -2 };
    const int anon = MAP_PRIVATE | MAP_ANONYMOUS, shared = MAP_SHARED | MAP_ANONYMOUS;
    const struct {
        const char *name;
        int prot, flags, advice;
    } wish[] = {
        {"not reserved", PROT_READ | PROT_WRITE, anon | MAP_NORESERVE, 0},
        {"not reserved, neither", PROT_NONE, anon | MAP_NORESERVE, 0},
        {"not reserved, shared", PROT_READ | PROT_WRITE, shared | MAP_NORESERVE, 0},
        {"not reserved, private", PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, 0},
        {"not reserved, huge pages", PROT_READ | PROT_WRITE, anon | MAP_NORESERVE, MADV_HUGEPAGE},
        {"a stack", PROT_READ | PROT_WRITE, anon | MAP_STACK, 0},
        {"a stack, shared", PROT_READ | PROT_WRITE, shared | MAP_STACK, 0},
        {"a stack, huge pages", PROT_READ | PROT_WRITE, anon | MAP_STACK, MADV_HUGEPAGE},
        {"huge pages", PROT_READ | PROT_WRITE, anon, MADV_HUGEPAGE},
        {"small pages", PROT_READ | PROT_WRITE, anon, MADV_NOHUGEPAGE},
        {"at random", PROT_READ | PROT_WRITE, anon, MADV_RANDOM},
        {"in sequence, anonymous", PROT_READ | PROT_WRITE, anon, MADV_SEQUENTIAL},
        {"at random, private", PROT_READ, MAP_PRIVATE, MADV_RANDOM},
        {"not for children", PROT_READ | PROT_WRITE, anon, MADV_DONTFORK},
        {"wiped for children", PROT_READ | PROT_WRITE, anon, MADV_WIPEONFORK},
        {"not in dumps", PROT_READ | PROT_WRITE, anon, MADV_DONTDUMP},
        {"locked later", PROT_READ | PROT_WRITE, anon, LOCK},
        {"locked, neither", PROT_NONE, anon, LOCK},
        {"locked on fault", PROT_READ | PROT_WRITE, anon, ONFAULT},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(wish); i++) {
        char *p = base + (size_t) i * STEP;
        MUST(mmap(p, size, wish[i].prot, wish[i].flags | MAP_FIXED, wish[i].flags & MAP_ANONYMOUS ? -1 : file, 0) == p);
        if (wish[i].advice > 0)
            madvise(p, size, wish[i].advice); /* a kernel may have no huge pages */
        else if (wish[i].advice)
            MUST(mlock2(p, 2 * T_PAGE, wish[i].advice == ONFAULT ? MLOCK_ONFAULT : 0) == 0 || errno == ENOMEM);
    }
    for (int touched = 0; touched < 2; touched++) {
        printf("%zu KiB, %stouched\n", size >> 10, touched ? "" : "not ");
        MUST((text = read_all("/proc/self/smaps")));
        for (unsigned i = 0; i < ARRAY_SIZE(wish); i++)
            if (!(wish[i].flags & MAP_STACK) || stacks_are_small())
                flags_of(wish[i].name, base + (size_t) i * STEP);
        for (unsigned i = 0; i < ARRAY_SIZE(wish); i++)
            if ((wish[i].prot & PROT_WRITE) && (wish[i].flags & MAP_ANONYMOUS))
                base[(size_t) i * STEP] = 1;
        free(text);
    }
    for (unsigned i = 0; i < ARRAY_SIZE(wish); i++)
        MUST(munmap(base + (size_t) i * STEP, size) == 0);
}

int main(void)
{
    char *const base = (char *) 0x2b0000000000ul;
    const size_t step = 64ul << 20, size = 2 * T_PAGE;
    int ro, rw, anon = MAP_PRIVATE | MAP_ANONYMOUS, vsyscall = 0;
    scratch();
    put_file("file", "text");
    MUST((ro = open("file", O_RDONLY)) >= 0 && (rw = open("file", O_RDWR)) >= 0);
    const struct {
        const char *name;
        int prot, flags, fd;
    } kind[] = {
        {"writable", PROT_READ | PROT_WRITE, anon, -1},
        {"readable", PROT_READ, anon, -1},
        {"neither", PROT_NONE, anon, -1},
        {"shared", PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1},
        {"a file to read, shared", PROT_READ, MAP_SHARED, ro},
        {"a file to write, shared", PROT_READ | PROT_WRITE, MAP_SHARED, rw},
        {"the same, only read", PROT_READ, MAP_SHARED, rw},
        {"private", PROT_READ | PROT_WRITE, MAP_PRIVATE, ro},
        {"private code", PROT_READ | PROT_EXEC, MAP_PRIVATE, ro},
        {"growing", PROT_READ | PROT_WRITE, anon | MAP_GROWSDOWN, -1},
        {"locked", PROT_READ | PROT_WRITE, anon | MAP_LOCKED, -1},
        {"in sequence", PROT_READ | PROT_WRITE, MAP_PRIVATE, rw},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(kind); i++)
        MUST(mmap(base + i * step, size, kind[i].prot, kind[i].flags | MAP_FIXED, kind[i].fd, 0) == base + i * step);
    MUST(mprotect(base + 5 * step, T_PAGE, PROT_NONE) == 0);
    MUST(madvise(base + 11 * step, size, MADV_SEQUENTIAL) == 0);
    *base = 1;
    MUST((text = read_all("/proc/self/smaps")));
    for (unsigned i = 0; i < ARRAY_SIZE(kind); i++)
        flags_of(kind[i].name, base + i * step);
    flags_of("its other page", base + 5 * step + T_PAGE);
    flags_of("the old entries", (void *) 0xffffffffff600000ul);
    MUST(maps_read("/proc/self/maps") > 0);
    for (int i = 0; i < maps_count; i++)
        if (strcmp(maps[i].name, "[vsyscall]") == 0)
            printf("%lx-%lx %s\n", maps[i].start, maps[i].end, maps[vsyscall = i].rights);
    CHECK(!vsyscall || vsyscall == maps_count - 1);
    wishes(base + (16 * step), size, rw);
    wishes(base + (16 * step), 8 << 20, rw);
    return t_end();
}
