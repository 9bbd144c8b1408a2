/* covers: ptrace rt_sigpending */
/* What a tracer chooses instead of a signal, a fault as the kernel tells it, and the tracee blocks, waits until it does not. */
#include "ptrace.h"

static void handler(int sig, siginfo_t *si, void *arg)
{
    (void) arg;
    printf("handler of %s, code %d\n", signame(sig), si->si_code);
}

static void tracee(int fault)
{
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigset_t set, pending;
    sigaction(fault, &sa, NULL);
    sigaction(SIGUSR1, &sa, NULL);
    sigemptyset(&set);
    sigaddset(&set, fault);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR1);
    sigpending(&pending);
    printf("pending: %d\n", sigismember(&pending, fault));
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int main(void)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
    static const int codes[] = {SI_KERNEL, SEGV_MAPERR, SI_USER, SI_QUEUE};
    for (unsigned i = 0; i < ARRAY_SIZE(faults) * ARRAY_SIZE(codes); i++) {
        const int sig = faults[i / ARRAY_SIZE(codes)];
        siginfo_t si = {.si_signo = sig, .si_code = codes[i % ARRAY_SIZE(codes)]};
        printf("%s, %d\n", signame(sig), si.si_code);
        pid_t p = TRACED(tracee(sig));
        go_on(PTRACE_CONT, p, 0, "signal");
        MUST(ptrace(PTRACE_SETSIGINFO, p, NULL, &si) == 0);
        go_on(PTRACE_CONT, p, sig, "let in");
        memset(&si, 0, sizeof si);
        MUST(ptrace(PTRACE_GETSIGINFO, p, NULL, &si) == 0);
        printf("told: %s, code %d\n", signame(si.si_signo), si.si_code);
        go_on(PTRACE_CONT, p, sig, "end");
    }
    return t_end();
}
