/* Sleeping: the remaining time is the guest's to see, and a restarted sleep ends when the first one would have. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "sys/handlers.h"

/* restart_data of a relative sleep: the clock, the absolute end, and where the rest is told. */
enum { SLEEP_CLOCK, SLEEP_SEC, SLEEP_NSEC, SLEEP_REM };

static int64_t sleep_again(struct thread *t);

/* Sleep until `end` on `clock`; tells the rest at `rem` when a signal came. */
static int64_t sleep_until(struct thread *t, int clock, const struct timespec *end, uint64_t rem)
{
    struct timespec now, left;
    int64_t ret = sys_block(t, SYS_clock_nanosleep, (long) clock, (long) TIMER_ABSTIME, end, NULL, 0l, 0l);

    if (ret != -EINTR)
        return ret;
    t->restart_fn = sleep_again;
    t->restart_data[SLEEP_CLOCK] = (uint64_t) clock;
    t->restart_data[SLEEP_SEC] = (uint64_t) end->tv_sec;
    t->restart_data[SLEEP_NSEC] = (uint64_t) end->tv_nsec;
    t->restart_data[SLEEP_REM] = rem;
    if (rem) {
        host(SYS_clock_gettime, clock, &now);
        left.tv_sec = end->tv_sec - now.tv_sec;
        left.tv_nsec = end->tv_nsec - now.tv_nsec;
        if (left.tv_nsec < 0) {
            left.tv_sec--;
            left.tv_nsec += 1000000000;
        }
        if (left.tv_sec < 0)
            return 0; /* it ended meanwhile */
        if (put_user(t->proc->space, gva(rem), &left) < 0)
            return -EFAULT;
    }
    return -ERESTART_RESTARTBLOCK;
}

static int64_t sleep_again(struct thread *t)
{
    struct timespec end = {(time_t) t->restart_data[SLEEP_SEC], (long) t->restart_data[SLEEP_NSEC]};

    return sleep_until(t, (int) t->restart_data[SLEEP_CLOCK], &end, t->restart_data[SLEEP_REM]);
}

static int64_t sleep_for(struct thread *t, int clock, uint64_t req, uint64_t rem)
{
    struct timespec ts, now;
    int64_t ret;

    if (get_user(t->proc->space, &ts, gva(req)) < 0)
        return -EFAULT;
    if (ts.tv_sec < 0 || (uint64_t) ts.tv_nsec >= 1000000000)
        return -EINVAL;
    /* A relative sleep on a settable clock does not feel the clock being set: the host does it on the monotonic one. */
    if (clock == CLOCK_REALTIME)
        clock = CLOCK_MONOTONIC;
    ret = host(SYS_clock_gettime, clock, &now);
    if (ret < 0) /* the clock of an alarm where there is no RTC: what a sleep says of that is another number */
        return host(SYS_clock_nanosleep, clock, 0, &(struct timespec){0}, NULL);
    if (__builtin_add_overflow(now.tv_sec, ts.tv_sec, &ts.tv_sec) || ts.tv_sec > INT64_MAX / 2000000000)
        ts.tv_sec = INT64_MAX / 2000000000; /* the kernel's clocks end there */
    ts.tv_nsec += now.tv_nsec;
    if (ts.tv_nsec >= 1000000000) {
        ts.tv_sec++;
        ts.tv_nsec -= 1000000000;
    }
    return sleep_until(t, clock, &ts, rem);
}

int64_t sys_nanosleep(struct thread *t, const uint64_t a[6])
{
    return sleep_for(t, CLOCK_MONOTONIC, a[0], a[1]);
}

int64_t sys_clock_nanosleep(struct thread *t, const uint64_t a[6])
{
    int clock = (int) a[0];
    struct timespec ts;
    int64_t ret;

    /* Clocks that cannot be slept on are refused before anything is read. */
    ret = host(SYS_clock_nanosleep, clock, 0, NULL, NULL);
    if (ret < 0 && ret != -EFAULT)
        return ret;
    if (!(a[1] & TIMER_ABSTIME))
        return sleep_for(t, clock, a[2], a[3]);
    if (get_user(t->proc->space, &ts, gva(a[2])) < 0)
        return -EFAULT;
    ret = sys_block(t, SYS_clock_nanosleep, (long) clock, a[1], &ts, NULL, 0l, 0l);
    return ret == -EINTR ? -ERESTARTNOHAND : ret;
}
