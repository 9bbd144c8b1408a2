/* covers: rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal */
/* translated: no (the translator takes such a signal for a fault of its own, and ends in one way or another) */
/* A process may send itself any siginfo, one that says a fault too. */
#include "t.h"

static volatile sig_atomic_t calls;
static siginfo_t seen;

static void handler(int sig, siginfo_t *si, void *uc)
{
    (void) sig, (void) uc;
    seen = *si;
    calls++;
}

static void tell(const char *what, long ret)
{
    show(what, ret);
    printf("  handled %d: %s code %d addr %p\n", (int) calls, signame(seen.si_signo), seen.si_code, seen.si_addr);
    calls = 0;
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    static const int sigs[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
    sigset_t set;
    int pidfd = (int) raw(pidfd_open, getpid(), 0);

    for (unsigned i = 0; i < ARRAY_SIZE(sigs); i++) {
        siginfo_t si = {.si_signo = sigs[i], .si_code = 1};

        MUST(sigaction(sigs[i], &sa, NULL) == 0);
        si.si_addr = (void *) 0x1234000;
        tell("rt_sigqueueinfo", raw(rt_sigqueueinfo, getpid(), sigs[i], &si));
        si.si_code = 2;
        tell("rt_tgsigqueueinfo", raw(rt_tgsigqueueinfo, getpid(), getpid(), sigs[i], &si));
        si.si_code = SI_KERNEL;
        tell("pidfd_send_signal", raw(pidfd_send_signal, pidfd, sigs[i], &si, 0));
        sigemptyset(&set);
        sigaddset(&set, sigs[i]);
        sigprocmask(SIG_BLOCK, &set, NULL);
        si.si_code = 1;
        tell("while blocked", raw(rt_sigqueueinfo, getpid(), sigs[i], &si));
        sigprocmask(SIG_UNBLOCK, &set, NULL);
        tell("let in", 0);
        if (fork() == 0) {
            signal(sigs[i], SIG_DFL);
            raw(rt_sigqueueinfo, getpid(), sigs[i], &si);
            _exit(0);
        }
        show_wait("default", -1);
    }
    return t_end();
}
