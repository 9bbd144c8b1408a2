#include "task/birth.h"

#include <linux/futex.h>

#include "base/raw.h"

enum { FREE, TAKEN, OPEN, FAILED }; /* TAKEN: the rest of it is being filled in */
enum { MET_BY_WAIT = 1, MET_BY_SIGNAL = 2 };

/* All atomic: who shares the memory may die at any point. The process whose child it is stands beside the state. */
static struct birth {
    uint64_t word; /* owner << 32 | state */
    int pid;       /* 0: not known yet */
    int sig;
    int met;
} births[32] FORKED;
static unsigned next FORKED; /* where to look for a free one, or the oldest failure */
static int turn FORKED;      /* futex word: something became known */

static int get(const int *word)
{
    return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

static void set(int *word, int v)
{
    __atomic_store_n(word, v, __ATOMIC_SEQ_CST);
}

static uint64_t load(const struct birth *b)
{
    return __atomic_load_n(&b->word, __ATOMIC_SEQ_CST);
}

static int state_of(uint64_t word)
{
    return (int) (word & 3);
}

static int owner_of(uint64_t word)
{
    return (int) (word >> 32);
}

static bool become(struct birth *b, uint64_t word, int owner, int state)
{
    return __atomic_compare_exchange_n(&b->word, &word, (uint64_t) (uint32_t) owner << 32 | (uint32_t) state, false,
                                       __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static void tell(void)
{
    __atomic_add_fetch(&turn, 1, __ATOMIC_SEQ_CST);
    host(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

struct birth *birth_begin(int sig)
{
    const int self = (int) host(SYS_getpid);
    const unsigned first = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED);
    for (int from = FREE; from <= FAILED; from += FAILED - FREE) { /* failures of long ago give way */
        for (unsigned i = 0; i < ARRAY_SIZE(births); i++) {
            struct birth *b = &births[(first + i) % ARRAY_SIZE(births)];
            const uint64_t word = load(b);
            if (state_of(word) != from || !become(b, word, self, TAKEN))
                continue;
            set(&b->pid, 0);
            set(&b->sig, sig);
            set(&b->met, 0);
            become(b, load(b), self, OPEN);
            return b;
        }
    }
    return NULL;
}

static void leave(struct birth *b)
{
    __atomic_store_n(&b->word, FREE, __ATOMIC_SEQ_CST);
    tell();
}

void birth_other(int pid)
{
    for (unsigned i = 0; i < ARRAY_SIZE(births); i++) {
        struct birth *b = &births[i];
        const uint64_t word = load(b);
        if (state_of(word) == FAILED && get(&b->pid) == pid)
            become(b, word, 0, FREE);
    }
}

void birth_is(struct birth *b, int pid)
{
    if (!b)
        return;
    if (pid < 0) {
        leave(b);
        return;
    }
    birth_other(pid);
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
    become(b, load(b), (int) host(SYS_getpid), FAILED);
    tell();
}

/* Nothing more comes of one that both have met. */
static void meet(struct birth *b, uint64_t word, int how)
{
    if ((__atomic_or_fetch(&b->met, how, __ATOMIC_SEQ_CST) & 3) == (MET_BY_WAIT | MET_BY_SIGNAL))
        become(b, word, 0, FREE);
}

void birth_reaped(int pid)
{
    const int self = (int) host(SYS_getpid);
    for (unsigned i = 0; i < ARRAY_SIZE(births); i++) {
        const uint64_t word = load(&births[i]);
        if (state_of(word) == FAILED && owner_of(word) == self && get(&births[i].pid) == pid)
            meet(&births[i], word, MET_BY_WAIT);
    }
}

static bool any(void)
{
    for (unsigned i = 0; i < ARRAY_SIZE(births); i++)
        if (load(&births[i]))
            return true;
    return false;
}

/* `sig`: a signal told, else 0. */
static bool failed(int pid, int sig, bool peek)
{
    if (__builtin_expect(!any(), 1))
        return false;
    const int self = (int) host(SYS_getpid), how = sig ? MET_BY_SIGNAL : MET_BY_WAIT;
    for (;;) {
        const int seen = get(&turn);
        bool open = false;
        for (unsigned i = 0; i < ARRAY_SIZE(births); i++) {
            struct birth *b = &births[i];
            const uint64_t word = load(b);
            const int state = state_of(word), whose = get(&b->pid);
            if (state == FREE || owner_of(word) != self || (sig && state != TAKEN && get(&b->sig) != sig))
                continue;
            if (state == FAILED && whose == pid && !(get(&b->met) & how)) {
                if (!peek)
                    meet(b, word, how);
                return true;
            }
            open |= state == TAKEN || (state == OPEN && (!whose || whose == pid));
        }
        if (!open)
            return false;
        host(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
    }
}

bool birth_failed(int pid, bool peek)
{
    return failed(pid, 0, peek);
}

bool birth_failed_signal(const siginfo_t *info)
{
    return info->si_code >= CLD_EXITED && info->si_code <= CLD_DUMPED && failed(info->si_pid, info->si_signo, false);
}

void birth_gone(int pid)
{
    for (unsigned i = 0; i < ARRAY_SIZE(births); i++) {
        const uint64_t word = load(&births[i]);
        if (word && owner_of(word) == pid)
            become(&births[i], word, 0, FREE);
    }
    tell();
}

void birth_forget(void)
{
    for (unsigned i = 0; i < ARRAY_SIZE(births); i++)
        __atomic_store_n(&births[i].word, FREE, __ATOMIC_SEQ_CST);
}
