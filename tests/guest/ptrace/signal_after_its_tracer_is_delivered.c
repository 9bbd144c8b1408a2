/* covers: ptrace */
#include "ptrace.h"

enum end { EXITS, KILLED, ZOMBIE };

/* A tracee that runs when its tracer ends is nobody's tracee any more: what it is sent then reaches it. */
static void after(enum end end)
{
    pid_t p = pauses();
    pid_t tracer = fork();
    MUST(tracer >= 0);
    if (tracer == 0) {
        MUST(ptrace(PTRACE_SEIZE, p, NULL, NULL) == 0);
        MUST(ptrace(PTRACE_INTERRUPT, p, NULL, NULL) == 0);
        show_stop("asked", next_status(p));
        MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
        fflush(stdout);
        if (end == EXITS)
            _exit(0);
        raise(SIGKILL);
    }
    siginfo_t si;
    MUST(waitid(P_PID, (id_t) tracer, &si, WEXITED | (end == ZOMBIE ? WNOWAIT : 0)) == 0);
    printf("tracer: code %d\n", si.si_code);
    MUST(kill(p, SIGTERM) == 0);
    show_stop("the tracee", next_status(p));
    if (end == ZOMBIE)
        reap(tracer);
    fflush(stdout);
}

int main(void)
{
    after(EXITS);
    after(KILLED);
    after(ZOMBIE);
}
