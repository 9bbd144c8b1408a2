/* covers: futex */
#include "threads.h"

enum { N = 6, ROUNDS = 200 };
static uint32_t pi;
static volatile long count;

static void *work(void *arg)
{
    int op = (intptr_t) arg & 1 ? FUTEX_LOCK_PI2 : FUTEX_LOCK_PI;
    uint32_t me = (uint32_t) raw(gettid);
    for (int i = 0; i < ROUNDS; i++) {
        uint32_t free = 0;
        if (!__atomic_compare_exchange_n(&pi, &free, me, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            CHECK(futex(&pi, op | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0) == 0);
        CHECK((__atomic_load_n(&pi, __ATOMIC_SEQ_CST) & FUTEX_TID_MASK) == me);
        count = count + 1;
        uint32_t mine = me;
        if (!__atomic_compare_exchange_n(&pi, &mine, 0, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            CHECK(futex(&pi, FUTEX_UNLOCK_PI | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0) == 0);
    }
    return NULL;
}

int main(void)
{
    pthread_t th[N];
    for (int i = 0; i < N; i++)
        th[i] = thread_start(work, (void *) (intptr_t) i);
    for (int i = 0; i < N; i++)
        thread_join(th[i]);
    printf("count %ld word %x\n", count, pi);
    return t_end();
}
