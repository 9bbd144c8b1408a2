/* covers: clock_gettime getcpu */
#include <cpuid.h>

#include "threads.h"

static uint64_t rdtsc(void)
{
    uint32_t lo, hi;
    __asm__ volatile("lfence; rdtsc" : "=a"(lo), "=d"(hi) : : "memory");
    return (uint64_t) hi << 32 | lo;
}

static _Atomic uint64_t latest;
static _Atomic uint32_t back;

static void *work(void *arg)
{
    (void) arg;
    for (int i = 0; i < 20000; i++) {
        uint64_t seen = atomic_load(&latest), now = rdtsc();
        if (now < seen)
            atomic_fetch_add(&back, 1);
        while (now > seen && !atomic_compare_exchange_weak(&latest, &seen, now))
            ;
    }
    return NULL;
}

int main(void)
{
    pthread_t th[4];
    unsigned a, b, c, d, aux, ok = 0;
    for (int i = 0; i < 4; i++)
        th[i] = thread_start(work, NULL);
    for (int i = 0; i < 4; i++)
        thread_join(th[i]);
    printf("backwards %u\n", atomic_load(&back));
    /* it goes on while the thread sleeps */
    uint64_t t0 = rdtsc(), n0 = (uint64_t) now_ns(1);
    struct timespec ts = {0, 20000000};
    raw(nanosleep, &ts, 0);
    uint64_t t1 = rdtsc(), n1 = (uint64_t) now_ns(1);
    /* somewhere between 0.5 and 8 GHz */
    CHECK((t1 - t0) * 2 > n1 - n0 && t1 - t0 < (n1 - n0) * 8);
    __cpuid(0x80000001, a, b, c, d);
    if (d & (1u << 27))
        for (int i = 0; i < 100; i++) {
            unsigned before = 0, after = 0, lo, hi;
            raw(getcpu, &before, 0, 0);
            __asm__ volatile("rdtscp" : "=a"(lo), "=d"(hi), "=c"(aux));
            raw(getcpu, &after, 0, 0);
            ok += (aux & 0xfff) == before || (aux & 0xfff) == after;
        }
    printf("processor number %s\n", ok > 50 ? "right" : "wrong");
    return t_end();
}
