/* covers: futex */
#include "child.h"
#include "threads.h"

static uint32_t word, other;
static _Atomic uint32_t arrived, woken;

static void *waiter(void *arg)
{
    uint32_t bits = (uint32_t) (uintptr_t) arg;
    atomic_fetch_add(&arrived, 1);
    long r = futex(&word, FUTEX_WAIT_BITSET, 0, NULL, NULL, bits ? bits : ~0u);
    atomic_fetch_add(&woken, 1);
    return (void *) r;
}

static void start(pthread_t *th, int n, int *tid, uint32_t bits)
{
    (void) tid;
    for (int i = 0; i < n; i++)
        th[i] = thread_start(waiter, (void *) (uintptr_t) bits);
}

/* How many sleep on a word, found without waking any. */
static void until_asleep(volatile uint32_t *w, int n)
{
    while (futex(w, FUTEX_CMP_REQUEUE, 0, (struct timespec *) 1000l, w, *w) < n)
        sched_yield();
}

int main(void)
{
    struct timespec some = {0, 10000000}, bad = {0, -1}, zero = {0, 0}, past = {1, 0}, abs_;
    pthread_t th[8];
    word = 1;
    show("value differs", futex(&word, FUTEX_WAIT, 0, NULL, NULL, 0));
    word = 0;
    int64_t t0 = now_ns(1);
    show("times out", futex(&word, FUTEX_WAIT, 0, &some, NULL, 0));
    CHECK(now_ns(1) - t0 >= 10000000);
    show("no time", futex(&word, FUTEX_WAIT, 0, &zero, NULL, 0));
    show("bad time", futex(&word, FUTEX_WAIT, 0, &bad, NULL, 0));
    show("time not there", futex(&word, FUTEX_WAIT, 0, BAD_PTR, NULL, 0));
    show("absolute, past", futex(&word, FUTEX_WAIT_BITSET, 0, &past, NULL, ~0u));
    clock_gettime(CLOCK_REALTIME, &abs_);
    show("absolute, real time", futex(&word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &abs_, NULL, ~0u));
    show("no bits", futex(&word, FUTEX_WAIT_BITSET, 0, NULL, NULL, 0));
    show("not aligned", futex((char *) &word + 1, FUTEX_WAIT, 0, NULL, NULL, 0));
    show("word not there", futex(BAD_PTR, FUTEX_WAIT, 0, NULL, NULL, 0));
    show("wake nobody", futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0));
    show("wake where nothing is", futex(BAD_HOLE, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0));
    show("unknown operation", futex(&word, 77, 0, NULL, NULL, 0));
    show("clock for a wake", futex(&word, FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 0, NULL, NULL, 0));

    start(th, 5, NULL, 0);
    until_asleep(&word, 5);
    show("wake two", futex(&word, FUTEX_WAKE, 2, NULL, NULL, 0));
    show("wake the rest", futex(&word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0));
    for (int i = 0; i < 5; i++)
        CHECK(thread_join(th[i]) == NULL);

    start(th, 2, NULL, 1);
    start(th + 2, 3, NULL, 2);
    until_asleep(&word, 5);
    show("wake by bit 4", futex(&word, FUTEX_WAKE_BITSET, INT_MAX, NULL, NULL, 4));
    show("wake by bit 1", futex(&word, FUTEX_WAKE_BITSET, INT_MAX, NULL, NULL, 1));
    show("wake by bit 2", futex(&word, FUTEX_WAKE_BITSET, INT_MAX, NULL, NULL, 2));
    for (int i = 0; i < 5; i++)
        CHECK(thread_join(th[i]) == NULL);

    start(th, 6, NULL, 0);
    until_asleep(&word, 6);
    show("requeue, value differs", futex(&word, FUTEX_CMP_REQUEUE, 1, (void *) 2l, &other, 9));
    show("wake one, move two", futex(&word, FUTEX_CMP_REQUEUE, 1, (void *) 2l, &other, 0));
    show("moved", futex(&other, FUTEX_WAKE, INT_MAX, NULL, NULL, 0));
    show("move all", futex(&word, FUTEX_REQUEUE, 0, (void *) 100l, &other, 0));
    other = 5;
    /* other += 1; wake on word; wake on other too if it was 5 */
    show("wake and operate",
         futex(&word, FUTEX_WAKE_OP, 1, (void *) 100l, &other, FUTEX_OP(FUTEX_OP_ADD, 1, FUTEX_OP_CMP_EQ, 5)));
    printf("other %u\n", other);
    for (int i = 0; i < 6; i++)
        CHECK(thread_join(th[i]) == NULL);
    printf("woken %u\n", atomic_load(&woken));
    return t_end();
}
