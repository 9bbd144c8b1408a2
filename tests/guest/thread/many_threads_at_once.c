/* covers: clone3 clone mmap munmap futex */
#include "threads.h"

enum { N = 150 };
static _Atomic uint32_t arrived, go;

static void *work(void *arg)
{
    atomic_fetch_add(&arrived, 1);
    word_wait(&go, 1);
    return arg;
}

int main(void)
{
    pthread_t th[N];
    pthread_attr_t at;
    long sum = 0;
    pthread_attr_init(&at);
    pthread_attr_setstacksize(&at, 65536);
    for (int round = 0; round < 2; round++) {
        atomic_store(&go, 0);
        atomic_store(&arrived, 0);
        for (int i = 0; i < N; i++)
            MUST(pthread_create(&th[i], &at, work, (void *) (intptr_t) i) == 0);
        while (atomic_load(&arrived) < N)
            sched_yield();
        word_set(&go, 1);
        for (int i = 0; i < N; i++)
            sum += (intptr_t) thread_join(th[i]);
    }
    printf("%ld\n", sum);
    pthread_attr_setdetachstate(&at, PTHREAD_CREATE_DETACHED);
    atomic_store(&arrived, 0);
    for (int i = 0; i < 50; i++)
        MUST(pthread_create(&th[0], &at, work, NULL) == 0);
    while (atomic_load(&arrived) < 50)
        sched_yield();
    return t_end();
}
