/* covers: timer_create timer_getoverrun rt_sigtimedwait */
#include "told.h"

/* A periodic timer whose signal is blocked queues one signal; what else would have come is its overrun, to the signal and to the call. */
struct event {
    uint64_t value;
    int32_t signo, notify, tid;
    char rest[44];
};

static int id;

static void ripen(int64_t ns)
{
    for (int64_t end = now_ns(CLOCK_MONOTONIC) + ns; now_ns(CLOCK_MONOTONIC) < end;)
        sched_yield();
}

static void take(const char *name)
{
    struct timespec none = {0, 0};
    sigset_t set = one_signal(46);
    siginfo_t si;
    memset(&si, 0, sizeof(si));
    if (raw(rt_sigtimedwait, &set, &si, &none, 8) != 46) {
        printf("%s: %s\n", name, errname(errno));
        return;
    }
    printf("%s: overruns %s, as the call says %d\n", name,
           si.si_overrun >= 9 ? "many"
           : si.si_overrun    ? "few"
                              : "none",
           raw(timer_getoverrun, id) == si.si_overrun);
}

int main(void)
{
    struct event ev = {.value = 1, .signo = 46, .notify = SIGEV_SIGNAL};
    struct itimerspec its = {{0, 20000000}, {0, 20000000}}, off = {{0, 0}, {0, 0}};
    told_block(46);
    MUST(raw(timer_create, CLOCK_MONOTONIC, &ev, &id) == 0);
    show("before", raw(timer_getoverrun, id));
    MUST(raw(timer_settime, id, 0, &its, NULL) == 0);
    ripen(300000000);
    take("after 15 of its periods");
    MUST(raw(timer_settime, id, 0, &off, NULL) == 0);
    take("switched off");
    its = (struct itimerspec){{0, 0}, {0, 1}};
    MUST(raw(timer_settime, id, 0, &its, NULL) == 0);
    ripen(5000000);
    take("once");
    take("no more");
    its = (struct itimerspec){{0, 1000}, {1, 0}}; /* absolute, long ago: all of it at once */
    MUST(raw(timer_settime, id, TIMER_ABSTIME, &its, NULL) == 0);
    ripen(3000000);
    take("since long ago");
    raw(timer_delete, id);
    show("deleted", raw(timer_getoverrun, id));
    return t_end();
}
