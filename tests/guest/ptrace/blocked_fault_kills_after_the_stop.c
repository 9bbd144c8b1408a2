/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(sigset_t s; sigemptyset(&s); sigaddset(&s, SIGSEGV); sigprocmask(SIG_BLOCK, &s, NULL);
                     *(volatile int *) 8 = 1);
    go_on(PTRACE_CONT, p, 0, "fault");
    go_on(PTRACE_CONT, p, SIGSEGV, "end");
}
