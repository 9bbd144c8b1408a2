/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(raise(SIGUSR1));
    siginfo_t si;
    memset(&si, 0, sizeof si);
    show("nothing new", waitid(P_PID, p, &si, WSTOPPED | WNOHANG));
    printf("pid %d\n", si.si_pid);
    ptrace(PTRACE_CONT, p, NULL, NULL);
    for (int i = 0; i < 2; i++) {
        memset(&si, 0, sizeof si);
        show("waitid", waitid(i ? P_ALL : P_PID, p, &si, WSTOPPED | (i ? 0 : WNOWAIT)));
        printf("signal %d code %d status %d its pid %d\n", si.si_signo, si.si_code, si.si_status, si.si_pid == p);
    }
    ptrace(PTRACE_CONT, p, NULL, NULL);
    memset(&si, 0, sizeof si);
    show("waitid", waitid(P_PID, p, &si, WEXITED));
    printf("code %d status %d\n", si.si_code, si.si_status);
}
