/* covers: ptrace */
#include "ptrace.h"

static volatile int value;

static void on(int sig, siginfo_t *si, void *uc)
{
    (void) uc;
    value = sig == SIGUSR1 && si->si_code == SI_QUEUE ? si->si_value.sival_int : 1;
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = on, .sa_flags = SA_SIGINFO};
    pid_t p = TRACED(sigaction(SIGUSR1, &sa, NULL); raise(SIGUSR1); _exit(value));
    go_on(PTRACE_CONT, p, 0, "first");
    siginfo_t si;
    show("get", ptrace(PTRACE_GETSIGINFO, p, NULL, &si));
    si.si_code = SI_QUEUE;
    si.si_value.sival_int = 77;
    show("set", ptrace(PTRACE_SETSIGINFO, p, NULL, &si));
    go_on(PTRACE_CONT, p, SIGUSR1, "end");
}
