/* covers: clone clone3 tgkill rt_sigaction rt_tgsigqueueinfo */
/* A signal sent to a thread as soon as its number is known comes to that thread, whatever its kind, however late it gets a processor. */
#include "threads.h"

enum { ROUNDS = 300 };
static const int kinds[] = {SIGSEGV, SIGBUS, SIGUSR1, SIGILL, 40};
static _Atomic int wrong, handled, go;
static _Thread_local int mine;

static void handler(int sig, siginfo_t *info, void *context)
{
    (void) context;
    if (mine != 1 || info->si_code != SI_TKILL || info->si_pid != getpid())
        atomic_fetch_add(&wrong, 1);
    atomic_fetch_add(&handled, 1);
    (void) sig;
}

/* It is told by its thread-local storage, which is there before the first instruction. */
static void *body(void *arg)
{
    mine = 1;
    sigset_t set;
    sigemptyset(&set);
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++)
        sigaddset(&set, kinds[i]);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    while (!atomic_load(&go))
        sched_yield();
    return arg;
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigset_t set;
    sigemptyset(&set);
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        MUST(sigaction(kinds[i], &sa, NULL) == 0);
        sigaddset(&set, kinds[i]);
    }
    for (int round = 0; round < ROUNDS; round++) {
        pthread_t th;
        int sig = kinds[round % (int) (sizeof kinds / sizeof *kinds)];
        pthread_sigmask(SIG_BLOCK, &set, NULL); /* the thread inherits it */
        MUST(pthread_create(&th, NULL, body, NULL) == 0);
        pthread_sigmask(SIG_UNBLOCK, &set, NULL); /* so that this one would take what is the process's */
        MUST(pthread_kill(th, sig) == 0);
        while (atomic_load(&handled) <= round)
            sched_yield();
        atomic_store(&go, 1);
        pthread_join(th, NULL);
        atomic_store(&go, 0);
    }
    printf("%d handled, %d by another\n", handled, wrong);
    return 0;
}
