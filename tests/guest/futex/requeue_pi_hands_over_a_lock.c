/* covers: futex */
#include "threads.h"

static uint32_t cond, pi;
static _Atomic uint32_t got;

static void *waits(void *arg)
{
    (void) arg;
    long r = futex(&cond, FUTEX_WAIT_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 0, NULL, &pi, 0);
    CHECK(r == 0 && (pi & FUTEX_TID_MASK) == (uint32_t) raw(gettid));
    atomic_fetch_add(&got, 1);
    CHECK(futex(&pi, FUTEX_UNLOCK_PI | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0) == 0);
    return NULL;
}

static long move(int wake, long n, uint32_t val)
{
    return futex(&cond, FUTEX_CMP_REQUEUE_PI | FUTEX_PRIVATE_FLAG, (uint32_t) wake, (void *) n, &pi, val);
}

int main(void)
{
    pthread_t th[4];
    struct timespec past = {1, 0};
    show("nobody waits", move(1, 10, 0));
    show("wake none", move(0, 10, 0));
    show("wake two", move(2, 10, 0));
    show("value differs", move(1, 10, 7));
    show("same word", futex(&cond, FUTEX_CMP_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 1, (void *) 1l, &cond, 0));
    show("wait, same word", futex(&cond, FUTEX_WAIT_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 0, NULL, &cond, 0));
    show("wait, value differs", futex(&cond, FUTEX_WAIT_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 9, NULL, &pi, 0));
    show("wait, past", futex(&cond, FUTEX_WAIT_REQUEUE_PI | FUTEX_PRIVATE_FLAG, 0, &past, &pi, 0));
    show("wait, past, real time",
         futex(&cond, FUTEX_WAIT_REQUEUE_PI | FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME, 0, &past, &pi, 0));
    for (int i = 0; i < 4; i++)
        th[i] = thread_start(waits, NULL);
    /* the first gets the lock, the others wait for it: all four are counted once they are there */
    for (long sum = 0; sum < 4;) {
        long r = move(1, 10, 0);
        if (r > 0)
            sum += r;
        sched_yield();
    }
    for (int i = 0; i < 4; i++)
        thread_join(th[i]);
    printf("got %u word %x\n", got, pi & ~(uint32_t) FUTEX_WAITERS);
    return t_end();
}
