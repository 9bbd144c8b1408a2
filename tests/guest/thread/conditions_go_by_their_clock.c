/* covers: futex */
#include "threads.h"

static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;

static struct timespec in_ms(int clock, int ms)
{
    struct timespec ts;
    clock_gettime(clock, &ts);
    ts.tv_sec += ms / 1000;
    ts.tv_nsec += ms % 1000 * 1000000l;
    if (ts.tv_nsec >= 1000000000)
        ts.tv_sec++, ts.tv_nsec -= 1000000000;
    return ts;
}

static int wait_for(pthread_cond_t *c, const struct timespec *ts)
{
    int r;
    pthread_mutex_lock(&m);
    do
        r = pthread_cond_timedwait(c, &m, ts);
    while (r == 0); /* nobody signals */
    pthread_mutex_unlock(&m);
    return r;
}

static void try(int clock)
{
    pthread_condattr_t a;
    pthread_cond_t c;
    clockid_t told = -1;
    pthread_condattr_init(&a);
    printf("clock %d: %s", clock, errname(pthread_condattr_setclock(&a, clock)));
    pthread_condattr_getclock(&a, &told);
    MUST(pthread_cond_init(&c, &a) == 0);
    int64_t t0 = now_ns(told);
    struct timespec ts = in_ms(told, 15);
    printf(", 15 ms: %s", errname(wait_for(&c, &ts)));
    CHECK(now_ns(told) - t0 >= 14000000);
    ts = (struct timespec){1, 0};
    printf(", long ago: %s", errname(wait_for(&c, &ts)));
    ts = (struct timespec){-1, 0};
    printf(", before the beginning: %s", errname(wait_for(&c, &ts)));
    ts.tv_nsec = 1000000000;
    printf(", no time: %s\n", errname(wait_for(&c, &ts)));
    pthread_cond_destroy(&c);
}

int main(void)
{
    pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
    pthread_condattr_t a;
    try(CLOCK_REALTIME);
    try(CLOCK_MONOTONIC);
    pthread_condattr_init(&a);
    printf("a clock of processor time: %s\n", errname(pthread_condattr_setclock(&a, CLOCK_PROCESS_CPUTIME_ID)));
    struct timespec ts = in_ms(CLOCK_REALTIME, 10);
    pthread_mutex_lock(&m);
    printf("mutex that is held: %s\n", errname(pthread_mutex_timedlock(&m, &ts)));
    pthread_mutex_unlock(&m);
    ts = (struct timespec){1, 0};
    printf("mutex that is free, long ago: %s\n", errname(pthread_mutex_timedlock(&m, &ts)));
    pthread_rwlock_rdlock(&rw);
    ts = in_ms(CLOCK_REALTIME, 10);
    printf("writer: %s\n", errname(pthread_rwlock_timedwrlock(&rw, &ts)));
    printf("reader: %s\n", errname(pthread_rwlock_timedrdlock(&rw, &ts)));
    pthread_rwlock_unlock(&rw);
    pthread_rwlock_unlock(&rw);
    pthread_rwlock_wrlock(&rw);
#ifdef __GLIBC__ /* which says EDEADLK to its owner */
    printf("owner: %s\n", errname(pthread_rwlock_timedrdlock(&rw, &ts)));
#endif
    pthread_rwlock_unlock(&rw);
    return t_end();
}
