/* covers: ptrace kill */
#include "ptrace.h"

#define TIMES 20

static pid_t spins(void)
{
    volatile char *runs = shared_mem(1);
    pid_t p = fork();
    MUST(p >= 0);
    if (p == 0)
        let_trace();
    for (; p == 0;)
        *runs = 1;
    while (!*runs)
        sched_yield();
    munmap((void *) runs, 1);
    return p;
}

/* What differs from the first time is said, too. */
static void first_stop(const char *what, pid_t (*child)(void), int request, int sig)
{
    int first = 0;
    for (int i = 0; i < TIMES; i++) {
        pid_t p = child();
        MUST(ptrace(request, p, NULL, NULL) == 0);
        MUST(kill(p, sig) == 0);
        int status = next_status(p);
        if (request == PTRACE_ATTACH && WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP) {
            MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
            status = next_status(p);
        }
        if (i == 0 || status != first)
            show_stop(what, status);
        first = status;
        kill(p, SIGKILL);
        while (WIFSTOPPED(status))
            status = next_status(p);
    }
}

int main(void)
{
    static const int sigs[] = {SIGTERM, SIGTSTP, SIGSTOP, SIGUSR1, SIGCHLD};
    for (size_t i = 0; i < sizeof sigs / sizeof *sigs; i++) {
        first_stop("seized, sleeps", pauses, PTRACE_SEIZE, sigs[i]);
        first_stop("seized, runs", spins, PTRACE_SEIZE, sigs[i]);
        if (sigs[i] == SIGSTOP)
            continue;
        first_stop("attached, sleeps", pauses, PTRACE_ATTACH, sigs[i]);
        first_stop("attached, runs", spins, PTRACE_ATTACH, sigs[i]);
    }
}
