/* covers: ptrace */
/* A step is told even where SIGTRAP is blocked, and unblocks it. */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(sigset_t all; sigfillset(&all); sigprocmask(SIG_BLOCK, &all, NULL); raise(SIGSTOP);
                     for (int i = 0; i < 3; i++) getppid(););
    go_on(PTRACE_CONT, p, 0, "stopped once more");
    for (int i = 0; i < 5; i++) {
        unsigned long mask = 0;
        go_on(PTRACE_SINGLESTEP, p, 0, "step");
        MUST(ptrace(PTRACE_GETSIGMASK, p, (void *) sizeof mask, &mask) == 0);
        printf("mask %lx\n", mask);
    }
    go_on(PTRACE_CONT, p, 0, "end");
    return t_end();
}
