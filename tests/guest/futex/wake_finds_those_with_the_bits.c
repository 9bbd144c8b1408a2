/* covers: futex */
#include "threads.h"

static uint32_t word;

static void *waits(void *arg)
{
    return (void *) futex(&word, FUTEX_WAIT_BITSET, 0, NULL, NULL, (uint32_t) (uintptr_t) arg);
}

int main(void)
{
    static const uint32_t bits[] = {1, 2, 4, 8, 0x80000000, 0xffffffff, 3, 12};
    pthread_t th[8];
    for (int i = 0; i < 8; i++)
        th[i] = thread_start(waits, (void *) (uintptr_t) bits[i]);
    while (futex(&word, FUTEX_CMP_REQUEUE, 0, (void *) 100l, &word, 0) < 8)
        sched_yield();
    show("no such bit", futex(&word, FUTEX_WAKE_BITSET, 100, NULL, NULL, 0) < 0 ? -1 : 0);
    show("bit 31", futex(&word, FUTEX_WAKE_BITSET, 100, NULL, NULL, 0x80000000));
    show("bit 31 again", futex(&word, FUTEX_WAKE_BITSET, 100, NULL, NULL, 0x80000000));
    show("bit 0, one", futex(&word, FUTEX_WAKE_BITSET, 1, NULL, NULL, 1));
    show("bit 0, others", futex(&word, FUTEX_WAKE_BITSET, 100, NULL, NULL, 1));
    show("bits 2 and 3", futex(&word, FUTEX_WAKE_BITSET, 100, NULL, NULL, 12));
    show("rest", futex(&word, FUTEX_WAKE, 100, NULL, NULL, 0));
    for (int i = 0; i < 8; i++)
        CHECK(thread_join(th[i]) == NULL);
    return t_end();
}
