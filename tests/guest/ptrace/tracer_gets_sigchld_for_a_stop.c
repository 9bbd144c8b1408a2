/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    pid_t p = TRACED(raise(SIGUSR1));
    siginfo_t si;
    for (int i = 0; i < 2; i++) {
        show("signal", sigwaitinfo(&set, &si));
        printf("code %d status %d its pid %d\n", si.si_code, si.si_status, si.si_pid == p);
        if (!i)
            ptrace(PTRACE_CONT, p, NULL, NULL);
    }
    next_status(p);
    go_on(PTRACE_CONT, p, SIGUSR1, "end");
}
