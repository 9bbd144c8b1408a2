/* covers: clock_nanosleep */
#include "child.h"

/* A sleep that is measured in the processor time of a process which computes; and clocks that there may be no sleep on. */
int main(void)
{
    clockid_t clock;
    struct timespec ts = {0, 20000000}, now;
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            ;
    MUST(clock_getcpuclockid(pid, &clock) == 0);
    MUST(clock_gettime(clock, &now) == 0);
    show("relative", raw(clock_nanosleep, clock, 0, &ts, NULL));
    MUST(clock_gettime(clock, &ts) == 0);
    CHECK((ts.tv_sec - now.tv_sec) * 1000000000ll + ts.tv_nsec - now.tv_nsec >= 20000000);
    ts.tv_nsec += 20000000;
    if (ts.tv_nsec >= 1000000000) {
        ts.tv_nsec -= 1000000000;
        ts.tv_sec++;
    }
    show("absolute", raw(clock_nanosleep, clock, TIMER_ABSTIME, &ts, NULL));
    ts = (struct timespec){0, 0};
    show("in the past", raw(clock_nanosleep, clock, TIMER_ABSTIME, &ts, NULL));
    kill(pid, SIGKILL);
    reap(pid);
    show("of the dead", raw(clock_nanosleep, clock, TIMER_ABSTIME, &ts, NULL));
    show("own thread", raw(clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &ts, NULL));
    ts.tv_nsec = 1; /* what a host without an RTC has no alarms for, one with it only for who may wake it */
    show("alarm", raw(clock_nanosleep, CLOCK_REALTIME_ALARM, 0, &ts, NULL));
    show("alarm since boot", raw(clock_nanosleep, CLOCK_BOOTTIME_ALARM, 0, &ts, NULL));
    show("unknown", raw(clock_nanosleep, 99, 0, &ts, NULL));
    ts.tv_nsec = -1;
    show("negative", raw(clock_nanosleep, CLOCK_MONOTONIC, 0, &ts, NULL));
    return t_end();
}
