/* covers: ptrace */
/* PTRACE_GETEVENTMSG tells of this stop, not of an event before: 0 at a signal, which side of a call at that of one. */
#include "ptrace.h"

static int stop(int request, pid_t p, int sig, const char *what)
{
    int status = go_on(request, p, sig, what);
    unsigned long m = message_of(p);
    printf("message %s %lu\n", m < 9 ? "is" : "above", m < 9 ? m : 9);
    return WSTOPSIG(status);
}

int main(void)
{
    pid_t p = TRACED(signal(SIGUSR1, SIG_IGN); pid_t k = fork(); if (k == 0) _exit(0); waitpid(k, NULL, 0);
                     raise(SIGUSR1); raise(SIGUSR1); raise(SIGUSR1));
    ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) (PTRACE_O_TRACEFORK | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXIT));
    stop(PTRACE_CONT, p, 0, "fork");
    pid_t k = (pid_t) message_of(p);
    show_stop("child", next_status(k));
    printf("message of the child %lu\n", message_of(k));
    stop(PTRACE_CONT, k, 0, "child exits");
    go_on(PTRACE_CONT, k, 0, "child ends");
    while (stop(PTRACE_CONT, p, 0, "signal") != SIGUSR1)
        ;
    stop(PTRACE_SYSCALL, p, 0, "a call begins");
    stop(PTRACE_SYSCALL, p, 0, "it ends");
    stop(PTRACE_CONT, p, 0, "signal");
    ptrace(PTRACE_KILL, p, NULL, NULL);
    while (WIFSTOPPED(next_status(p)))
        ptrace(PTRACE_CONT, p, NULL, NULL);
}
