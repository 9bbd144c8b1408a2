/* covers: ptrace */
#include "ptrace.h"

static volatile int got;

static void on(int sig)
{
    (void) sig;
    got++;
}

int main(void)
{
    struct sigaction sa = {.sa_handler = on, .sa_flags = SA_NOCLDSTOP};
    sigaction(SIGCHLD, &sa, NULL);
    pid_t p = TRACED(raise(SIGUSR1); _exit(0));
    go_on(PTRACE_CONT, p, 0, "signal");
    printf("%d so far\n", got);
    go_on(PTRACE_CONT, p, 0, "end");
    printf("%d at the end\n", got);
}
