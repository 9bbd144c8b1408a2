/* covers: mmap mprotect mremap brk */
#include <sys/sysinfo.h>

#include "t.h"

/* More than memory and swap together is refused where it is asked for, unless the host is told to overcommit (vm.overcommit_memory), and what is not
 * to be written, or was asked for with MAP_NORESERVE, costs nothing. */
static void *get(const char *what, size_t size, int prot, int flags)
{
    void *p = mmap(NULL, size, prot, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    show_ok(what, p == MAP_FAILED ? -1 : 0);
    return p;
}

static void *grow(const char *what, void *p, size_t from, size_t to, int flags)
{
    void *q = mremap(p, from, to, flags);
    show_ok(what, q == MAP_FAILED ? -1 : 0);
    return q == MAP_FAILED ? p : q;
}

int main(void)
{
    struct sysinfo s;
    MUST(sysinfo(&s) == 0);
    const size_t all = (s.totalram + s.totalswap) * s.mem_unit, much = (2 * all + (1 << 30)) & ~(size_t) 0x3fffff,
                 little = 8 * T_PAGE;
    const int rw = PROT_READ | PROT_WRITE;

    get("to be written", much, rw, 0);
    char *none = get("no rights", much, PROT_NONE, 0);
    show_ok("then readable", mprotect(none, much, PROT_READ));
    show_ok("then writable", mprotect(none, much, rw));
    show_ok("then a little of it writable", mprotect(none + little, little, rw));
    none[little] = 1;
    show_ok("all but the little", mprotect(none + 2 * little, much - 2 * little, rw));
    show_ok("none of it", mprotect(none, much, PROT_NONE));
    munmap(none, much);

    char *some = get("a little", little, rw, 0);
    some[1] = 2;
    some = grow("grown, to move", some, little, much, MREMAP_MAYMOVE);
    some = grow("grown where it is", some, little, much, 0);
    some = grow("grown by a little", some, little, 2 * little, MREMAP_MAYMOVE);
    show("still there", some[1]);

    char *read = get("to be read", little, PROT_READ, 0);
    read = grow("grown", read, little, much, MREMAP_MAYMOVE);
    show_ok("then writable", mprotect(read, much, rw));
    munmap(read, much);

    char *lots = get("not reserved", little, rw, MAP_NORESERVE);
    lots = grow("grown", lots, little, much, MREMAP_MAYMOVE);
    lots[much - 1] = 3;
    show("and used", lots[much - 1]);
    show_ok("hidden", mprotect(lots, much, PROT_NONE));
    show_ok("and shown", mprotect(lots, much, rw));

    /* What was asked for in pieces is not asked for again. */
    char *four = get("in four", much, PROT_NONE, 0);
    for (int i = 0; i < 4; i++) {
        show_ok("a quarter writable", mprotect(four + much / 4 * i, much / 4, rw));
        four[much / 4 * i] = 4;
    }
    show_ok("all for reading", mprotect(four, much, PROT_READ));
    show_ok("all writable", mprotect(four, much, rw));
    show_ok("all hidden", mprotect(four, much, PROT_NONE));
    show_ok("all writable", mprotect(four, much, rw));
    munmap(four, much);

    const uintptr_t end = (uintptr_t) raw(brk, 0);
    show("a break beyond all", (uintptr_t) raw(brk, end + much) == end);
    return t_end();
}
