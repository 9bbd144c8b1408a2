/* covers: futex sched_setscheduler */
#include "waiters.h"

static _Atomic uint32_t word;
static _Atomic uint32_t turn;

static void *waits(void *arg)
{
    waiter_begin(arg);
    CHECK(futex(&word, FUTEX_WAIT, 0, NULL, NULL, 0) == 0);
    waiter_got(arg);
    atomic_fetch_add(&turn, 1);
    futex(&turn, FUTEX_WAKE, 1, NULL, NULL, 0);
    return NULL;
}

static void one_by_one(const char *name, struct waiter *w, unsigned n)
{
    atomic_store(&turn, 0);
    waiters_start(w, n, waits);
    for (unsigned i = 1; i <= n; i++) {
        CHECK(futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0) == 1);
        word_wait(&turn, i);
    }
    CHECK(futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0) == 0);
    waiters_join(name, w, n);
}

int main(void)
{
    struct waiter w[] = {{.priority = 0}, {.priority = 3}, {.priority = 9}, {.priority = 1}, {.priority = 9}};
    one_by_one("real-time ones", w, ARRAY_SIZE(w));
    /* of the usual ones the first that came is the first that goes: told by thread ids, which grow unless they wrap */
    struct waiter usual[6] = {0};
    uint32_t seen[6];
    atomic_store(&turn, 0);
    waiters_start(usual, ARRAY_SIZE(usual), waits);
    unsigned ordered = 0;
    for (unsigned i = 0; i < ARRAY_SIZE(usual); i++) {
        CHECK(futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0) == 1);
        word_wait(&turn, i + 1);
        seen[i] = atomic_load(&usual[i].tid);
        thread_join(usual[i].thread); /* would wait for ever for one that was not woken */
        ordered += seen[i] != 0;
    }
    printf("usual ones in order: %u\n", ordered);
    return t_end();
}
