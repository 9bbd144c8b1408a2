/* covers: kill pause */
#include "threads.h"
#include "told.h"

/* Threads that compute, sleep and wait: a process-directed signal runs its handler once. */
#define N 6
static _Atomic uint32_t runs, stop, up;

static void handler(int sig)
{
    (void) sig;
    atomic_fetch_add(&runs, 1);
}

static void *thread(void *arg)
{
    static uint32_t never;
    long kind = (long) arg;
    atomic_fetch_add(&up, 1);
    while (!atomic_load(&stop)) {
        struct timespec ts = {0, 1000000};
        if (kind % 3 == 1)
            futex(&never, FUTEX_WAIT, 0, &ts, NULL, 0);
        else if (kind % 3 == 2)
            nanosleep(&ts, NULL);
    }
    return NULL;
}

int main(void)
{
    pthread_t th[N];
    signal(SIGUSR1, handler);
    for (long i = 0; i < N; i++)
        th[i] = thread_start(thread, (void *) i);
    while (atomic_load(&up) < N)
        sched_yield();
    told_block(SIGUSR1);
    for (uint32_t n = 1; n <= 200; n++) {
        kill(getpid(), SIGUSR1);
        while (atomic_load(&runs) < n)
            sched_yield();
    }
    atomic_store(&stop, 1);
    for (int i = 0; i < N; i++)
        thread_join(th[i]);
    printf("runs %u\n", runs);
    return t_end();
}
