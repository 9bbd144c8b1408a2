/* covers: vfork setrlimit getrlimit */
/* A vfork child shares memory, and no more: what it limits for itself does not hold for its parent. */
#include <sys/resource.h>

#include "child.h"

#pragma GCC diagnostic ignored "-Wclobbered"

int main(void)
{
    struct rlimit lim, now;
    MUST(getrlimit(RLIMIT_NOFILE, &lim) == 0);
    pid_t pid = vfork();
    if (pid == 0) {
        now = (struct rlimit){lim.rlim_cur - 1, lim.rlim_max - 1};
        _exit(setrlimit(RLIMIT_NOFILE, &now) ? 1 : 0);
    }
    show_wait("child", pid);
    MUST(getrlimit(RLIMIT_NOFILE, &now) == 0);
    CHECK(now.rlim_cur == lim.rlim_cur && now.rlim_max == lim.rlim_max);
    show_ok("the last number", dup2(0, (int) lim.rlim_cur - 1));
    return t_end();
}
