/* Threads of a guest program, with as little ceremony as the programs allow. */
#ifndef THREADS_H
#define THREADS_H

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "t.h"

T_UNUSED static pthread_t thread_start(void *(*fn)(void *), void *arg)
{
    pthread_t th;
    int e = pthread_create(&th, NULL, fn, arg);
    if (e) {
        errno = e;
        MUST(!"pthread_create");
    }
    return th;
}

T_UNUSED static void *thread_join(pthread_t th)
{
    void *ret = NULL;
    MUST(pthread_join(th, &ret) == 0);
    return ret;
}

T_UNUSED static long futex(volatile void *word, int op, uint32_t val, const struct timespec *to, volatile void *word2,
                           uint32_t val3)
{
    return raw(futex, word, op, val, to, word2, val3);
}

/* Until another thread has set *word to `value`; sleeps meanwhile. */
T_UNUSED static void word_wait(_Atomic uint32_t *word, uint32_t value)
{
    uint32_t now;
    while ((now = atomic_load(word)) != value)
        futex((void *) word, FUTEX_WAIT, now, NULL, NULL, 0);
}

T_UNUSED static void word_set(_Atomic uint32_t *word, uint32_t value)
{
    atomic_store(word, value);
    futex((void *) word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

/* Let the other threads run until one of them has moved *counter on by `by`. */
T_UNUSED static void until_moved(_Atomic uint64_t *counter, uint64_t by)
{
    uint64_t from = atomic_load(counter);
    while (atomic_load(counter) < from + by)
        sched_yield();
}

#endif
