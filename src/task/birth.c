#include "task/birth.h"

#include <linux/futex.h>

#include "base/raw.h"

enum { FREE, OPEN, FAILED };

/* `owner` tells slots of this process from those of one that shares the memory, and may be dead. All atomic. */
static struct birth {
    int state;
    int owner;
    int pid; /* 0: not known yet */
} births[32];
static unsigned used; /* of births[], for who looks: 0 nearly always */
static unsigned next; /* where to look for a free one, or the oldest failure */
static int turn;      /* futex word: something became known */

static int get(const int *word)
{
    return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

static void set(int *word, int v)
{
    __atomic_store_n(word, v, __ATOMIC_SEQ_CST);
}

static void tell(void)
{
    __atomic_add_fetch(&turn, 1, __ATOMIC_SEQ_CST);
    host(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

struct birth *birth_begin(void)
{
    const unsigned first = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED);
    for (int from = FREE; from <= FAILED; from += FAILED - FREE) { /* failures of long ago give way */
        for (unsigned i = 0; i < ARRAY_SIZE(births); i++) {
            struct birth *b = &births[(first + i) % ARRAY_SIZE(births)];
            int state = from;
            if (!__atomic_compare_exchange_n(&b->state, &state, OPEN, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
                continue;
            set(&b->pid, 0);
            set(&b->owner, (int) host(SYS_getpid));
            if (from == FREE)
                __atomic_add_fetch(&used, 1, __ATOMIC_SEQ_CST);
            return b;
        }
    }
    return NULL;
}

static void leave(struct birth *b)
{
    set(&b->state, FREE);
    __atomic_sub_fetch(&used, 1, __ATOMIC_SEQ_CST);
    tell();
}

void birth_is(struct birth *b, int pid)
{
    if (!b)
        return;
    if (pid < 0) {
        leave(b);
        return;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(births); i++) { /* the number of one that failed long ago */
        int failed = FAILED;
        if (get(&births[i].pid) == pid &&
            __atomic_compare_exchange_n(&births[i].state, &failed, FREE, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            __atomic_sub_fetch(&used, 1, __ATOMIC_SEQ_CST);
    }
    set(&b->pid, pid);
    tell();
}

void birth_end(struct birth *b, bool failed)
{
    if (!b)
        return;
    if (!failed) {
        leave(b);
        return;
    }
    set(&b->state, FAILED);
    tell();
}

bool birth_failed(int pid)
{
    if (__builtin_expect(!__atomic_load_n(&used, __ATOMIC_SEQ_CST), 1))
        return false;
    const int self = (int) host(SYS_getpid);
    for (;;) {
        const int seen = get(&turn);
        bool open = false;
        for (unsigned i = 0; i < ARRAY_SIZE(births); i++) {
            const struct birth *b = &births[i];
            const int state = get(&b->state), whose = get(&b->pid);
            if (state == FREE || get(&b->owner) != self)
                continue;
            if (state == FAILED && whose == pid)
                return true;
            open |= state == OPEN && (!whose || whose == pid);
        }
        if (!open)
            return false;
        host(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
    }
}

bool birth_failed_signal(const siginfo_t *info)
{
    return info->si_code >= CLD_EXITED && info->si_code <= CLD_DUMPED && birth_failed(info->si_pid);
}

void birth_forget(void)
{
    for (unsigned i = 0; i < ARRAY_SIZE(births); i++)
        set(&births[i].state, FREE);
    used = 0;
}
