/* covers: clock_gettime clock_getres */
#include "child.h"

/* clock_getcpuclockid(3): the clock of a child moves while that computes, and stands while it sleeps. */
int main(void)
{
    struct gate ready, go, slept;
    clockid_t clock;
    struct timespec ts;
    gate_init(&ready);
    gate_init(&go);
    gate_init(&slept);
    pid_t pid = fork();
    if (pid == 0) {
        int64_t t0 = now_ns(CLOCK_PROCESS_CPUTIME_ID);
        while (now_ns(CLOCK_PROCESS_CPUTIME_ID) - t0 < 20000000)
            ;
        gate_open(&ready);
        gate_wait(&go);
        _exit(0);
    }
    show("id", clock_getcpuclockid(pid, &clock));
    gate_wait(&ready);
    show("get", clock_gettime(clock, &ts));
    CHECK(ts.tv_sec > 0 || ts.tv_nsec >= 20000000);
    until_state(pid, pid, "S");
    MUST(clock_gettime(clock, &ts) == 0);
    struct timespec ts2;
    MUST(clock_gettime(clock, &ts2) == 0);
    CHECK(ts.tv_sec == ts2.tv_sec && ts.tv_nsec == ts2.tv_nsec);
    show("resolution", clock_getres(clock, &ts));
    printf("%ld %ld\n", (long) ts.tv_sec, ts.tv_nsec);
    ts.tv_sec = 0;
    show("set", clock_settime(clock, &ts));
    gate_open(&go);
    reap(pid);
    show("ended", clock_gettime(clock, &ts));
    printf("id of none: %s\n", errname(clock_getcpuclockid(0x3fffffff, &clock)));
    return t_end();
}
