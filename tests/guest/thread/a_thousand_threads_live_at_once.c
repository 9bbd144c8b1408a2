/* covers: clone clone3 futex tgkill */
/* svm: no (takes long there) */
/* asan: no (each host thread has as much again) */
#include "threads.h"

enum { N = 1023 };
static _Atomic uint32_t arrived, go, handled;

static void handler(int sig)
{
    (void) sig;
    atomic_fetch_add(&handled, 1);
}

static void *stays(void *arg)
{
    atomic_fetch_add(&arrived, 1);
    word_wait(&go, 1);
    return arg;
}

int main(void)
{
    static pthread_t th[N];
    pthread_attr_t at;
    long sum = 0;
    signal(SIGUSR1, handler);
    pthread_attr_init(&at);
    pthread_attr_setstacksize(&at, 65536);
    for (int i = 0; i < N; i++)
        MUST(pthread_create(&th[i], &at, stays, (void *) (intptr_t) i) == 0);
    while (atomic_load(&arrived) < N)
        sched_yield();
    for (int i = 0; i < N; i += 10)
        CHECK(pthread_kill(th[i], SIGUSR1) == 0);
    while (atomic_load(&handled) < (N + 9) / 10)
        sched_yield();
    word_set(&go, 1);
    for (int i = 0; i < N; i++)
        sum += (intptr_t) thread_join(th[i]);
    printf("%u threads, sum %ld, handled %u\n", arrived, sum, handled);
    return t_end();
}
