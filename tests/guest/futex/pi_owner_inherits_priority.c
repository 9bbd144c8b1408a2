/* covers: futex sched_setscheduler */
#include "waiters.h"

/* The owner runs with the priority of its most important waiter, and so does whoever the owner waits for; it ends with the wait. */
static uint32_t outer, inner;
static _Atomic uint32_t step;
static struct waiter middle, top;

static void *in_the_middle(void *arg)
{
    CHECK(futex(&inner, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0);
    waiter_begin(arg);
    CHECK(futex(&outer, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0);
    word_set(&step, 1);
    word_wait(&step, 2);
    CHECK(futex(&outer, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0);
    CHECK(futex(&inner, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0);
    printf("the middle one, with nothing: %ld\n", effective_priority(atomic_load(&middle.tid)));
    word_set(&step, 3);
    return NULL;
}

static void *at_the_top(void *arg)
{
    waiter_begin(arg);
    struct timespec soon;
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_sec += 100;
    CHECK(futex(&inner, FUTEX_LOCK_PI, 0, &soon, NULL, 0) == 0);
    word_wait(&step, 3);
    printf("the top one: %ld\n", effective_priority(atomic_load(&top.tid)));
    CHECK(futex(&inner, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0);
    return NULL;
}

int main(void)
{
    uint32_t me = (uint32_t) raw(gettid);
    top.priority = 40;
    CHECK(futex(&outer, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0);
    printf("alone: %ld\n", effective_priority(me));
    waiters_start(&middle, 1, in_the_middle);
    printf("with a usual waiter: %ld\n", effective_priority(me));
    waiters_start(&top, 1, at_the_top);
    printf("with a chain of two: %ld, the middle one %ld\n", effective_priority(me), effective_priority(middle.tid));
    printf("policy: %ld\n", raw(sched_getscheduler, 0));
    CHECK(futex(&outer, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0);
    word_wait(&step, 1);
    printf("given back: %ld, the middle one %ld\n", effective_priority(me), effective_priority(middle.tid));
    word_set(&step, 2);
    thread_join(middle.thread);
    thread_join(top.thread);
    printf("words %x %x\n", outer, inner);
    return t_end();
}
