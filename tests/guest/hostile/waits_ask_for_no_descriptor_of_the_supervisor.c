/* covers: waitid ptrace */
/* A tracee, whose supervisor watches the tracer: no number is one by which that one could be waited for. */
#include "ptrace.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

static int others(void)
{
    siginfo_t si;
    int n = 0;
    for (int fd = 3; fd < 70000; fd++)
        if (raw(waitid, P_PIDFD, fd, &si, WEXITED | WNOHANG, NULL) == 0 || errno != EBADF)
            n++;
    return n;
}

int main(void)
{
    pid_t p = TRACED(printf("others that can be waited for: %d\n", others()));
    go_on(PTRACE_CONT, p, 0, "end");
    return t_end();
}
