/* covers: fork dup close_range prlimit64 */
/* svm: no (too much work, or memory, for the emulated host) */
#include <sys/resource.h>

#include "child.h"

int main(void)
{
    struct rlimit rl;
    int fds = 0, fd, low = dup(0);
    MUST(low >= 0);
    close(low);
    MUST(getrlimit(RLIMIT_NOFILE, &rl) == 0);
    /* up to 10,000, or what the host grants */
    int max = rl.rlim_cur < 10000 + 64 ? (int) rl.rlim_cur - 64 : 10000;
    int src = open("/dev/null", O_RDONLY);
    for (fd = src; fds < max && fd >= 0; fds++)
        fd = dup(src);
    CHECK(fds == max);
    for (int i = 0; i < 3; i++)
        show_status("child", IN_CHILD({
                        int missing = 0;
                        for (int k = low; k < low + max; k += 61)
                            missing += fcntl(k, F_GETFD) < 0;
                        missing += raw(close_range, low, low + max - 1, 0) != 0;
                        for (int k = low; k < low + max; k += 61)
                            missing += fcntl(k, F_GETFD) >= 0;
                        int again = dup(0);
                        _exit(missing ? 1 : again == low ? 0 : 2);
                    }));
    for (int k = low; k < low + max; k += 61)
        CHECK(fcntl(k, F_GETFD) >= 0);
    return t_end();
}
