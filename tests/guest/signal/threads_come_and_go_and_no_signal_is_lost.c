/* covers: rt_sigqueueinfo clone exit */
#include "threads.h"

/* Real-time signals to a process whose threads start and end all the time: each is handled once. */
#define N 400
static _Atomic uint32_t handled, stop;
static _Atomic uint64_t sum;

static void handler(int sig, siginfo_t *si, void *uc)
{
    (void) sig;
    (void) uc;
    atomic_fetch_add(&sum, (uint64_t) si->si_value.sival_int);
    atomic_fetch_add(&handled, 1);
}

static void *brief(void *arg)
{
    return arg;
}

static void *breeds(void *arg)
{
    while (!atomic_load(&stop))
        thread_join(thread_start(brief, NULL));
    return arg;
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigset_t set;
    sigaction(40, &sa, NULL);
    pthread_t th[2] = {thread_start(breeds, NULL), thread_start(breeds, NULL)};
    sigemptyset(&set);
    sigaddset(&set, 40);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    for (int i = 1; i <= N; i++)
        while (sigqueue(getpid(), 40, (union sigval){.sival_int = i}) < 0)
            sched_yield();
    while (atomic_load(&handled) < N)
        sched_yield();
    atomic_store(&stop, 1);
    thread_join(th[0]);
    thread_join(th[1]);
    printf("handled %u, sum %lu\n", handled, sum);
    return t_end();
}
