/* covers: mremap mlock setrlimit */
/* translated: no (qemu keeps the limits on memory to itself) */
/* What mremap refuses because of RLIMIT_MEMLOCK stays where it is, as it is; a move alone needs no more than there is. */
#include "memlock.h"

enum { LIMIT = 16, SIZE = 10 };

static char *const base = (char *) 0x200000000000ul, *const other = (char *) 0x200001000000ul;
static int file = -1; /* of the shared memory; -1: private memory */

static char *map(char *at, int pages)
{
    char *p = mmap(at, (size_t) pages * T_PAGE, RW, MAP_FIXED | (file < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED),
                   file, 0);
    MUST(p == at);
    put_letters(p, pages);
    return p;
}

static char *fresh(int pages)
{
    char *p = map(base, pages);
    MUST(mlock(p, (size_t) pages * T_PAGE) == 0);
    return p;
}

static void remap(const char *what, char *p, int from, int to, int flags, char *at)
{
    char *r = mremap(p, (size_t) from * T_PAGE, (size_t) to * T_PAGE, flags, at);
    printf("%s: %s\n", what,
           r == MAP_FAILED ? errname(errno)
           : r == p        ? "where it was"
           : r == at       ? "there"
                           : "elsewhere");
    show_pages("  here", p, SIZE + 8);
    show_pages("  there", at, SIZE + 8);
    if (r != MAP_FAILED && r != p && r != at)
        show_pages("  elsewhere", r, to);
}

/* In a child each, for what one leaves behind is not to bind the next one. */
#define CASE(...)                                                                                                      \
    do {                                                                                                               \
        int status_ = IN_CHILD({                                                                                       \
            char *p = fresh(SIZE);                                                                                     \
            __VA_ARGS__;                                                                                               \
        });                                                                                                            \
        MUST(status_ == 0);                                                                                            \
    } while (0)

#define LOCKED() show("  VmLck", status_pages("VmLck"))

static void all(void)
{
    const int fixed = MREMAP_MAYMOVE | MREMAP_FIXED;
    CASE(remap("moved and grown", p, SIZE, LIMIT + 1, fixed, other); LOCKED());
    CASE(remap("moved and grown to the limit", p, SIZE, LIMIT, fixed, other); LOCKED());
    CASE(remap("grown", p, SIZE, LIMIT + 1, 0, other); LOCKED());
    CASE(remap("grown to the limit", p, SIZE, LIMIT, 0, other); LOCKED();
         remap("and by a page", p, LIMIT, LIMIT + 1, MREMAP_MAYMOVE, other); LOCKED());
    CASE(MUST(mmap(p + SIZE * T_PAGE, T_PAGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED);
         remap("grown where it must move", p, SIZE, LIMIT + 1, MREMAP_MAYMOVE, other); LOCKED());
    CASE(remap("moved", p, SIZE, SIZE, fixed, other); LOCKED());
    CASE(fresh(LIMIT); remap("all that may be locked moved", p, LIMIT, LIMIT, fixed, other); LOCKED();
         remap("and back", other, LIMIT, LIMIT, fixed, base); LOCKED());
    CASE(remap("a part moved and grown", p + 2 * T_PAGE, 2, 9, fixed, other); LOCKED();
         remap("a part moved and grown to the limit", p + 2 * T_PAGE, 2, 8, fixed, other); LOCKED());
    CASE(remap("moved and shrunk", p, SIZE, 4, fixed, other); LOCKED());
    CASE(map(other, SIZE); remap("moved over something", p, SIZE, SIZE, fixed, other); LOCKED());
    CASE(MUST(mlock(map(other, 6), 6 * T_PAGE) == 0); remap("moved over what is locked", p, SIZE, SIZE, fixed, other);
         LOCKED());
    CASE(map(other, LIMIT + 1); remap("moved over something and grown", p, SIZE, LIMIT + 1, fixed, other); LOCKED());
    if (file < 0) /* Linux counts what stays, though it is not locked */
        CASE(remap("moved from what stays", p, SIZE, SIZE, fixed | MREMAP_DONTUNMAP, other));
}

int main(void)
{
    fault_catch();
    limit_locking(LIMIT);
    printf("private\n");
    all();
    printf("shared\n");
    file = memfd_create("shared", 0);
    MUST(file >= 0 && ftruncate(file, (LIMIT + 2) * T_PAGE) == 0);
    all();
    return t_end();
}
