/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(syscall(SYS_getppid));
    show("options", ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) PTRACE_O_TRACESYSGOOD));
    go_on(PTRACE_SYSCALL, p, 0, "a");
    siginfo_t si;
    ptrace(PTRACE_GETSIGINFO, p, NULL, &si);
    printf("signal %d code %x\n", si.si_signo, (unsigned) si.si_code);
    go_on(PTRACE_SYSCALL, p, 0, "b");
    go_on(PTRACE_CONT, p, 0, "end");
}
