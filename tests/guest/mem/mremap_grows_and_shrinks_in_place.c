/* covers: mremap */
#include "fault.h"

int main(void)
{
    char *base = map_anon(64 * T_PAGE, PROT_READ | PROT_WRITE), *p;
    fault_catch();
    memset(base, 9, 64 * T_PAGE);
    MUST(munmap(base + 8 * T_PAGE, 24 * T_PAGE) == 0);

    p = base;
    CHECK(mremap(p, 8 * T_PAGE, 16 * T_PAGE, 0) == p);
    CHECK(p[8 * T_PAGE - 1] == 9);
    CHECK(p[8 * T_PAGE] == 0);
    show_write("grown part", p + 16 * T_PAGE - 1);
    show_read("behind it", p + 16 * T_PAGE);
    CHECK(mremap(p, 16 * T_PAGE, 4 * T_PAGE, 0) == p);
    show_read("kept", p + 4 * T_PAGE - 1);
    show_read("cut off", p + 4 * T_PAGE);
    CHECK(mremap(p, 4 * T_PAGE, 32 * T_PAGE, 0) == p);
    CHECK(p[4 * T_PAGE] == 0);
    /* there is a neighbour at page 32 */
    show_ok("into a neighbour", (long) mremap(p, 32 * T_PAGE, 33 * T_PAGE, 0));
    CHECK(base[32 * T_PAGE] == 9);
    CHECK(mremap(p, 32 * T_PAGE, 32 * T_PAGE, 0) == p);
    CHECK(mremap(p, 32 * T_PAGE - 100, 31 * T_PAGE + 1, 0) == p);
    show_ok("the same, to nothing", (long) mremap(p, 32 * T_PAGE, 0, 0));

    /* a part of a region cannot grow into the rest of it */
    show_ok("a part grows", (long) mremap(p, 2 * T_PAGE, 4 * T_PAGE, 0));
    CHECK(mremap(p + 30 * T_PAGE, 2 * T_PAGE, T_PAGE, 0) == p + 30 * T_PAGE);
    show_read("last page", p + 31 * T_PAGE);

    /* rights and neighbours survive */
    MUST(mprotect(p, 4 * T_PAGE, PROT_READ) == 0);
    MUST(munmap(p + 4 * T_PAGE, 10 * T_PAGE) == 0);
    CHECK(mremap(p, 4 * T_PAGE, 8 * T_PAGE, 0) == p);
    show_write("grown read-only region", p + 7 * T_PAGE);
    show_read("grown read-only region", p + 7 * T_PAGE);
    return t_end();
}
