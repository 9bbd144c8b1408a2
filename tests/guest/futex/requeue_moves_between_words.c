/* covers: futex */
#include "threads.h"

static uint32_t a, b;
static _Atomic uint32_t gone;

static void *waits(void *arg)
{
    (void) arg;
    long r = futex(&a, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0);
    atomic_fetch_add(&gone, 1);
    return (void *) r;
}

static long requeue(int op, int wake, long move, uint32_t *to, uint32_t val)
{
    return futex(&a, op | FUTEX_PRIVATE_FLAG, (uint32_t) wake, (void *) move, to, val);
}

int main(void)
{
    pthread_t th[8];
    for (int i = 0; i < 8; i++)
        th[i] = thread_start(waits, NULL);
    while (requeue(FUTEX_CMP_REQUEUE, 0, 100, &a, 0) < 8)
        sched_yield();
    show("wake less than none", requeue(FUTEX_REQUEUE, -1, 1, &b, 0));
    show("move less than none", requeue(FUTEX_REQUEUE, 1, -1, &b, 0));
    show("value differs", requeue(FUTEX_CMP_REQUEUE, 1, 1, &b, 5));
    show("to a word that is not aligned", requeue(FUTEX_REQUEUE, 1, 1, (uint32_t *) ((char *) &b + 1), 0));
    show("wake 1, move 2", requeue(FUTEX_CMP_REQUEUE, 1, 2, &b, 0));
    show("wake 0, move 1", requeue(FUTEX_REQUEUE, 0, 1, &b, 0));
    show("of b", futex(&b, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0));
    show("move the rest", requeue(FUTEX_CMP_REQUEUE, 0, INT_MAX, &b, 0));
    show("none left", futex(&a, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, INT_MAX, NULL, NULL, 0));
    show("all of b", futex(&b, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, INT_MAX, NULL, NULL, 0));
    for (int i = 0; i < 8; i++)
        CHECK(thread_join(th[i]) == NULL);
    printf("gone %u\n", gone);
    return t_end();
}
