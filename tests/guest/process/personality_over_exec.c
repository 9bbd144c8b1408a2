/* covers: personality execve uname */
/* translated: no (under the translator it does not end) */
#include <sys/personality.h>
#include <sys/utsname.h>

#include "../child.h"

/* Persona for persona: what the call says, and what the next program finds. */
static const unsigned personas[] = {
    0,
    ADDR_NO_RANDOMIZE,
    READ_IMPLIES_EXEC,
    READ_IMPLIES_EXEC | ADDR_NO_RANDOMIZE,
    UNAME26,
    UNAME26 | ADDR_NO_RANDOMIZE,
    MMAP_PAGE_ZERO,
    MMAP_PAGE_ZERO | ADDR_NO_RANDOMIZE,
    ADDR_LIMIT_32BIT,
    ADDR_LIMIT_3GB,
    STICKY_TIMEOUTS,
    WHOLE_SECONDS,
    SHORT_INODE,
    FDPIC_FUNCPTRS,
    PER_LINUX32,
    PER_SVR4,
    PER_BSD,
    0x01000000,
    0xff,
};

static bool mapped_exec(void *p)
{
    char maps[16384], key[32], *line;
    MUST(get_file("/proc/self/maps", maps, sizeof maps) > 0);
    snprintf(key, sizeof key, "%lx-", (unsigned long) p);
    line = strstr(maps, key);
    return line && strchr(line, ' ')[3] == 'x';
}

static void look(void)
{
    struct utsname u;
    char maps[16384];
    unsigned now = (unsigned) raw(personality, 0xffffffff);
    uname(&u);
    printf("  %x, release %s, machine %s\n", now, strncmp(u.release, "2.6.", 4) == 0 ? "2.6" : "real", u.machine);
    int memfd = memfd_create("m", 0);
    MUST(ftruncate(memfd, T_PAGE) == 0);
    char *p = mmap(NULL, T_PAGE, PROT_READ, MAP_SHARED, memfd, 0);
    printf("  readable is executable: %d\n", mapped_exec(p));
    MUST(get_file("/proc/self/maps", maps, sizeof maps) > 0);
    printf("  page zero: %.18s\n", strncmp(maps, "00000000-", 9) == 0 ? maps : "-");
    if (now & ADDR_NO_RANDOMIZE) {
        char *stack = strstr(maps, "[stack]");
        while (stack > maps && *stack != '-')
            stack--;
        printf("  stack to %.12s\n", stack + 1);
    }
}

/* The same twice where nothing is random. */
static void places(char *out, size_t size)
{
    char *p = mmap(NULL, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    snprintf(out, size, "%p %p %p", (void *) p, sbrk(0), (void *) out);
}

int main(int argc, char **argv)
{
    char arg[16], where[2][80];
    if (argc == 2) {
        look();
        return 0;
    }
    if (argc == 3) {
        places(where[0], sizeof where[0]);
        puts(where[0]);
        return 0;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(personas); i++) {
        printf("%x\n", personas[i]);
        show_status("  child", IN_CHILD({
                        show("  was", raw(personality, personas[i]));
                        printf("  is %lx\n", raw(personality, 0xffffffff));
                        show_status("  forked", IN_CHILD(printf("  child has %lx\n", raw(personality, 0xffffffff))));
                        snprintf(arg, sizeof arg, "%x", personas[i]);
                        execl("/proc/self/exe", argv[0], arg, NULL);
                    }));
    }
    for (int off = 0; off < 2; off++) {
        for (int i = 0; i < 2; i++) {
            int p[2];
            MUST(pipe(p) == 0);
            IN_CHILD({
                MUST(personality(off ? ADDR_NO_RANDOMIZE : 0) >= 0);
                dup2(p[1], 1);
                execl("/proc/self/exe", argv[0], "a", "b", NULL);
            });
            memset(where[i], 0, sizeof where[i]);
            MUST(read(p[0], where[i], sizeof where[i] - 1) > 0);
            close(p[0]);
            close(p[1]);
        }
        printf("%s: %s\n", off ? "fixed" : "random", strcmp(where[0], where[1]) ? "differ" : "the same");
    }
    return t_end();
}
