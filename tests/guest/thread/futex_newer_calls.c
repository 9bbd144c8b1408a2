/* covers: futex_waitv futex_wake futex_wait futex_requeue */
/* translated: no (under the translator it does not end) */
#include "threads.h"

struct waitv {
    uint64_t val, uaddr;
    uint32_t flags, reserved;
};

static _Atomic uint32_t a, b;
static struct waitv v[2];

static void *waits(void *arg)
{
    (void) arg;
    long r = raw(futex_waitv, v, 2, 0, 0, 0);
    return (void *) r;
}

static void *waits_one(void *arg)
{
    (void) arg;
    return (void *) raw(futex_wait, &a, 0, ~0u, 2, 0, 0);
}

int main(void)
{
    struct timespec past = {1, 0};
    v[0] = (struct waitv){0, (uintptr_t) &a, 2, 0};
    v[1] = (struct waitv){0, (uintptr_t) &b, 2, 0};
    show("none", raw(futex_waitv, v, 0, 0, 0, 0));
    show("too many", raw(futex_waitv, v, 129, 0, 0, 0));
    show("flags", raw(futex_waitv, v, 2, 1, 0, 0));
    show("flags that an int has no place for", raw(futex_waitv, v, 0, 1ul << 32, 0, 0));
    show("not there", raw(futex_waitv, BAD_PTR, 2, 0, 0, 0));
    show("past", raw(futex_waitv, v, 2, 0, &past, CLOCK_MONOTONIC));
    show("bad clock", raw(futex_waitv, v, 2, 0, &past, 77));
    v[1].val = 5;
    show("value differs", raw(futex_waitv, v, 2, 0, 0, 0));
    v[1].val = 0;
    v[1].reserved = 1;
    show("reserved", raw(futex_waitv, v, 2, 0, 0, 0));
    v[1].reserved = 0;
    pthread_t th = thread_start(waits, NULL);
    while (futex(&b, FUTEX_WAKE, 1, NULL, NULL, 0) == 0 && raw(futex_wake, &b, ~0u, 1, 2) <= 0)
        sched_yield();
    printf("woken by %ld\n", (long) (intptr_t) thread_join(th));
    show("futex_wake nobody", raw(futex_wake, &a, ~0u, 1, 2));
    show("futex_wake, no bits", raw(futex_wake, &a, 0, 1, 2));
    show("futex_wake, unknown size", raw(futex_wake, &a, ~0u, 1, 7));
    show("futex_wait, value differs", raw(futex_wait, &a, 9, ~0u, 2, 0, 0));
    show("futex_wait, past", raw(futex_wait, &a, 0, ~0u, 2, &past, CLOCK_MONOTONIC));
    th = thread_start(waits_one, NULL);
    long r;
    while ((r = raw(futex_wake, &a, ~0u, 1, 2)) == 0)
        sched_yield();
    show("futex_wake", r);
    printf("woken %ld\n", (long) (intptr_t) thread_join(th));
    show("futex_requeue", raw(futex_requeue, v, 0, 1, 1));
    show("futex_requeue, flags", raw(futex_requeue, v, 1, 1, 1));
    return t_end();
}
