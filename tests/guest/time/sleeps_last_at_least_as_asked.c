/* covers: nanosleep clock_nanosleep */
#include "t.h"

int main(void)
{
    struct timespec ts = {0, 30000000}, rem = {77, 77}, abs;
    int64_t t0 = now_ns(CLOCK_MONOTONIC), d;

    show("nanosleep", raw(nanosleep, &ts, &rem));
    d = now_ns(CLOCK_MONOTONIC) - t0;
    CHECK(d >= 30000000 && d < 3000000000ll);
    printf("remainder untouched %ld\n", (long) rem.tv_sec);
    t0 = now_ns(CLOCK_MONOTONIC);
    show("clock_nanosleep", raw(clock_nanosleep, CLOCK_MONOTONIC, 0, &ts, &rem));
    CHECK(now_ns(CLOCK_MONOTONIC) - t0 >= 30000000);
    t0 = now_ns(CLOCK_REALTIME) + 30000000;
    abs = (struct timespec){t0 / 1000000000, t0 % 1000000000};
    show("until", raw(clock_nanosleep, CLOCK_REALTIME, 1, &abs, 0));
    CHECK(now_ns(CLOCK_REALTIME) >= t0);
    abs = (struct timespec){1, 0};
    show("until the past", raw(clock_nanosleep, CLOCK_MONOTONIC, 1, &abs, 0));
    ts = (struct timespec){0, 0};
    show("nothing", raw(nanosleep, &ts, 0));
    ts.tv_nsec = 1000000000;
    show("too many nanoseconds", raw(nanosleep, &ts, 0));
    show("too many, clock", raw(clock_nanosleep, CLOCK_MONOTONIC, 0, &ts, 0));
    ts = (struct timespec){-1, 0};
    show("negative", raw(nanosleep, &ts, 0));
    show("bad clock", (ts.tv_sec = 0, raw(clock_nanosleep, 99, 0, &ts, 0)));
    show("thread clock", raw(clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &ts, 0));
    show("coarse clock", raw(clock_nanosleep, CLOCK_MONOTONIC_COARSE, 0, &ts, 0));
    show("EFAULT", raw(nanosleep, BAD_PTR, 0));
    show("clock EFAULT", raw(clock_nanosleep, CLOCK_MONOTONIC, 0, BAD_KERNEL, 0));
    show("over the edge", raw(nanosleep, at_edge(8), 0));
    return t_end();
}
