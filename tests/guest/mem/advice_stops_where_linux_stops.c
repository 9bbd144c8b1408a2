/* covers: madvise mremap mmap */
#include "fault.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif
#define RW (PROT_READ | PROT_WRITE)

static char *const base = (char *) 0x200000000000ul;

static char *anon(char *at, int pages, int prot)
{
    char *p = mmap(at, (size_t) pages * T_PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    MUST(p == at);
    MUST(madvise(p, (size_t) pages * T_PAGE, MADV_NOHUGEPAGE) == 0);
    return p;
}

static void populate(void)
{
    char *p = anon(base, 12, RW);
    MUST(munmap(p + 4 * T_PAGE, T_PAGE) == 0);
    MUST(mprotect(p + 8 * T_PAGE, 4 * T_PAGE, PROT_EXEC) == 0);
    show("write, over a hole", madvise(p, 12 * T_PAGE, MADV_POPULATE_WRITE));
    printf("present %u %u\n", present(p, 4), present(p + 5 * T_PAGE, 3));
    show("from a hole, what cannot be written behind it", madvise(p + 4 * T_PAGE, 8 * T_PAGE, MADV_POPULATE_WRITE));
    show("what cannot be written", madvise(p + 5 * T_PAGE, 5 * T_PAGE, MADV_POPULATE_WRITE));
    printf("present %u\n", present(p + 5 * T_PAGE, 3));
    show("read what can only be executed", madvise(p + 8 * T_PAGE, T_PAGE, MADV_POPULATE_READ));
    MUST(mprotect(p + 8 * T_PAGE, 4 * T_PAGE, PROT_WRITE) == 0);
    show("read what can only be written", madvise(p + 8 * T_PAGE, T_PAGE, MADV_POPULATE_READ));
    show("remove what was never touched", madvise(p + 9 * T_PAGE, T_PAGE, MADV_REMOVE));
    MUST(munmap(base, 12 * T_PAGE) == 0);
}

static void wipe_over_a_hole(void)
{
    char *p = anon(base, 6, RW);
    memset(p, 'x', 6 * T_PAGE);
    MUST(munmap(p + 2 * T_PAGE, T_PAGE) == 0);
    show("wipe on fork, over a hole", madvise(p, 6 * T_PAGE, MADV_WIPEONFORK));
    pid_t pid = fork();
    if (pid == 0)
        _exit(p[0] | p[5 * T_PAGE]);
    show_wait("what the child finds", pid);
    MUST(munmap(base, 6 * T_PAGE) == 0);
}

/* What comes before that has the mark, whether it was used already or not. */
static void wipe_up_to_what_cannot_be(void)
{
    for (int used = 0; used < 2; used++) {
        char *p = anon(base + ((used + 1l) << 30) - T_PAGE, 3, RW);
        MUST(mmap(p + T_PAGE, T_PAGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p + T_PAGE);
        if (used)
            memset(p, 'x', 3 * T_PAGE);
        show("wipe on fork, up to shared memory", madvise(p, 3 * T_PAGE, MADV_WIPEONFORK));
        memset(p, 'x', 3 * T_PAGE);
        pid_t pid = fork();
        if (pid == 0)
            _exit((p[0] == 'x') | (p[T_PAGE] == 'x') << 1 | (p[2 * T_PAGE] == 'x') << 2);
        show_wait("what the child finds", pid);
        MUST(munmap(p, 3 * T_PAGE) == 0);
    }
}

static void moves(void)
{
    char *p = base, *to = base + 64 * T_PAGE;
    for (int keep = 1; keep <= 3; keep++) {
        anon(p, 2, PROT_READ);
        anon(p + 2 * T_PAGE, 2, RW);
        anon(to, 4, RW);
        bool moved = mremap(p, 4 * T_PAGE, (size_t) keep * T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) == to;
        show_ok("shrunk on the way", moved ? 0 : -1);
        for (int i = 0; i < 4; i++)
            if (moved)
                CHECK(mincore(p + i * T_PAGE, T_PAGE, &(unsigned char){0}) < 0);
        MUST(munmap(base, 128 * T_PAGE) == 0);
    }
    /* the second one goes on behind the range */
    anon(p, 2, PROT_READ);
    anon(p + 2 * T_PAGE, 4, RW);
    p[2 * T_PAGE] = 'm';
    char *q = mremap(p, 4 * T_PAGE, 4 * T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED | 4 /* MREMAP_DONTUNMAP */, to);
    if (show_ok("two, and kept", q == MAP_FAILED ? -1 : 0) == 0) /* since Linux 6.17 */
        CHECK(q == to && to[2 * T_PAGE] == 'm' && p[2 * T_PAGE] == 0);
    MUST(munmap(base, 128 * T_PAGE) == 0);

    anon(p, 4, RW);
    show_ok("kept, and onto itself",
            mremap(p, 4 * T_PAGE, 4 * T_PAGE, MREMAP_MAYMOVE | 4, p + T_PAGE) == MAP_FAILED ? -1 : 0);
    show_ok("kept, to half a page",
            mremap(p, 4 * T_PAGE, 4 * T_PAGE, MREMAP_MAYMOVE | 4, p + 64 * T_PAGE + 1) == MAP_FAILED ? -1 : 0);
    MUST(munmap(p, 4 * T_PAGE) == 0);
}

static void kinds(void)
{
    int fd = memfd_create("kinds", 0);
    MUST(fd >= 0 && ftruncate(fd, T_PAGE) == 0);
    char *p = anon(base, 1, RW);
    static const struct {
        const char *name;
        int flags, fd;
    } t[] = {
        {"validated, an unknown flag", MAP_SHARED_VALIDATE | 0x200000, 0},
        {"validated, no replacement", MAP_SHARED_VALIDATE | MAP_FIXED_NOREPLACE, 0},
        {"validated, no reservation", MAP_SHARED_VALIDATE | MAP_NORESERVE, 0},
        {"shared, an unknown flag", MAP_SHARED | 0x200000, 0},
        {"anonymous and validated", MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1},
        {"neither shared nor private", MAP_ANONYMOUS, -1},
        {"growing down and shared", MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN, -1},
        {"growing down in a file", MAP_PRIVATE | MAP_GROWSDOWN, 0},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(t); i++) {
        void *q = mmap(p + T_PAGE, T_PAGE, RW, t[i].flags, t[i].fd ? -1 : fd, 0);
        show_ok(t[i].name, q == MAP_FAILED ? -1 : munmap(q, T_PAGE));
    }
    show_ok("a wrong kind where something is",
            mmap(p, T_PAGE, RW, MAP_SHARED_VALIDATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED ? -1
                                                                                                                : 0);
}

int main(void)
{
    populate();
    wipe_over_a_hole();
    wipe_up_to_what_cannot_be();
    moves();
    kinds();
    return t_end();
}
