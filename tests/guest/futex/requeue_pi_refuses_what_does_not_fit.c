/* covers: futex */
#include "waiters.h"

/* Waiters of one kind cannot be woken, or moved, as those of another; a wait knows where it may be moved to. */
static uint32_t cond, pi, other;
static struct waiter w;

static void *waits_pi(void *arg)
{
    waiter_begin(arg);
    long r = futex(&cond, FUTEX_WAIT_REQUEUE_PI, 0, NULL, &pi, 0);
    CHECK(futex(&pi, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0);
    return (void *) r;
}

static void *waits(void *arg)
{
    waiter_begin(arg);
    return (void *) futex(&cond, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static void *owns(void *arg)
{
    CHECK(futex(&pi, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0);
    waiter_begin(arg);
    show("waits with a lock", futex(&cond, FUTEX_WAIT, 0, NULL, NULL, 0));
    CHECK(futex(&pi, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0);
    return NULL;
}

int main(void)
{
    waiters_start(&w, 1, waits_pi);
    show("wake", futex(&cond, FUTEX_WAKE, 1, NULL, NULL, 0));
    show("requeue", futex(&cond, FUTEX_CMP_REQUEUE, 0, (void *) 1l, &other, 0));
    show("to another lock", futex(&cond, FUTEX_CMP_REQUEUE_PI, 1, (void *) 1l, &other, 0));
    printf("other word %x\n", other);
    show("private", futex(&cond, FUTEX_CMP_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 1, (void *) 1l, &pi, 0));
    show("to its own", futex(&cond, FUTEX_CMP_REQUEUE_PI, 1, (void *) 1l, &pi, 0));
    printf("waiter %ld,", (long) thread_join(w.thread));
    printf(" lock %x\n", pi);

    atomic_store(&w.tid, 0);
    waiters_start(&w, 1, waits);
    show("a plain one to a lock", futex(&cond, FUTEX_CMP_REQUEUE_PI, 1, (void *) 1l, &pi, 0));
    show("wake", futex(&cond, FUTEX_WAKE, 1, NULL, NULL, 0));
    printf("waiter %ld\n", (long) thread_join(w.thread));
    pi = 0;

    atomic_store(&w.tid, 0);
    waiters_start(&w, 1, owns);
    show("lock of one who waits elsewhere", futex(&pi, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
    show("wake the lock's word", futex(&pi, FUTEX_WAKE, 1, NULL, NULL, 0));
    CHECK(futex(&cond, FUTEX_WAKE, 1, NULL, NULL, 0) == 1);
    thread_join(w.thread);
    printf("lock %x\n", pi);
    return t_end();
}
