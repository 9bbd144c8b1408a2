#include "base/lock.h"

#include <linux/futex.h>

#include "base/raw.h"

#define LOCK_WAITED 0x80000000u

static __thread int self;

int lock_act_for(int pid)
{
    int before = self;
    self = pid;
    return before;
}

void lock_take(struct lock *l)
{
    if (__builtin_expect(!self, 0))
        self = (int) host(SYS_getpid);
    uint32_t mine = (uint32_t) self, v = 0;
    if (__builtin_expect(__atomic_compare_exchange_n(&l->word, &v, mine, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED), 1))
        return;
    for (;;) {
        /* Whoever has slept leaves the mark: there may be others. */
        if (v == 0) {
            if (__atomic_compare_exchange_n(&l->word, &v, mine | LOCK_WAITED, false, __ATOMIC_ACQUIRE,
                                            __ATOMIC_RELAXED))
                return;
        } else if ((v & LOCK_WAITED) || __atomic_compare_exchange_n(&l->word, &v, v | LOCK_WAITED, false,
                                                                    __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
            host(SYS_futex, &l->word, FUTEX_WAIT_PRIVATE, v | LOCK_WAITED, NULL, NULL, 0);
            v = __atomic_load_n(&l->word, __ATOMIC_RELAXED);
        }
    }
}

void lock_drop(struct lock *l)
{
    if (__atomic_exchange_n(&l->word, 0, __ATOMIC_RELEASE) & LOCK_WAITED)
        host(SYS_futex, &l->word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

bool lock_held_by(const struct lock *l, int pid)
{
    return (__atomic_load_n(&l->word, __ATOMIC_ACQUIRE) & ~LOCK_WAITED) == (uint32_t) pid;
}
