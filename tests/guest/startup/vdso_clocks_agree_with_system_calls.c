/* covers: clock_gettime gettimeofday time getcpu clock_getres */
#include <sched.h>
#include <sys/time.h>
#include <time.h>

#include "t.h"

static int64_t vdso_ns(clockid_t c)
{
    struct timespec ts = {0, 0};
    CHECK(clock_gettime(c, &ts) == 0);
    return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

int main(void)
{
    static const struct {
        const char *name;
        clockid_t id;
    } clocks[] = {
        {"realtime", CLOCK_REALTIME},
        {"monotonic", CLOCK_MONOTONIC},
        {"raw", CLOCK_MONOTONIC_RAW},
        {"boottime", CLOCK_BOOTTIME},
        {"tai", 11},
        {"realtime coarse", CLOCK_REALTIME_COARSE},
        {"monotonic coarse", CLOCK_MONOTONIC_COARSE},
        {"process", CLOCK_PROCESS_CPUTIME_ID},
        {"thread", CLOCK_THREAD_CPUTIME_ID},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(clocks); i++) {
        int before = 0, after = 0;
        int64_t last = 0, back = 0;
        for (int k = 0; k < 500; k++) {
            int64_t a = now_ns(clocks[i].id), b = vdso_ns(clocks[i].id), c = now_ns(clocks[i].id);
            before += b < a;
            after += b > c;
            back += b < last;
            last = b;
        }
        printf("%s: %d before, %d after, %d backwards\n", clocks[i].name, before, after, (int) back);
        struct timespec r1 = {7, 7}, r2 = {8, 8};
        clock_getres(clocks[i].id, &r1);
        raw(clock_getres, clocks[i].id, &r2);
        CHECK(r1.tv_sec == r2.tv_sec && r1.tv_nsec == r2.tv_nsec);
        printf("  resolution %ld\n", (long) r1.tv_nsec);
    }
    int bad = 0;
    for (int k = 0; k < 500; k++) {
        int64_t a = now_ns(CLOCK_REALTIME) / 1000;
        struct timeval tv;
        gettimeofday(&tv, NULL);
        int64_t c = now_ns(CLOCK_REALTIME) / 1000, b = tv.tv_sec * 1000000ll + tv.tv_usec;
        bad += b < a || b > c;
    }
    printf("gettimeofday: %d outside\n", bad);
    const long t1 = raw(time, 0), t2 = time(NULL);
#ifdef __GLIBC__
    const long t3 = raw(time, 0);
#else /* musl asks the clock itself, and a second begins there before the tick that the kernel's time(2) waits for */
    const long t3 = now_ns(CLOCK_REALTIME) / 1000000000;
#endif
    CHECK(t1 <= t2 && t2 <= t3);
    unsigned n = 0;
    for (int k = 0; k < 100; k++) {
        unsigned a = 0, b = 0;
        raw(getcpu, &a, 0, 0);
        int cpu = sched_getcpu();
        raw(getcpu, &b, 0, 0);
        n += (int) a == cpu || (int) b == cpu;
    }
    CHECK(n > 50);
    show("unknown clock", clock_gettime(77, &(struct timespec){0, 0}));
    show("to nowhere", raw(clock_gettime, CLOCK_MONOTONIC, BAD_PTR));
    show("time to nowhere", raw(time, BAD_PTR));
    show("gettimeofday to nowhere", raw(gettimeofday, BAD_PTR, 0));
    show("getcpu to nowhere", raw(getcpu, BAD_PTR, 0, 0));
    return t_end();
}
