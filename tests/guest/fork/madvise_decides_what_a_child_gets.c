/* covers: madvise fork */
#include "child.h"
#include "fault.h"

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#define MADV_KEEPONFORK 19
#endif

int main(void)
{
    char *p = map_anon(20 * T_PAGE, PROT_READ | PROT_WRITE), *s;
    fault_catch();
    memset(p, 7, 20 * T_PAGE);
    MUST((s = mmap(NULL, 2 * T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) != MAP_FAILED);
    s[0] = 4;
    show("dontfork", madvise(p + 2 * T_PAGE, 2 * T_PAGE, MADV_DONTFORK));
    show("wipeonfork", madvise(p + 6 * T_PAGE, 2 * T_PAGE, MADV_WIPEONFORK));
    show("dontfork, taken back", madvise(p + 10 * T_PAGE, T_PAGE, MADV_DONTFORK));
    show("dofork", madvise(p + 10 * T_PAGE, T_PAGE, MADV_DOFORK));
    show("wipeonfork, taken back", madvise(p + 12 * T_PAGE, T_PAGE, MADV_WIPEONFORK));
    show("keeponfork", madvise(p + 12 * T_PAGE, T_PAGE, MADV_KEEPONFORK));
    show("shared, dontfork", madvise(s, T_PAGE, MADV_DONTFORK));
    show("shared, wipeonfork", madvise(s + T_PAGE, T_PAGE, MADV_WIPEONFORK));
    show_status("child", IN_CHILD({
                    show_read("dontfork", p + 2 * T_PAGE);
                    show_read("dontfork, last", p + 4 * T_PAGE - 1);
                    printf("neighbours %d %d\n", p[2 * T_PAGE - 1], p[4 * T_PAGE]);
                    printf("wiped %d %d, neighbours %d %d\n", p[6 * T_PAGE], p[8 * T_PAGE - 1], p[6 * T_PAGE - 1],
                           p[8 * T_PAGE]);
                    printf("dofork %d keeponfork %d\n", p[10 * T_PAGE], p[12 * T_PAGE]);
                    show_read("shared, dontfork", s);
                    p[6 * T_PAGE] = 1;
                    /* it is inherited: the grandchild's is wiped again */
                    show_status("grandchild", IN_CHILD({
                                    printf("wiped %d\n", p[6 * T_PAGE]);
                                    show_read("dontfork", p + 2 * T_PAGE);
                                }));
                    /* the hole is free for others */
                    char *q = mmap(p + 2 * T_PAGE, T_PAGE, PROT_READ | PROT_WRITE,
                                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
                    CHECK(q == p + 2 * T_PAGE && q[0] == 0);
                }));
    printf("parent %d %d\n", p[2 * T_PAGE], p[6 * T_PAGE]);
    CHECK(s[0] == 4);
    return t_end();
}
