/* covers: dup2 fcntl close getrlimit */
#include "t.h"
#include <sys/resource.h>

int main(void)
{
    struct rlimit lim;
    int top, bad = 0;

    MUST(getrlimit(RLIMIT_NOFILE, &lim) == 0);
    CHECK(lim.rlim_cur >= 256);
    top = lim.rlim_cur > 3000 ? 3000 : (int) lim.rlim_cur;
    for (int i = 3; i < top; i += 1 + i / 50) {
        if (fcntl(i, F_GETFD) != -1 || errno != EBADF)
            bad++;
        else if (dup2(0, i) != i || fcntl(i, F_GETFD) != 0 || close(i) != 0)
            bad++;
    }
    show("unusable numbers", bad);
    return t_end();
}
