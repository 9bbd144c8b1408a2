/* covers: mremap */
#include "t.h"

int main(void)
{
    char *s, *d, *p;
    MUST((s = mmap(NULL, 4 * T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) != MAP_FAILED);
    memset(s, 3, 4 * T_PAGE);
    d = mremap(s, 0, 4 * T_PAGE, MREMAP_MAYMOVE);
    MUST(d != MAP_FAILED);
    CHECK(d != s && d[0] == 3 && d[4 * T_PAGE - 1] == 3);
    d[T_PAGE] = 4;
    CHECK(s[T_PAGE] == 4);
    s[0] = 5;
    CHECK(d[0] == 5);
    MUST(munmap(s, 4 * T_PAGE) == 0);
    CHECK(d[0] == 5 && d[T_PAGE] == 4);

    MUST((p = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) != MAP_FAILED);
    show_ok("private", (long) mremap(p, 0, T_PAGE, MREMAP_MAYMOVE));
    show_ok("without maymove", (long) mremap(d, 0, T_PAGE, 0));

    /* to where it is: what is to be duplicated is unmapped first */
    show_ok("onto itself", (long) mremap(d, 0, 2 * T_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, d));
    show_ok("is gone", (long) mremap(d, 0, T_PAGE, MREMAP_MAYMOVE));
    CHECK(d[2 * T_PAGE] == 3);
    return t_end();
}
