/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(sigset_t s; sigemptyset(&s); sigaddset(&s, SIGUSR1); sigprocmask(SIG_SETMASK, &s, NULL);
                     raise(SIGUSR2); raise(SIGUSR1));
    go_on(PTRACE_CONT, p, 0, "unblocked one");
    uint64_t mask = 0;
    show("get", ptrace(PTRACE_GETSIGMASK, p, (void *) 8l, &mask));
    printf("%#" PRIx64 "\n", mask);
    show("short", ptrace(PTRACE_GETSIGMASK, p, (void *) 4l, &mask));
    mask = 0;
    show("set", ptrace(PTRACE_SETSIGMASK, p, (void *) 8l, &mask));
    go_on(PTRACE_CONT, p, 0, "the one that was blocked");
    go_on(PTRACE_CONT, p, 0, "end");
}
