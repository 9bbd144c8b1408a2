/* covers: timer_create timer_settime clone */
#include "threads.h"

static _Atomic uint32_t calls;
static _Atomic int value;

static void called(union sigval v)
{
    value = v.sival_int;
    atomic_fetch_add(&calls, 1);
    futex(&calls, FUTEX_WAKE, 1, NULL, NULL, 0);
}

int main(void)
{
    struct sigevent ev = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = called, .sigev_value.sival_int = 77};
    struct itimerspec its = {{0, 100000000}, {0, 100000000}};
    timer_t t[3];
    for (int i = 0; i < 3; i++) {
        uint32_t from = calls;
        ev.sigev_value.sival_int = i;
        MUST(timer_create(CLOCK_MONOTONIC, &ev, &t[i]) == 0);
        MUST(timer_settime(t[i], 0, &its, NULL) == 0);
        for (uint32_t now; (now = atomic_load(&calls)) < from + 5;)
            futex(&calls, FUTEX_WAIT, now, NULL, NULL, 0);
        printf("value %d\n", value);
        MUST(timer_delete(t[i]) == 0);
    }
    return t_end();
}
