/* covers: futex sched_setscheduler */
#include "waiters.h"

static uint32_t cond, pi;

static void *waits(void *arg)
{
    waiter_begin(arg);
    CHECK(futex(&cond, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &pi, 0) == 0);
    CHECK((*(volatile uint32_t *) &pi & FUTEX_TID_MASK) == (uint32_t) raw(gettid));
    waiter_got(arg);
    CHECK(futex(&pi, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0);
    return NULL;
}

static void round_of(const char *name, bool held)
{
    struct waiter w[] = {{.priority = 4}, {.priority = 0}, {.priority = 8}, {.priority = 6}};
    if (held)
        CHECK(futex(&pi, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0);
    waiters_start(w, ARRAY_SIZE(w), waits);
    show("woken or moved", futex(&cond, FUTEX_CMP_REQUEUE_PI, 1, (void *) (held ? 1l : 100l), &pi, 0));
    if (held) {
        printf("the owner's priority: %ld\n", effective_priority((uint32_t) raw(gettid)));
        show("the rest", futex(&cond, FUTEX_CMP_REQUEUE_PI, 1, (void *) 100l, &pi, 0));
        CHECK(futex(&pi, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0);
    }
    waiters_join(name, w, ARRAY_SIZE(w));
    CHECK((pi & FUTEX_TID_MASK) == 0);
    pi = 0;
}

int main(void)
{
    round_of("a free lock", false);
    round_of("a lock that is held", true);
    return t_end();
}
