/* covers: set_robust_list futex exit */
/* translated: no (under the translator it does not end) */
/* One that dies as it unlocks, or locks, has a word without an owner as what is pending, whatever bits are set there: the next one is woken. */
#include "waiters.h"

struct work {
    _Atomic uint32_t word, tid;
    long result;
};

static void dies_with_pending(struct work *w)
{
    struct {
        void *next;
        long offset;
        void *pending;
    } head = {&head, 0, w};
    MUST(raw(set_robust_list, &head, sizeof head) == 0);
    raw(exit, 0);
}

static void *dies(void *arg)
{
    dies_with_pending(arg);
    return NULL;
}

static void *waits(void *arg)
{
    static const struct timespec limit = {20, 0};
    struct work *w = arg;
    uint32_t now = atomic_load(&w->word);
    atomic_store(&w->tid, (uint32_t) raw(gettid));
    w->result = futex(&w->word, FUTEX_WAIT, now, &limit, NULL, 0);
    return NULL;
}

static void try(uint32_t value, bool process)
{
    struct work *w = shared_mem(sizeof *w);
    atomic_store(&w->word, value);
    pthread_t th = thread_start(waits, w);
    until_rests(&w->tid);
    if (process)
        show_status("process", IN_CHILD(dies_with_pending(w)));
    else
        thread_start(dies, w);
    thread_join(th);
    printf("%08x: %s, then %08x\n", value, w->result ? "nobody" : "woken", atomic_load(&w->word));
}

int main(void)
{
    static const uint32_t values[] = {0, FUTEX_WAITERS, FUTEX_OWNER_DIED, FUTEX_OWNER_DIED | FUTEX_WAITERS};
    for (unsigned i = 0; i < 2 * ARRAY_SIZE(values); i++)
        try(values[i / 2], i & 1);
    return t_end();
}
