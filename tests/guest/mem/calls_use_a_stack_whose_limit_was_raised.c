/* covers: setrlimit */
/* A program that was started with a small stack raises its limit: buffers far below what it has touched are there for calls, too. */
#include <sys/resource.h>
#include <sys/wait.h>

#include "t.h"

static void fill_below(uintptr_t here, int fds[2])
{
    static const long below[] = {100 << 10, 900 << 10, 1100 << 10, 3 << 20, 20 << 20, 90 << 20};
    for (int i = 0; i < 6; i++) {
        volatile char *p = (volatile char *) (here - (uintptr_t) below[i]);
        MUST(write(fds[1], "abcd", 4) == 4);
        CHECK(read(fds[0], (char *) p, 4) == 4 && p[0] == 'a' && p[3] == 'd');
    }
}

int main(int argc, char **argv)
{
    int fds[2];
    struct rlimit lim;
    MUST(getrlimit(RLIMIT_STACK, &lim) == 0);
    if (argc == 1) {
        lim.rlim_cur = 256 << 10;
        MUST(setrlimit(RLIMIT_STACK, &lim) == 0);
        execv("/proc/self/exe", (char *[]){argv[0], "again", NULL});
        MUST(!"exec");
    }
    CHECK(lim.rlim_cur == 256 << 10);
    MUST(pipe(fds) == 0);
    MUST(write(fds[1], "abcd", 4) == 4);
    CHECK(read(fds[0], (void *) ((uintptr_t) fds - (2 << 20)), 4) == -1 && errno == EFAULT);
    MUST(read(fds[0], (void *) ((uintptr_t) fds - 1000), 4) == 4);
    lim.rlim_cur = 100 << 20;
    MUST(setrlimit(RLIMIT_STACK, &lim) == 0);
    pid_t child = fork();
    MUST(child >= 0);
    fill_below((uintptr_t) fds, fds);
    if (child == 0)
        _exit(t_end());
    int status;
    MUST(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    return t_end();
}
