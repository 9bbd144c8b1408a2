#include "task/clock.h"

#include "base/raw.h"
#include "cpu/cpu.h"

int64_t clock_now(void)
{
    struct timespec ts;
    if (cpu_backend()->in_place) /* not by a vDSO that may fall back to a call, which would be trapped */
        host(SYS_clock_gettime, CLOCK_MONOTONIC, &ts);
    else
        clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * NSEC + ts.tv_nsec;
}

int64_t clock_after(int64_t sec, int64_t nsec)
{
    int64_t ns;
    if (__builtin_mul_overflow(sec, NSEC, &ns) || __builtin_add_overflow(ns, nsec, &ns) ||
        __builtin_add_overflow(ns, clock_now(), &ns))
        return CLOCK_NEVER;
    return ns;
}

struct timespec clock_left(int64_t end)
{
    const int64_t now = clock_now(), left = MAX(end - now, 0);
    return (struct timespec){left / NSEC, left % NSEC};
}
