/* covers: madvise mremap fork */
/* MADV_WIPEONFORK belongs to the mapping: what mremap adds to it or makes of it is wiped as well. */
#include "child.h"
#include "fault.h"

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#define MADV_KEEPONFORK 19
#endif

enum { ROOM = 64 };

/* Room of its own, of which only the first pages are mapped. */
static char *begin(int pages)
{
    char *area = map_anon(ROOM * T_PAGE, PROT_READ | PROT_WRITE);
    MUST(munmap(area + pages * T_PAGE, (size_t) (ROOM - pages) * T_PAGE) == 0);
    return area;
}

/* The first byte of each page as a child has it. */
static void tell(const char *what, char *p, int pages)
{
    for (int i = 0; i < pages; i++)
        p[i * T_PAGE] = (char) ('a' + i);
    MUST(IN_CHILD({
             char s[ROOM + 1] = "";
             for (int i = 0; i < pages; i++)
                 s[i] = p[i * T_PAGE] ? p[i * T_PAGE] : '-';
             printf("%s: %s\n", what, s);
         }) == 0);
    for (int i = 0; i < pages; i++)
        CHECK(p[i * T_PAGE] == (char) ('a' + i));
}

int main(void)
{
    char *p = begin(1), *q;
    MUST(madvise(p, T_PAGE, MADV_WIPEONFORK) == 0);
    MUST((q = mremap(p, T_PAGE, 2 * T_PAGE, MREMAP_MAYMOVE)) != MAP_FAILED);
    tell("grown where it may move", q, 2);
    MUST(munmap(q, 2 * T_PAGE) == 0);

    p = begin(1);
    MUST(madvise(p, T_PAGE, MADV_WIPEONFORK) == 0);
    MUST(mremap(p, T_PAGE, 3 * T_PAGE, 0) == p);
    tell("grown in place", p, 3);
    CHECK(madvise(p + T_PAGE, T_PAGE, MADV_KEEPONFORK) == 0);
    tell("one page kept", p, 3);
    /* of the last page's mapping there is more now */
    MUST(mremap(p + 2 * T_PAGE, T_PAGE, 2 * T_PAGE, 0) == p + 2 * T_PAGE);
    tell("the last page grown", p, 4);
    MUST(munmap(p, 4 * T_PAGE) == 0);

    p = begin(3);
    MUST(madvise(p, 3 * T_PAGE, MADV_WIPEONFORK) == 0);
    memset(p, 1, 3 * T_PAGE);
    MUST((q = mremap(p, 3 * T_PAGE, 3 * T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + 8 * T_PAGE)) == p + 8 * T_PAGE);
    tell("moved", q, 3);
    MUST((q = mremap(q, 3 * T_PAGE, 5 * T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p)) == p);
    tell("moved and grown", q, 5);
    MUST((q = mremap(q + 1 * T_PAGE, 2 * T_PAGE, 2 * T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + 16 * T_PAGE)) ==
         p + 16 * T_PAGE);
    tell("out of the middle", q, 2);
    tell("below it", p, 1);
    tell("above it", p + 3 * T_PAGE, 2);
    CHECK(madvise(q, 2 * T_PAGE, MADV_KEEPONFORK) == 0);
    MUST((q = mremap(q, 2 * T_PAGE, 4 * T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + 24 * T_PAGE)) == p + 24 * T_PAGE);
    tell("kept, moved and grown", q, 4);

    /* what takes the place of wiped memory is not wiped for it */
    MUST((q = mremap(q, 2 * T_PAGE, 2 * T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + 3 * T_PAGE)) == p + 3 * T_PAGE);
    tell("kept, in the place of what was wiped", q, 2);

    p = begin(2);
    MUST(madvise(p, 2 * T_PAGE, MADV_WIPEONFORK) == 0);
    MUST((q = mremap(p, 2 * T_PAGE, 2 * T_PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL)) != MAP_FAILED);
    tell("moved from what stays", q, 2);
    tell("what stays", p, 2);
    return t_end();
}
