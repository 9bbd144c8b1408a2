/* covers: munmap mprotect mremap mlock madvise mmap fork */
/* Each part of what grows down grows down, whatever split it. Growing may add more than was asked for: nothing here
 * tells how far it came. */
#include <sys/resource.h>

#include "child.h"
#include "fault.h"
#include "maps.h"

#define RW (PROT_READ | PROT_WRITE)

enum { PAGES = 8 };

/* A growing mapping far from the last one. */
static char *fresh(void)
{
    static char *at = (char *) 0x2b0000000000ul;
    at += 1ul << 30;
    MUST(mmap(at, PAGES * T_PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0) == at);
    return at;
}

static void drop(char *p, int page, int pages)
{
    MUST(munmap(p + page * T_PAGE, (size_t) pages * T_PAGE) == 0);
}

static void unmapped(void)
{
    char *p = fresh();
    drop(p, 0, 1);
    show_write("the lowest page gone", p);
    p = fresh();
    drop(p, 0, 2);
    show_write("two gone, far below", p - 100 * T_PAGE);
    p = fresh();
    drop(p, 3, 2);
    show_write("a hole, at its top", p + 4 * T_PAGE);
    show_write("a hole, at its bottom", p + 3 * T_PAGE);
    show_write("below the lower part", p - T_PAGE);
    p = fresh();
    MUST(mmap(p + 3 * T_PAGE, T_PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p + 3 * T_PAGE);
    drop(p, 3, 1);
    show_write("where another mapping was", p + 3 * T_PAGE);
    p = fresh();
    drop(p, 3, 2);
    char *q = mmap(p + 3 * T_PAGE, T_PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(q != MAP_FAILED);
    printf("the hole is %s\n", q == p + 3 * T_PAGE ? "given away" : "kept free to grow into");
    MUST(munmap(q, T_PAGE) == 0);
    /* as for a call */
    int fds[2];
    char *volatile to = p + 4 * T_PAGE;
    MUST(pipe(fds) == 0 && write(fds[1], "abcd", 4) == 4);
    show("read into a hole", read(fds[0], to, 4));
    p = fresh();
    drop(p, 0, 2);
    show_status("child", IN_CHILD(show_write("the lowest gone, in a child", p + T_PAGE)));
    show_write("and in its parent", p + T_PAGE);
}

static void split_otherwise(void)
{
    char *p = fresh();
    MUST(mprotect(p, 2 * T_PAGE, PROT_READ) == 0);
    show_read("below what is read only", p - 1);
    show_write("it is read only as well", p - 1);
    p = fresh();
    MUST(mprotect(p, 2 * T_PAGE, PROT_READ) == 0);
    drop(p, 0, 2);
    show_write("what was read only is gone", p + T_PAGE);
    p = fresh();
    MUST(mprotect(p + 2 * T_PAGE, 2 * T_PAGE, PROT_READ) == 0);
    drop(p, 0, 2);
    show_read("the middle grows", p + T_PAGE);
    show_write("the middle is read only", p + T_PAGE);
    p = fresh();
    MUST(mlock(p, T_PAGE) == 0);
    drop(p, 0, 1);
    show_write("what was locked is gone", p);
    p = fresh();
    MUST(madvise(p, 2 * T_PAGE, MADV_DONTFORK) == 0);
    drop(p, 0, 2);
    show_write("what was not for children is gone", p + T_PAGE);
}

static void moved(void)
{
    char *p = fresh(), *q = p + (1 << 29);
    MUST(mremap(p, PAGES * T_PAGE, PAGES * T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q) == q);
    show_write("moved", q - T_PAGE);
    show_write("moved, far below", q - 300 * T_PAGE);
    show_write("where it was", p);
    p = fresh(), q = p + (1 << 29);
    MUST(mremap(p + 4 * T_PAGE, 2 * T_PAGE, 2 * T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, q) == q);
    show_write("a part moved", q - T_PAGE);
    show_write("the hole it left", p + 5 * T_PAGE);
    show_write("below what stayed", p - T_PAGE);
    p = fresh(), q = p + (1 << 29);
    MUST(mremap(p, PAGES * T_PAGE, PAGES * T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, q) == q);
    show_write("moved out of what stays", q - T_PAGE);
    show_write("below what stays", p - T_PAGE);
    p = fresh();
    MUST(mremap(p, PAGES * T_PAGE, 2 * PAGES * T_PAGE, 0) == p);
    show_write("grown upwards", p - T_PAGE);
    drop(p, 0, PAGES);
    show_write("its older part gone", p + (PAGES - 1) * T_PAGE);
}

/* The limit is on the mapping that grows, not on what there was of it before. */
static void limited(void)
{
    enum { LIMIT = 256 };
    struct rlimit old, rl;
    MUST(getrlimit(RLIMIT_STACK, &old) == 0);
    rl = old;
    rl.rlim_cur = LIMIT * T_PAGE;
    MUST(setrlimit(RLIMIT_STACK, &rl) == 0);
    char *p = fresh(), *end = p + 4 * T_PAGE;
    drop(p, 4, 4);
    show_write("limit, to the page", end - LIMIT * T_PAGE);
    show_write("limit, and no further", end - (LIMIT + 1) * T_PAGE);
    p = fresh(), end = p + 4 * T_PAGE;
    MUST(mprotect(end, 4 * T_PAGE, PROT_READ) == 0);
    show_write("limit of a part, to the page", end - LIMIT * T_PAGE);
    show_write("limit of a part, and no further", end - (LIMIT + 1) * T_PAGE);
    MUST(setrlimit(RLIMIT_STACK, &old) == 0);
}

static long stack_kib(void)
{
    char *text = read_all("/proc/self/status");
    MUST(text);
    long n = field(text, "VmStk");
    free(text);
    return n;
}

static void counted(void)
{
    char *p = fresh();
    long before = stack_kib();
    MUST(mprotect(p + 4 * T_PAGE, 2 * T_PAGE, PROT_READ) == 0);
    show("VmStk, split", stack_kib() - before);
    MUST(mremap(p, 4 * T_PAGE, 4 * T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + (1 << 29)) == p + (1 << 29));
    show("VmStk, moved", stack_kib() - before);
    drop(p, 4, 1);
    show("VmStk, a page gone", stack_kib() - before);
}

static void own_stack(void)
{
    char *sp = __builtin_frame_address(0);
    show_write("own stack", sp - 100 * T_PAGE);
    MUST(maps_read("/proc/self/maps") > 0 && maps_named("[stack]"));
    char *p = (char *) maps_named("[stack]")->start;
    drop(p, 0, 1);
    show_write("own stack, its lowest page gone", p);
    drop(p, 0, 3);
    show_write("own stack, three gone, far below", p - 200 * T_PAGE);
    drop(p, 20, 3);
    show_write("own stack, a hole", p + 21 * T_PAGE);
    MUST(mprotect(p + 10 * T_PAGE, T_PAGE, PROT_READ) == 0);
    drop(p, 9, 2);
    show_write("own stack, a hole that was read only", p + 10 * T_PAGE);
    drop(p, -200, 201);
    show_status("child", IN_CHILD(show_write("own stack, in a child", p - 50 * T_PAGE)));
    show_write("own stack, at last", p - 50 * T_PAGE);
}

int main(void)
{
    fault_catch();
    unmapped();
    split_otherwise();
    moved();
    limited();
    counted();
    own_stack();
    return t_end();
}
