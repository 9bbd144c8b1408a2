/* covers: futex */
/* Two and three threads, each with a lock that the next one wants: the last to ask is told EDEADLK. */
#include "child.h"
#include "threads.h"

static uint32_t lock[4];
static _Atomic uint32_t have, go, tids[4];
static int n;

static void *chain_link(void *arg)
{
    int i = (int) (intptr_t) arg;
    atomic_store(&tids[i], (uint32_t) raw(gettid));
    CHECK(futex(&lock[i], FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0);
    atomic_fetch_add(&have, 1);
    word_wait(&go, 1);
    /* the next one; the chain ends at the main thread's */
    CHECK(futex(&lock[i + 1], FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0);
    futex(&lock[i + 1], FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
    futex(&lock[i], FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
    return NULL;
}

int main(void)
{
    for (n = 1; n <= 3; n++) {
        pthread_t th[3];
        memset(lock, 0, sizeof lock);
        atomic_store(&have, 0);
        atomic_store(&go, 0);
        CHECK(futex(&lock[n], FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0);
        for (int i = 0; i < n; i++)
            th[i] = thread_start(chain_link, (void *) (intptr_t) i);
        while (atomic_load(&have) < (uint32_t) n)
            sched_yield();
        word_set(&go, 1);
        for (int i = 1; i <= n; i++)
            while (!(*(volatile uint32_t *) &lock[i] & FUTEX_WAITERS))
                sched_yield();
        for (int i = 0; i < n; i++)
            until_state(getpid(), (pid_t) tids[i], "S");
        show("closing the circle", futex(&lock[0], FUTEX_LOCK_PI, 0, NULL, NULL, 0));
        show("leaving", futex(&lock[n], FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
        for (int i = 0; i < n; i++)
            thread_join(th[i]);
        printf("%x %x\n", lock[0], lock[n]);
    }
    return t_end();
}
