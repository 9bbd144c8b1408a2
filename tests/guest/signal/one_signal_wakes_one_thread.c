/* covers: kill rt_sigtimedwait futex */
#include "threads.h"
#include "child.h"

/* Each of many process-directed signals is taken exactly once, whoever waits. */
#define WAITERS 4
#define ROUNDS 200
static _Atomic uint32_t taken, total;
static sigset_t set;

static void *waits(void *arg)
{
    siginfo_t si;
    (void) arg;
    for (;;) {
        if (raw(rt_sigtimedwait, &set, &si, NULL, 8) < 0)
            continue;
        if (si.si_signo == SIGTERM)
            return NULL;
        atomic_fetch_add(&total, 1);
        atomic_fetch_add(&taken, 1);
        futex(&taken, FUTEX_WAKE, 1, NULL, NULL, 0);
    }
}

int main(void)
{
    pthread_t th[WAITERS];
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    for (int i = 0; i < WAITERS; i++)
        th[i] = thread_start(waits, NULL);
    for (uint32_t n = 1; n <= ROUNDS; n++) {
        kill(getpid(), SIGUSR1);
        word_wait(&taken, n);
    }
    printf("taken %u\n", total);
    for (int i = 0; i < WAITERS; i++)
        pthread_kill(th[i], SIGTERM);
    for (int i = 0; i < WAITERS; i++)
        thread_join(th[i]);
    sigset_t now;
    sigpending(&now);
    printf("left %d, taken %u\n", sigismember(&now, SIGUSR1), total);
    return t_end();
}
