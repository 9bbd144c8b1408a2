/* covers: ptrace */
#include "ptrace.h"

/* A tracee that runs when its tracer ends is nobody's tracee any more: what it is sent then reaches it. */
int main(void)
{
    struct gate ready;
    gate_init(&ready);
    pid_t p = fork();
    MUST(p >= 0);
    for (; p == 0;)
        pause();
    pid_t tracer = fork();
    MUST(tracer >= 0);
    if (tracer == 0) {
        MUST(ptrace(PTRACE_SEIZE, p, NULL, NULL) == 0);
        MUST(ptrace(PTRACE_INTERRUPT, p, NULL, NULL) == 0);
        show_stop("asked", next_status(p));
        MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
        fflush(stdout);
        _exit(0);
    }
    show("tracer", reap(tracer));
    MUST(kill(p, SIGTERM) == 0);
    show_stop("the tracee", next_status(p));
}
