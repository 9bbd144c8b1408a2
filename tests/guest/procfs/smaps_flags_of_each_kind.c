/* covers: mmap mprotect madvise mlock */
/* translated: no (the translator's memory is another) */
#include "../fault.h"
#include "../maps.h"

static char *text;

/* The flags that do not depend on how the kernel was configured. */
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
            if (strlen(p) >= 2 && strstr("rd wr ex sh mr mw me ms gd lo sr ac", (char[]){p[0], p[1], 0}))
                printf(" %.2s", p);
    }
    printf("\n");
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
    return t_end();
}
