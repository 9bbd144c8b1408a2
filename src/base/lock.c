#include "base/lock.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/uio.h>
#include <time.h>

#include "base/procfs.h"
#include "base/raw.h"

#define LOCK_WAITED 0x80000000u

static __thread int self;

int lock_act_for(int pid)
{
    int before = self;
    self = pid;
    return before;
}

int lock_self(void)
{
    if (__builtin_expect(!self, 0))
        self = (int) host(SYS_getpid);
    return self;
}

bool lock_owner_dead(int pid)
{
    /* A zombie has no memory any more, but other threads of it may have; one that is not ours to read is alive. */
    char byte;
    struct iovec here = {&byte, 1}, there = {NULL, 1};
    return host(SYS_process_vm_readv, pid, &here, 1, &there, 1, 0) == -ESRCH && procfs_threads(pid) <= 1;
}

static void take(struct lock *l, const struct timespec *patience)
{
    uint32_t mine = (uint32_t) lock_self(), v = 0;
    if (__builtin_expect(__atomic_compare_exchange_n(&l->word, &v, mine, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED), 1))
        return;
    for (;;) {
        /* Whoever has slept leaves the mark: there may be others. */
        if (v == 0) {
            if (__atomic_compare_exchange_n(&l->word, &v, mine | LOCK_WAITED, false, __ATOMIC_SEQ_CST,
                                            __ATOMIC_RELAXED))
                return;
        } else if ((v & LOCK_WAITED) || __atomic_compare_exchange_n(&l->word, &v, v | LOCK_WAITED, false,
                                                                    __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
            v |= LOCK_WAITED;
            long r = host(SYS_futex, &l->word, FUTEX_WAIT, v, patience, NULL, 0);
            if (r == -ETIMEDOUT && lock_owner_dead((int) (v & ~LOCK_WAITED)) &&
                __atomic_compare_exchange_n(&l->word, &v, mine | LOCK_WAITED, false, __ATOMIC_SEQ_CST,
                                            __ATOMIC_RELAXED))
                return;
            v = __atomic_load_n(&l->word, __ATOMIC_RELAXED);
        }
    }
}

void lock_take(struct lock *l)
{
    take(l, NULL);
}

void lock_take_over(struct lock *l)
{
    static const struct timespec patience = {.tv_nsec = 10000000};
    take(l, &patience);
}

bool lock_inherit(struct lock *l, int from)
{
    uint32_t v = __atomic_load_n(&l->word, __ATOMIC_RELAXED);
    do
        if ((v & ~LOCK_WAITED) != (uint32_t) from)
            return false;
    while (!__atomic_compare_exchange_n(&l->word, &v, (v & LOCK_WAITED) | (uint32_t) lock_self(), false,
                                        __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
    return true;
}

void lock_drop(struct lock *l)
{
    if (__atomic_exchange_n(&l->word, 0, __ATOMIC_SEQ_CST) & LOCK_WAITED)
        host(SYS_futex, &l->word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

bool lock_held_by(const struct lock *l, int pid)
{
    return (__atomic_load_n(&l->word, __ATOMIC_ACQUIRE) & ~LOCK_WAITED) == (uint32_t) pid;
}
