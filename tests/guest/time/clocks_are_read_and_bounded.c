/* covers: clock_gettime clock_getres gettimeofday time */
#include "t.h"
#include <sys/time.h>

int main(void)
{
    struct timespec ts;
    struct timeval tv;
    struct timezone tz = {99, 99};
    long t;
    int64_t a, b;

    for (int c = 0; c < 12; c++) {
        char name[32];
        snprintf(name, sizeof(name), "clock %d", c);
        show(name, raw(clock_gettime, c, &ts));
        CHECK(ts.tv_nsec >= 0 && ts.tv_nsec < 1000000000);
        snprintf(name, sizeof(name), "resolution %d", c);
        ts.tv_nsec = -1;
        if (show(name, raw(clock_getres, c, &ts)) == 0)
            printf("%ld.%09ld\n", (long) ts.tv_sec, ts.tv_nsec);
        ts.tv_nsec = 0;
    }
    show("bad clock", raw(clock_gettime, 99, &ts));
    show("no such process", raw(clock_gettime, -(0x3ffffff << 3) | 2, &ts));
    show("resolution to nowhere", raw(clock_getres, CLOCK_MONOTONIC, 0));
    show("EFAULT", raw(clock_gettime, CLOCK_REALTIME, BAD_PTR));
    show("resolution EFAULT", raw(clock_getres, CLOCK_REALTIME, BAD_PTR));
    show("gettimeofday", raw(gettimeofday, &tv, &tz));
    printf("zone %d %d\n", tz.tz_minuteswest, tz.tz_dsttime);
    show("gettimeofday nothing", raw(gettimeofday, 0, 0));
    show("gettimeofday EFAULT", raw(gettimeofday, BAD_PTR, 0));
    show("zone EFAULT", raw(gettimeofday, 0, BAD_PTR));
    t = raw(time, 0);
    a = now_ns(CLOCK_REALTIME);
    CHECK(llabs(a / 1000000000 - t) <= 1 && llabs(tv.tv_sec - t) <= 1);
    show("time stored", raw(time, &t) == t);
    show("time EFAULT", raw(time, BAD_PTR));
    a = now_ns(CLOCK_MONOTONIC);
    for (int i = 0; i < 1000; i++) {
        b = now_ns(i % 2 ? CLOCK_MONOTONIC : CLOCK_BOOTTIME);
        if (i % 2) {
            CHECK(b >= a);
            a = b;
        }
    }
    return t_end();
}
