/* covers: clock_gettime gettimeofday time getcpu */
#include "t.h"
#include <sys/time.h>

static int64_t lib_ns(clockid_t c)
{
    struct timespec ts;
    MUST(clock_gettime(c, &ts) == 0);
    return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

/* What the vDSO says lies between two readings through the system call. */
int main(void)
{
    static const clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC,       CLOCK_MONOTONIC_RAW,
                                       CLOCK_BOOTTIME, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE};
    struct timeval tv;
    int64_t prev = 0;
    int back = 0;

    for (unsigned c = 0; c < ARRAY_SIZE(clocks); c++) {
        int outside = 0;
        for (int i = 0; i < 200; i++) {
            int64_t a = now_ns(clocks[c]), b = lib_ns(clocks[c]), d = now_ns(clocks[c]);
            outside += b < a || b > d;
        }
        printf("clock %d outside: %d\n", (int) clocks[c], outside);
    }
    for (int i = 0; i < 100000; i++) {
        int64_t n = lib_ns(CLOCK_MONOTONIC);
        back += n < prev;
        prev = n;
    }
    show("steps backwards", back);
    for (int i = 0; i < 100; i++) {
        int64_t a = now_ns(CLOCK_REALTIME) / 1000, b, d;
        gettimeofday(&tv, NULL);
        b = tv.tv_sec * 1000000ll + tv.tv_usec;
        d = now_ns(CLOCK_REALTIME) / 1000;
        CHECK(a <= b && b <= d);
        /* Seconds of the last tick, which may be a tick behind at the turn of a second. */
        a = now_ns(CLOCK_REALTIME_COARSE) / 1000000000;
        b = time(NULL);
        d = now_ns(CLOCK_REALTIME_COARSE) / 1000000000;
        CHECK(a - 1 <= b && b <= d + 1);
    }
    return t_end();
}
