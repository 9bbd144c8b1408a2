/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    siginfo_t si;
    memset(&si, 0, sizeof si);
    si.si_signo = SIGBUS;
    si.si_code = SI_QUEUE;
    si.si_pid = 1;
    si.si_value.sival_ptr = (void *) 0x1234;
    signal(SIGBUS, SIG_IGN);
    show("queue", (int) syscall(SYS_rt_sigqueueinfo, getpid(), SIGBUS, &si));
    pid_t p = TRACED(;);
    show("queue to a tracee", (int) syscall(SYS_rt_sigqueueinfo, p, SIGBUS, &si));
    go_on(PTRACE_CONT, p, 0, "it stops");
    go_on(PTRACE_CONT, p, 0, "end");
}
