/* covers: timer_create timer_settime timer_getoverrun timer_delete */
#include "told.h"

struct kev {
    int64_t value;
    int32_t signo, notify, tid;
    char pad[44];
};

int main(void)
{
    struct kev ev = {.value = 5, .signo = 41, .notify = SIGEV_SIGNAL};
    struct itimerspec its = {{0, 100000}, {0, 100000}}, off = {0};
    sigset_t set = one_signal(41);
    struct timespec none = {0, 0};
    siginfo_t si;
    int id = -1;
    told_block(41);
    MUST(raw(timer_create, CLOCK_MONOTONIC, &ev, &id) == 0);
    for (int i = 0; i < 3; i++) {
        MUST(raw(timer_settime, id, 0, &its, NULL) == 0);
        int64_t t0 = now_ns(CLOCK_MONOTONIC);
        while (now_ns(CLOCK_MONOTONIC) - t0 < 10000000)
            ;
        MUST(raw(rt_sigtimedwait, &set, &si, NULL, 8) == 41);
        int overrun = (int) raw(timer_getoverrun, id);
        MUST(raw(timer_settime, id, 0, &off, NULL) == 0);
        printf("code %d timer %d value %d\n", si.si_code, si.si_timerid == id, si.si_value.sival_int);
        CHECK(si.si_overrun >= 50 && si.si_overrun == overrun);
        while (raw(rt_sigtimedwait, &set, &si, &none, 8) == 41)
            ;
    }
    /* a signal of its own is no overrun */
    its.it_interval.tv_nsec = 0;
    MUST(raw(timer_settime, id, 0, &its, NULL) == 0);
    MUST(raw(rt_sigtimedwait, &set, &si, NULL, 8) == 41);
    printf("once: overrun %d, call says %d\n", si.si_overrun, (int) raw(timer_getoverrun, id));
    /* pending when the timer goes */
    MUST(raw(timer_settime, id, 0, &its, NULL) == 0);
    sigset_t now;
    do
        sigpending(&now);
    while (!sigismember(&now, 41));
    show("delete", raw(timer_delete, id));
    return t_end();
}
