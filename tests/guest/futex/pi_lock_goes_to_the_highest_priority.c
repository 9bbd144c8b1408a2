/* covers: futex sched_setscheduler */
#include "waiters.h"

static uint32_t pi;

static void *takes(void *arg)
{
    waiter_begin(arg);
    CHECK(futex(&pi, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0);
    waiter_got(arg);
    CHECK(futex(&pi, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0);
    return NULL;
}

int main(void)
{
    struct waiter w[] = {{.priority = 10}, {.priority = 30}, {.priority = 20}, {.priority = 31}, {.priority = 1}};
    struct waiter same[] = {{.priority = 0}, {.priority = 0}, {.priority = 5}};
    show("real-time priority", (set_fifo(1), set_fifo(0)));
    CHECK(futex(&pi, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0);
    waiters_start(w, ARRAY_SIZE(w), takes);
    CHECK(pi == (FUTEX_WAITERS | (uint32_t) raw(gettid)));
    CHECK(futex(&pi, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0);
    waiters_join("five", w, ARRAY_SIZE(w));
    CHECK(futex(&pi, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0);
    waiters_start(same, ARRAY_SIZE(same), takes);
    CHECK(futex(&pi, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0);
    waiters_join("usual ones and one above", same, ARRAY_SIZE(same));
    printf("word %x\n", pi);
    return t_end();
}
