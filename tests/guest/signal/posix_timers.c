/* covers: timer_create timer_settime timer_gettime timer_getoverrun timer_delete rt_sigtimedwait */
#include <time.h>

#include "t.h"

struct kev {
    int64_t value;
    int32_t signo, notify, tid;
    char pad[44];
};

static long create(int clock, struct kev *ev, int *id)
{
    return raw(timer_create, clock, ev, id);
}

int main(void)
{
    struct kev ev = {.value = 0x1234567, .signo = 40, .notify = SIGEV_SIGNAL};
    struct itimerspec its = {.it_value = {0, 3000000}}, old;
    struct timespec zero = {0, 0};
    uint64_t set = 1ul << 39 | 1ul << (SIGALRM - 1);
    siginfo_t si;
    int id = -1, id2 = -1;
    raw(rt_sigprocmask, SIG_BLOCK, &set, 0, 8);
    show("create", create(CLOCK_MONOTONIC, &ev, &id));
    show("not armed", raw(timer_gettime, id, &old));
    CHECK(old.it_value.tv_sec == 0 && old.it_value.tv_nsec == 0);
    show("arm", raw(timer_settime, id, 0, &its, 0));
    CHECK(raw(rt_sigtimedwait, &set, &si, 0, 8) == 40);
    printf("code %d value %x overrun %d\n", si.si_code, (unsigned) si.si_value.sival_int, si.si_overrun);
    CHECK(si.si_timerid == id);
    its.it_interval.tv_nsec = 1000000;
    show("periodic", raw(timer_settime, id, 0, &its, &old));
    int64_t t0 = now_ns(1);
    while (now_ns(1) - t0 < 20000000)
        ;
    CHECK(raw(rt_sigtimedwait, &set, &si, 0, 8) == 40);
    CHECK(raw(timer_getoverrun, id) >= 10);
    show("ask", raw(timer_gettime, id, &old));
    CHECK(old.it_interval.tv_nsec == 1000000);
    show("delete", raw(timer_delete, id));
    while (raw(rt_sigtimedwait, &set, &si, &zero, 8) > 0) /* before Linux 6.13 what was queued stays */
        ;
    show("delete again", raw(timer_delete, id));
    show("ask the deleted", raw(timer_gettime, id, &old));
    show("arm the deleted", raw(timer_settime, id, 0, &its, 0));
    show("overrun of the deleted", raw(timer_getoverrun, id));

    /* an absolute time that has passed fires at once */
    show("default event", create(CLOCK_REALTIME, NULL, &id));
    its = (struct itimerspec){.it_value = {1, 0}};
    show("past", raw(timer_settime, id, TIMER_ABSTIME, &its, 0));
    CHECK(raw(rt_sigtimedwait, &set, &si, 0, 8) == SIGALRM);
    CHECK(si.si_value.sival_int == id);
    ev.notify = 4; /* SIGEV_THREAD_ID */
    ev.tid = (int) raw(gettid);
    show("to a thread", create(CLOCK_MONOTONIC, &ev, &id2));
    its = (struct itimerspec){.it_value = {0, 1000000}};
    show("arm", raw(timer_settime, id2, 0, &its, 0));
    CHECK(raw(rt_sigtimedwait, &set, &si, 0, 8) == 40);
    show("of the processor time", create(CLOCK_PROCESS_CPUTIME_ID, &ev, &id2));
    show("arm", raw(timer_settime, id2, 0, &its, 0));
    while (raw(rt_sigtimedwait, &set, &si, &zero, 8) != 40)
        ;
    ev.tid = 1;
    show("to a thread of others", create(CLOCK_MONOTONIC, &ev, &id2));
    ev.notify = 77;
    show("unknown event", create(CLOCK_MONOTONIC, &ev, &id2));
    ev.notify = SIGEV_SIGNAL;
    ev.signo = 65;
    show("signal 65", create(CLOCK_MONOTONIC, &ev, &id2));
    ev.notify = SIGEV_NONE;
    show("no signal", create(CLOCK_MONOTONIC, &ev, &id2));
    show("unknown clock", create(99, NULL, &id2));
    show("event not there", create(CLOCK_MONOTONIC, BAD_PTR, &id2));
    show("id to nowhere", create(CLOCK_MONOTONIC, NULL, BAD_PTR));
    its.it_value.tv_nsec = 1000000000;
    show("bad time", raw(timer_settime, id, 0, &its, 0));
    show("time not there", raw(timer_settime, id, 0, BAD_PTR, 0));
    show("answer to nowhere", raw(timer_gettime, id, BAD_PTR));
    return t_end();
}
