/* covers: kill rt_sigqueueinfo pidfd_send_signal */
/* Whoever sends a signal to its own process while other threads sleep and let it in: the first thread gets it, and before the call returns. */
#include "told.h"
#include "threads.h"

#define SLEEPERS 4
#define ROUNDS 100

static _Atomic uint32_t stop, up;
static _Atomic int got_by;

static void handler(int sig)
{
    (void) sig;
    atomic_store(&got_by, (int) raw(gettid));
}

static void *sleeps(void *arg)
{
    atomic_fetch_add(&up, 1);
    word_wait(&stop, 1);
    return arg;
}

static int pidfd;

static long send_one(int how)
{
    siginfo_t info = {.si_signo = SIGUSR1, .si_code = SI_QUEUE};
    switch (how) {
    case 0:
        return kill(getpid(), SIGUSR1);
    case 1:
        return raw(rt_sigqueueinfo, getpid(), SIGUSR1, &info); /* a C library's sigqueue may block all meanwhile */
    case 2:
        return raw(pidfd_send_signal, pidfd, SIGUSR1, NULL, 0);
    default:
        return kill(0, SIGUSR1);
    }
}

int main(void)
{
    static const char *const names[] = {"kill", "queue", "pidfd", "the group"};
    pthread_t th[SLEEPERS];
    MUST(setpgid(0, 0) == 0 || getpgrp() == getpid());
    signal(SIGUSR1, handler);
    pidfd = (int) raw(pidfd_open, getpid(), 0);
    MUST(pidfd >= 0);
    for (int i = 0; i < SLEEPERS; i++)
        th[i] = thread_start(sleeps, NULL);
    while (atomic_load(&up) < SLEEPERS)
        sched_yield();
    for (int how = 0; how < 4; how++) {
        int first = 0, others = 0, late = 0;
        for (int i = 0; i < ROUNDS; i++) {
            atomic_store(&got_by, 0);
            MUST(send_one(how) == 0);
            int by = atomic_load(&got_by);
            first += by == getpid();
            others += by && by != getpid();
            late += !by;
        }
        printf("%s: the first thread %d, others %d, late %d\n", names[how], first, others, late);
    }
    word_set(&stop, 1);
    for (int i = 0; i < SLEEPERS; i++)
        thread_join(th[i]);
    return t_end();
}
