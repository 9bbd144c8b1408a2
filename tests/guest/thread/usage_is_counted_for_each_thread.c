/* covers: getrusage clock_gettime */
#include <sys/resource.h>

#include "threads.h"

/* RUSAGE_THREAD and the thread's clock count what that thread did; the process's count what all did, also those that ended. */
static int64_t used(int who)
{
    struct rusage ru;
    MUST(getrusage(who, &ru) == 0);
    return (ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * 1000000ll + ru.ru_utime.tv_usec + ru.ru_stime.tv_usec;
}

static void *computes(void *arg)
{
    int64_t start = now_ns(CLOCK_THREAD_CPUTIME_ID);
    (void) arg;
    while (now_ns(CLOCK_THREAD_CPUTIME_ID) - start < 60000000)
        for (volatile int i = 0; i < 1000; i++)
            ;
    CHECK(used(1 /* RUSAGE_THREAD */) >= 50000);
    return NULL;
}

static void *sleeps(void *arg)
{
    struct timespec ts = {0, 30000000};
    (void) arg;
    int64_t before = now_ns(CLOCK_THREAD_CPUTIME_ID);
    nanosleep(&ts, NULL);
    CHECK(now_ns(CLOCK_THREAD_CPUTIME_ID) - before < 25000000);
    return NULL;
}

int main(void)
{
    int64_t own = used(1), all = used(RUSAGE_SELF), children = used(RUSAGE_CHILDREN);
    pthread_t a = thread_start(computes, NULL), b = thread_start(sleeps, NULL);
    thread_join(a);
    thread_join(b);
    CHECK(used(RUSAGE_SELF) - all >= 50000);
    CHECK(used(1) - own < used(RUSAGE_SELF) - all);
    CHECK(used(RUSAGE_CHILDREN) == children);
    CHECK(now_ns(CLOCK_PROCESS_CPUTIME_ID) >= 60000000);
    struct rusage ru;
    show("who", getrusage(5, &ru));
    show("to nowhere", raw(getrusage, RUSAGE_SELF, BAD_PTR));
    return t_end();
}
