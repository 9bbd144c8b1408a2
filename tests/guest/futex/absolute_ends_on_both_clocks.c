/* covers: futex futex_waitv futex_wait */
#include "threads.h"

static uint32_t word;

static struct timespec in_ms(int clock, int ms)
{
    struct timespec ts;
    clock_gettime(clock, &ts);
    ts.tv_nsec += ms * 1000000l;
    if (ts.tv_nsec >= 1000000000)
        ts.tv_sec++, ts.tv_nsec -= 1000000000;
    return ts;
}

static void until(const char *name, int clock, int op)
{
    static const struct timespec odd[] = {{-1, 0},        {0, -1}, {0, 1000000000},
                                          {0, 999999999}, {0, 0},  {INT64_MAX, 1000000000}};
    int64_t t0 = now_ns(clock);
    struct timespec ts = in_ms(clock, 20);
    printf("%s: ", name);
    show("20 ms", futex(&word, op, 0, &ts, NULL, ~0u));
    CHECK(now_ns(clock) - t0 >= 19000000);
    for (unsigned i = 0; i < ARRAY_SIZE(odd); i++) {
        printf("%s: %" PRId64 ".%09ld ", name, (int64_t) odd[i].tv_sec, odd[i].tv_nsec);
        show("", futex(&word, op, 0, &odd[i], NULL, ~0u));
    }
    printf("%s: ", name);
    show("no bits", futex(&word, op, 0, &ts, NULL, 0));
    printf("%s: ", name);
    show("from nowhere", futex(&word, op, 0, BAD_PTR, NULL, ~0u));
    printf("%s: ", name);
    show("the value first", futex(&word, op, 1, &(struct timespec){1, 0}, NULL, ~0u));
}

int main(void)
{
    until("monotonic", CLOCK_MONOTONIC, FUTEX_WAIT_BITSET);
    until("real time", CLOCK_REALTIME, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME);
    until("private", CLOCK_REALTIME, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME | FUTEX_PRIVATE_FLAG);
    struct timespec ts = {0, 5000000};
    show("relative, real time", futex(&word, FUTEX_WAIT | FUTEX_CLOCK_REALTIME, 0, &ts, NULL, 0));
    show("wake, real time", futex(&word, FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 1, NULL, NULL, 0));
    show("lock, real time", futex(&word, FUTEX_LOCK_PI | FUTEX_CLOCK_REALTIME, 0, &ts, NULL, 0));
    word = 0;
    ts = in_ms(CLOCK_REALTIME, 5);
    show("futex_wait", raw(futex_wait, &word, 0, ~0u, 2 | 128, &ts, CLOCK_REALTIME));
    show("futex_wait, boot time", raw(futex_wait, &word, 0, ~0u, 2 | 128, &ts, CLOCK_BOOTTIME));
    ts.tv_nsec = 1000000000;
    show("futex_wait, bad time", raw(futex_wait, &word, 0, ~0u, 2 | 128, &ts, CLOCK_MONOTONIC));
    return t_end();
}
