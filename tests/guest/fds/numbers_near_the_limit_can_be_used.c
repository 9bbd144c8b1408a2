/* covers: dup2 close getrlimit setrlimit */
#include "t.h"
#include <sys/resource.h>

int main(void)
{
    struct rlimit lim;
    int taken = 0, tries[16], k;

    MUST(getrlimit(RLIMIT_NOFILE, &lim) == 0);
    for (int round = 0; round < 2; round++) {
        int top = lim.rlim_cur > 1 << 20 ? 1 << 20 : (int) lim.rlim_cur;
        k = 0;
        tries[k++] = top - 1;
        tries[k++] = top - 2;
        tries[k++] = top / 2 + top / 8;
        tries[k++] = top / 3;
        tries[k++] = top - 500 > 3 ? top - 500 : 3;
        tries[k++] = top - 1100 > 3 ? top - 1100 : 3;
        for (int i = 0; i < k; i++)
            taken += dup2(0, tries[i]) != tries[i] || close(tries[i]) != 0;
        show("taken below the limit", taken);
        show("at the limit", dup2(0, top) == top);
        lim.rlim_cur = lim.rlim_max;
        show("raise to the most", setrlimit(RLIMIT_NOFILE, &lim));
    }
    return t_end();
}
