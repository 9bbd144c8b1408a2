/* covers: munmap */
/* translated: no (under the translator it takes minutes) */
#include "fault.h"

int main(void)
{
    char *p;
    fault_catch();
    p = map_anon(64 * T_PAGE, PROT_READ | PROT_WRITE);
    memset(p, 1, 64 * T_PAGE);
    show("not aligned", munmap(p + 1, T_PAGE));
    show("zero length", munmap(p, 0));
    show("one byte", munmap(p, 1));
    show_read("the page is gone", p);
    show_read("its neighbour is not", p + T_PAGE);
    show("the hole again", munmap(p, T_PAGE));
    show("middle", munmap(p + 10 * T_PAGE, 4 * T_PAGE));
    show("over a hole", munmap(p + 8 * T_PAGE, 8 * T_PAGE));
    show_read("before", p + 8 * T_PAGE - 1);
    show_read("first", p + 8 * T_PAGE);
    show_read("last", p + 16 * T_PAGE - 1);
    show_read("behind", p + 16 * T_PAGE);
    show("length wraps", munmap(p + 16 * T_PAGE, (size_t) -T_PAGE));
    show("past user space", munmap((void *) 0x7fffffffe000ul, 1ul << 40));
    show("kernel half", munmap((void *) 0xffff800000000000ul, T_PAGE));
    show("nothing at address 0", munmap(NULL, T_PAGE));
    show_read("still there", p + 16 * T_PAGE);
    show("a far empty terabyte", munmap((void *) 0x210000000000ul, 1ul << 40));
    return t_end();
}
