/* covers: clock_gettime times getrusage */
#include "t.h"
#include <sys/resource.h>
#include <sys/times.h>

int main(void)
{
    struct timespec nap = {0, 50000000};
    struct rusage ru;
    struct tms tm;
    volatile unsigned long spin = 0;
    int64_t a, b, t0, used;
    long ticks;
    pid_t pid;

    a = now_ns(CLOCK_PROCESS_CPUTIME_ID);
    t0 = now_ns(CLOCK_THREAD_CPUTIME_ID);
    while (now_ns(CLOCK_PROCESS_CPUTIME_ID) - a < 60000000)
        for (int i = 0; i < 200000; i++)
            spin += (unsigned) i;
    used = now_ns(CLOCK_THREAD_CPUTIME_ID) - t0;
    CHECK(used >= 30000000);
    a = now_ns(CLOCK_PROCESS_CPUTIME_ID);
    nanosleep(&nap, NULL);
    b = now_ns(CLOCK_PROCESS_CPUTIME_ID);
    CHECK(b - a < 45000000);
    MUST(getrusage(RUSAGE_SELF, &ru) == 0);
    CHECK(ru.ru_utime.tv_sec * 1000000ll + ru.ru_utime.tv_usec + ru.ru_stime.tv_sec * 1000000ll + ru.ru_stime.tv_usec >
          50000);
    ticks = raw(times, &tm);
    CHECK(ticks != -1 && tm.tms_utime + tm.tms_stime >= 4);
    show("children yet", tm.tms_cutime + tm.tms_cstime);
    pid = fork();
    if (pid == 0) {
        a = now_ns(CLOCK_PROCESS_CPUTIME_ID);
        while (now_ns(CLOCK_PROCESS_CPUTIME_ID) - a < 60000000)
            for (int i = 0; i < 200000; i++)
                spin += (unsigned) i;
        _exit(0);
    }
    show_wait("child", pid);
    raw(times, &tm);
    CHECK(tm.tms_cutime + tm.tms_cstime >= 4);
    MUST(getrusage(RUSAGE_CHILDREN, &ru) == 0);
    CHECK(ru.ru_utime.tv_sec * 1000000ll + ru.ru_utime.tv_usec + ru.ru_stime.tv_usec >= 40000);
    show("times EFAULT", raw(times, BAD_PTR));
    show("times to nowhere", raw(times, 0) != -1);
    show("rusage EFAULT", raw(getrusage, RUSAGE_SELF, BAD_PTR));
    show("rusage of whom", raw(getrusage, 99, &ru));
    show("rusage of thread", raw(getrusage, 1, &ru));
    return t_end();
}
