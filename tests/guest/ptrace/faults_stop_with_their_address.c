/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(*(volatile int *) 0x1234 = 1);
    go_on(PTRACE_CONT, p, 0, "fault");
    siginfo_t si;
    ptrace(PTRACE_GETSIGINFO, p, NULL, &si);
    printf("code %d at %p\n", si.si_code, si.si_addr);
    go_on(PTRACE_CONT, p, SIGSEGV, "end");
}
