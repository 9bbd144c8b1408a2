/* covers: sched_setaffinity getcpu */
#include <pthread.h>
#include <sched.h>

#include "t.h"

/* A thread that makes no call learns where it was put, from what the vDSO reads. */
static volatile int wanted = -1, seen, stop;

static void *compute(void *arg)
{
    while (!stop) {
        int w = wanted;
        if (w >= 0 && sched_getcpu() == w) {
            seen++;
            while (wanted == w && !stop)
                ;
        }
    }
    return arg;
}

int main(void)
{
    cpu_set_t all, one;
    pthread_t t;
    int cpus[2] = {0}, n = 0, rounds = 0;
    MUST(sched_getaffinity(0, sizeof all, &all) == 0);
    for (int i = 0; i < CPU_SETSIZE && n < 2; i++)
        if (CPU_ISSET(i, &all))
            cpus[n++] = i;
    if (n < 2)
        cpus[1] = cpus[0];
    MUST(pthread_create(&t, NULL, compute, NULL) == 0);
    for (; rounds < 20; rounds++) {
        const int cpu = cpus[rounds % 2], before = seen;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        MUST(pthread_setaffinity_np(t, sizeof one, &one) == 0);
        wanted = -1;
        wanted = cpu;
        while (seen == before)
            sched_yield();
        wanted = -1;
    }
    stop = 1;
    MUST(pthread_join(t, NULL) == 0);
    printf("found itself moved %d times\n", seen);
    return t_end();
}
