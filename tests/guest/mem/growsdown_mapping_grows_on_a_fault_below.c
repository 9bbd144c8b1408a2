/* covers: mmap */
#include "fault.h"

int main(void)
{
    char *area = (char *) 0x2b0000000000ul, *p;
    fault_catch();
    p = mmap(area, 4 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0);
    MUST(p == area);
    p[0] = 1;
    show_write("a page below", p - T_PAGE + 8);
    show_write("far below", p - 1000 * T_PAGE);
    CHECK(p[-1] == 0 && p[-500 * T_PAGE] == 0);
    for (int i = 0; i < 64; i++)
        p[-i * T_PAGE - 1] = (char) i;
    CHECK(p[0] == 1);
    /* 256 pages above another mapping it stops */
    MUST(mmap(p - 2000 * T_PAGE, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
         MAP_FAILED);
    show_write("near the neighbour", p - 1740 * T_PAGE);
    show_write("within its gap", p - 1750 * T_PAGE);
    show_write("next to it", p - 1999 * T_PAGE);
    show_write("the neighbour", p - 2000 * T_PAGE);
    show_read("beyond it", p - 2001 * T_PAGE);
    return t_end();
}
