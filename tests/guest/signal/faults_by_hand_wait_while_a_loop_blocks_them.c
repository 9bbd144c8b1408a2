/* covers: kill tgkill rt_sigpending */
/* A SIGSEGV or SIGBUS that is sent to a loop which blocks it waits for the mask, and the first of its kind is the one that stays. */
#include "child.h"
#include "threads.h"

static volatile sig_atomic_t handled, value;
static _Atomic uint32_t *go;

static void handler(int sig, siginfo_t *si, void *arg)
{
    (void) arg;
    handled = sig;
    value = si->si_code == SI_QUEUE ? si->si_int : 0;
}

static void loop(int sig)
{
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigset_t set, pending;
    sigaction(sig, &sa, NULL);
    sigemptyset(&set);
    sigaddset(&set, sig);
    sigprocmask(SIG_BLOCK, &set, NULL);
    word_set(go, 1);
    while (atomic_load(go) != 2)
        __asm__ volatile("pause");
    for (int i = 0; i < 10000000; i++)
        __asm__ volatile("" ::: "memory");
    printf("before: %s\n", handled ? "handled" : "nothing");
    sigpending(&pending);
    printf("pending: %d\n", sigismember(&pending, sig));
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    printf("after: %s, value %d\n", signame(handled), (int) value);
    sigpending(&pending);
    printf("pending: %d\n", sigismember(&pending, sig));
    _exit(0);
}

int main(void)
{
    go = shared_mem(sizeof *go);
    for (int i = 0; i < 2; i++) {
        int sig = i ? SIGBUS : SIGSEGV;
        atomic_store(go, 0);
        pid_t p = fork();
        MUST(p >= 0);
        if (p == 0)
            loop(sig);
        word_wait(go, 1);
        for (int k = 1; k <= 3; k++)
            MUST(sigqueue(p, sig, (union sigval){.sival_int = k}) == 0);
        atomic_store(go, 2);
        show_wait("end", p);
    }
    return t_end();
}
