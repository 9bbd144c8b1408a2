/* covers: getrusage times clock_gettime */
#include <sys/resource.h>
#include <sys/times.h>

#include "threads.h"
#include "child.h"

static int64_t usage(int who)
{
    struct rusage ru;
    MUST(getrusage(who, &ru) == 0);
    return (ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * 1000000000ll +
           (ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) * 1000ll;
}

static void compute(int clock, int64_t ns)
{
    int64_t t0 = now_ns(clock);
    while (now_ns(clock) - t0 < ns)
        ;
}

static void *thread(void *arg)
{
    (void) arg;
    compute(CLOCK_THREAD_CPUTIME_ID, 60000000);
    CHECK(usage(RUSAGE_THREAD) >= 50000000);
    CHECK(usage(RUSAGE_SELF) >= usage(RUSAGE_THREAD));
    return NULL;
}

int main(void)
{
    struct tms a, b;
    int64_t self = usage(RUSAGE_SELF);
    times(&a);
    compute(CLOCK_PROCESS_CPUTIME_ID, 100000000);
    times(&b);
    CHECK(usage(RUSAGE_SELF) - self >= 90000000);
    CHECK(b.tms_utime + b.tms_stime - a.tms_utime - a.tms_stime >= 8);
    int64_t before = now_ns(CLOCK_PROCESS_CPUTIME_ID), ru = usage(RUSAGE_SELF),
            after = now_ns(CLOCK_PROCESS_CPUTIME_ID);
    CHECK(ru >= before - 20000000 && ru <= after + 20000000);
    self = usage(RUSAGE_SELF);
    thread_join(thread_start(thread, NULL));
    CHECK(usage(RUSAGE_SELF) - self >= 50000000);
    CHECK(usage(RUSAGE_CHILDREN) == 0);
    IN_CHILD(compute(CLOCK_PROCESS_CPUTIME_ID, 60000000));
    CHECK(usage(RUSAGE_CHILDREN) >= 50000000);
    times(&b);
    CHECK(b.tms_cutime + b.tms_cstime >= 5);
    show("unknown", getrusage(77, NULL));
    show("to nowhere", raw(getrusage, 0, BAD_PTR));
    show("times to nowhere", raw(times, BAD_PTR));
    show_ok("times of nothing", times(NULL));
    return t_end();
}
