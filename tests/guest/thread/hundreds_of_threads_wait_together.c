/* covers: clone futex */
/* svm: no (takes long there) */
#include "t.h"
#include <pthread.h>

#define THREADS 700

static pthread_barrier_t all;

static void *run(void *arg)
{
    pthread_barrier_wait(&all);
    return arg;
}

int main(void)
{
    static pthread_t thread[THREADS];
    pthread_attr_t small;
    long sum = 0;
    int started = 0;

    MUST(pthread_attr_init(&small) == 0 && pthread_attr_setstacksize(&small, 65536) == 0);
    MUST(pthread_barrier_init(&all, NULL, THREADS) == 0);
    while (started < THREADS && pthread_create(&thread[started], &small, run, (void *) (long) started) == 0)
        started++;
    printf("started: %d\n", started);
    if (started < THREADS)
        return 1;
    for (int i = 0; i < THREADS; i++) {
        void *result;

        MUST(pthread_join(thread[i], &result) == 0);
        sum += (long) result;
    }
    printf("sum: %ld\n", sum);
    return t_end();
}
