/* covers: futex */
#include "threads.h"

static uint32_t pi;
static _Atomic uint32_t step;

static void *holder(void *arg)
{
    (void) arg;
    CHECK(futex(&pi, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0);
    word_set(&step, 1);
    word_wait(&step, 2);
    CHECK(futex(&pi, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0);
    return NULL;
}

static void *taker(void *arg)
{
    (void) arg;
    long r = futex(&pi, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
    CHECK(r == 0 && (pi & FUTEX_TID_MASK) == (uint32_t) raw(gettid));
    futex(&pi, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0);
    return NULL;
}

int main(void)
{
    struct timespec ts;
    pthread_mutexattr_t ma;
    pthread_mutex_t m;
    pthread_t th, others[4];
    show("lock", futex(&pi, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    CHECK(pi == (uint32_t) raw(gettid));
    show("lock again", futex(&pi, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    show("try again", futex(&pi, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
    show("unlock", futex(&pi, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    show("unlock again", futex(&pi, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    show("not there", futex(BAD_PTR, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    th = thread_start(holder, NULL);
    word_wait(&step, 1);
    show("somebody else's", futex(&pi, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    show("try", futex(&pi, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
    clock_gettime(CLOCK_REALTIME, &ts);
    show("until now", futex(&pi, FUTEX_LOCK_PI, 0, &ts, NULL, 0));
    for (int i = 0; i < 4; i++)
        others[i] = thread_start(taker, NULL);
    while (!(*(volatile uint32_t *) &pi & FUTEX_WAITERS))
        sched_yield();
    word_set(&step, 2);
    thread_join(th);
    for (int i = 0; i < 4; i++)
        thread_join(others[i]);
    printf("word %x\n", pi);
    pi = 0x3ffffff;
    show("owner that does not live", futex(&pi, FUTEX_LOCK_PI, 0, NULL, NULL, 0));

    pthread_mutexattr_init(&ma);
    pthread_mutexattr_setprotocol(&ma, PTHREAD_PRIO_INHERIT);
    pthread_mutex_init(&m, &ma);
    printf("mutex %s %s\n", errname(pthread_mutex_lock(&m)), errname(pthread_mutex_unlock(&m)));
    return t_end();
}
