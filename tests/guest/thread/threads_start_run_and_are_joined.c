/* covers: clone3 clone futex exit set_tid_address set_robust_list gettid */
#include "threads.h"

enum { N = 32 };
static int tids[N];
static __thread int own = 5;
static __thread char big[20000];

static void *work(void *arg)
{
    int me = (int) (intptr_t) arg, bad = 0;
    bad += own != 5;
    own = me;
    memset(big, me, sizeof(big));
    tids[me] = (int) raw(gettid);
    for (int i = 0; i < 50; i++) {
        sched_yield();
        bad += own != me || big[i * 100] != (char) me;
    }
    return (void *) (intptr_t) (me * 1000 + bad);
}

int main(void)
{
    pthread_t th[N];
    int same = 0;
    CHECK(raw(gettid) == getpid());
    for (int i = 0; i < N; i++)
        th[i] = thread_start(work, (void *) (intptr_t) i);
    for (int i = 0; i < N; i++)
        CHECK((intptr_t) thread_join(th[i]) == i * 1000);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < i; k++)
            same += tids[i] == tids[k];
    printf("%d threads, %d with the same id, own word %d\n", N, same, own);
    /* one after the other, so that stacks and ids come back */
    for (int i = 0; i < 300; i++)
        CHECK((intptr_t) thread_join(thread_start(work, (void *) (intptr_t) (i % N))) == i % N * 1000);
    show("set_tid_address", raw(set_tid_address, 0) == raw(gettid));
    return t_end();
}
