/* covers: clock_gettime clock_getres getrusage */
#include <sys/resource.h>
#include <time.h>

#include "threads.h"

static _Atomic uint32_t step;

static int64_t thread_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return ts.tv_sec * 1000000000l + ts.tv_nsec;
}

static void *burns(void *arg)
{
    (void) arg;
    while (thread_ns() < 30000000)
        ;
    word_set(&step, 1);
    word_wait(&step, 2);
    return NULL;
}

int main(void)
{
    struct timespec ts;
    struct rusage ru;
    clockid_t clk;
    int64_t before = thread_ns();
    pthread_t th = thread_start(burns, NULL);
    word_wait(&step, 1);
    CHECK(pthread_getcpuclockid(th, &clk) == 0);
    CHECK(clock_gettime(clk, &ts) == 0);
    CHECK(ts.tv_sec > 0 || ts.tv_nsec >= 30000000);
    /* the waiter hardly used any */
    CHECK(thread_ns() - before < 25000000);
    CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts) == 0);
    CHECK(ts.tv_sec > 0 || ts.tv_nsec >= 30000000);
    CHECK(getrusage(RUSAGE_THREAD, &ru) == 0);
    CHECK(ru.ru_utime.tv_sec == 0);
    show("resolution", clock_getres(CLOCK_THREAD_CPUTIME_ID, &ts));
    printf("%ld\n", (long) ts.tv_nsec);
    show("of no process", raw(clock_gettime, ~0x3ffffffful * 8 + 2, &ts));
    show("of this process", raw(clock_gettime, ~(unsigned long) getpid() * 8 + 2, &ts));
    word_set(&step, 2);
    thread_join(th);
    return t_end();
}
