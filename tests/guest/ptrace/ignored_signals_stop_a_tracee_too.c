/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(signal(SIGUSR1, SIG_IGN); raise(SIGUSR1); signal(SIGHUP, SIG_IGN); kill(getpid(), SIGHUP));
    go_on(PTRACE_CONT, p, 0, "ignored");
    go_on(PTRACE_CONT, p, SIGUSR1, "another");
    go_on(PTRACE_CONT, p, SIGHUP, "end");
}
