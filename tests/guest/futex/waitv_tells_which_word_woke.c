/* covers: futex_waitv */
/* translated: no (under the translator it does not end) */
#include "threads.h"

struct waitv {
    uint64_t val, uaddr;
    uint32_t flags, reserved;
};

enum { N = 128 };
static uint32_t word[N];
static struct waitv v[N];

static void *waits(void *arg)
{
    (void) arg;
    return (void *) raw(futex_waitv, v, N, 0, 0, 0);
}

int main(void)
{
    static const int which[] = {0, 1, 63, 126, 127};
    for (int i = 0; i < N; i++)
        v[i] = (struct waitv){0, (uintptr_t) &word[i], 2 | (i & 1 ? 128 : 0), 0};
    for (unsigned k = 0; k < ARRAY_SIZE(which); k++) {
        int i = which[k], op = FUTEX_WAKE | (i & 1 ? FUTEX_PRIVATE_FLAG : 0);
        pthread_t th = thread_start(waits, NULL);
        while (!futex(&word[i], op, 1, NULL, NULL, 0))
            sched_yield();
        printf("%d: %ld\n", i, (long) thread_join(th));
    }
    struct timespec ts;
    for (int c = 0; c < 2; c++) {
        int64_t t0 = now_ns(CLOCK_MONOTONIC);
        clock_gettime(c ? CLOCK_MONOTONIC : CLOCK_REALTIME, &ts);
        ts.tv_nsec += 10000000;
        if (ts.tv_nsec >= 1000000000)
            ts.tv_sec++, ts.tv_nsec -= 1000000000;
        show("times out", raw(futex_waitv, v, N, 0, &ts, c ? CLOCK_MONOTONIC : CLOCK_REALTIME));
        CHECK(now_ns(CLOCK_MONOTONIC) - t0 >= 9000000);
    }
    ts = (struct timespec){0, -1};
    show("bad time", raw(futex_waitv, v, N, 0, &ts, CLOCK_MONOTONIC));
    show("clock of the process", raw(futex_waitv, v, N, 0, &ts, CLOCK_PROCESS_CPUTIME_ID));
    v[5].uaddr++;
    show("not aligned", raw(futex_waitv, v, N, 0, 0, 0));
    v[5].uaddr = 16;
    show("not there", raw(futex_waitv, v, N, 0, 0, 0));
    v[5].uaddr = 0;
    show("nowhere", raw(futex_waitv, v, N, 0, 0, 0));
    v[5] = (struct waitv){0, (uintptr_t) &word[5], 3, 0};
    show("of eight bytes", raw(futex_waitv, v, N, 0, 0, 0));
    v[5].flags = 2 | 64;
    show("unknown flag", raw(futex_waitv, v, N, 0, 0, 0));
    v[5] = (struct waitv){1, (uintptr_t) &word[5], 2, 0};
    show("value differs", raw(futex_waitv, v, N, 0, 0, 0));
    return t_end();
}
