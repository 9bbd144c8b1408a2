/* covers: seccomp clone */
#include <pthread.h>

#include "../filter.h"

/* No thread that is made by a bound one, or while it is being bound, is free. */
static volatile int stop, synced;
static int escaped;

static void *leaf(void *arg)
{
    /* After the filter is there for all, nobody gets through. */
    if (synced && syscall(SYS_getppid) != -1)
        __atomic_add_fetch(&escaped, 1, __ATOMIC_RELAXED);
    return arg;
}

static void *maker(void *arg)
{
    while (!stop) {
        pthread_t t[4];
        for (int i = 0; i < 4; i++)
            MUST(pthread_create(&t[i], NULL, leaf, NULL) == 0);
        for (int i = 0; i < 4; i++)
            pthread_join(t[i], NULL);
    }
    leaf(NULL);
    return arg;
}

int main(void)
{
    int rounds = how_often(10, 100);
    for (int r = 0; r < rounds; r++)
        SHOW_CHILD("round", {
            pthread_t t[2];
            no_new_privs();
            for (int i = 0; i < 2; i++)
                MUST(pthread_create(&t[i], NULL, maker, NULL) == 0);
            for (int i = 0; i < 20; i++)
                sched_yield();
            MUST(filter_one(SECCOMP_FILTER_FLAG_TSYNC, SYS_getppid, ERRNO(EXFULL)) == 0);
            synced = 1;
            for (int i = 0; i < 20; i++)
                sched_yield();
            stop = 1;
            for (int i = 0; i < 2; i++)
                pthread_join(t[i], NULL);
            _exit(escaped != 0);
        });
    return t_end();
}
