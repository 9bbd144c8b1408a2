/* covers: futex */
#include "threads.h"

static uint32_t a, b;
static uint32_t *const words[2] = {&a, &b};
static _Atomic uint32_t woken[2];

static void *waits(void *arg)
{
    int i = (int) (intptr_t) arg;
    while (futex(words[i], FUTEX_WAIT_BITSET, *(volatile uint32_t *) words[i], NULL, NULL, ~0u) < 0)
        ;
    atomic_fetch_add(&woken[i], 1);
    return NULL;
}

static void until_asleep(uint32_t *w, int n)
{
    while (futex(w, FUTEX_CMP_REQUEUE, 0, (struct timespec *) 1000l, w, *(volatile uint32_t *) w) < n)
        sched_yield();
}

static void round_of(const char *name, uint32_t start, int op, int cmp)
{
    pthread_t th[6];
    b = start;
    for (int i = 0; i < 6; i++)
        th[i] = thread_start(waits, (void *) (intptr_t) (i & 1));
    until_asleep(&a, 3);
    until_asleep(&b, 3);
    long r = futex(&a, FUTEX_WAKE_OP, 2, (void *) 2l, &b, op);
    printf("%s: %ld, b %u\n", name, r, b);
    show("left on a", futex(&a, FUTEX_WAKE, INT_MAX, NULL, NULL, 0));
    show("left on b", futex(&b, FUTEX_WAKE, INT_MAX, NULL, NULL, 0));
    for (int i = 0; i < 6; i++)
        thread_join(th[i]);
    (void) cmp;
}

int main(void)
{
    round_of("equal", 5, FUTEX_OP(FUTEX_OP_ADD, 1, FUTEX_OP_CMP_EQ, 5), 0);
    round_of("not equal", 5, FUTEX_OP(FUTEX_OP_ADD, 1, FUTEX_OP_CMP_NE, 5), 0);
    round_of("less", 4, FUTEX_OP(FUTEX_OP_SET, 0, FUTEX_OP_CMP_LT, 5), 0);
    round_of("greater", 4, FUTEX_OP(FUTEX_OP_OR, 3, FUTEX_OP_CMP_GT, 5), 0);
    printf("woken %u %u\n", woken[0], woken[1]);
    return t_end();
}
