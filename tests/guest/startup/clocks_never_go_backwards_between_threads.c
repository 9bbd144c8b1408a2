/* covers: clock_gettime */
#include <time.h>

#include "threads.h"

static _Atomic int64_t latest[2];
static _Atomic uint32_t backwards[2];

static void *work(void *arg)
{
    static const clockid_t ids[2] = {CLOCK_MONOTONIC, CLOCK_BOOTTIME};
    int which = (int) (intptr_t) arg;
    for (int i = 0; i < 20000; i++) {
        struct timespec ts;
        int64_t seen = atomic_load(&latest[which]), now;
        clock_gettime(ids[which], &ts);
        now = ts.tv_sec * 1000000000ll + ts.tv_nsec;
        if (now < seen)
            atomic_fetch_add(&backwards[which], 1);
        while (now > seen && !atomic_compare_exchange_weak(&latest[which], &seen, now))
            ;
    }
    return NULL;
}

int main(void)
{
    pthread_t th[6];
    for (int i = 0; i < 6; i++)
        th[i] = thread_start(work, (void *) (intptr_t) (i % 2));
    for (int i = 0; i < 6; i++)
        thread_join(th[i]);
    printf("%u %u\n", atomic_load(&backwards[0]), atomic_load(&backwards[1]));
    return t_end();
}
