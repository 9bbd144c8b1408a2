/* covers: futex exit */
#include "waiters.h"
#include "rawthread.h"

/* A PI lock whose owner ends without giving it back goes to who waits, marked; who comes later is told that there is no owner. */
static uint32_t pi;
static struct waiter w;
static _Atomic uint32_t go;

static int takes_and_ends(void *arg)
{
    futex(&pi, FUTEX_LOCK_PI, 0, NULL, NULL, 0);
    word_set(arg, 1);
    word_wait(&go, 1);
    raw(exit, 0);
    return 0;
}

static void *waits(void *arg)
{
    waiter_begin(arg);
    show("waiter", futex(&pi, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    printf("word: mine %d, owner died %d\n", (pi & FUTEX_TID_MASK) == (uint32_t) raw(gettid),
           !!(pi & FUTEX_OWNER_DIED));
    CHECK(futex(&pi, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0);
    return NULL;
}

int main(void)
{
    static struct raw_thread r;
    _Atomic uint32_t taken = 0;
    MUST(raw_thread(&r, takes_and_ends, CLONE_FS | CLONE_FILES | CLONE_SYSVSEM, &taken) > 0);
    word_wait(&taken, 1);
    waiters_start(&w, 1, waits);
    word_set(&go, 1);
    raw_join(&r);
    thread_join(w.thread);
    printf("then %x\n", pi);
    for (int i = 0; i < 50; i++) {
        pi = 0;
        atomic_store(&taken, 0);
        MUST(raw_thread(&r, takes_and_ends, CLONE_FS | CLONE_FILES | CLONE_SYSVSEM, &taken) > 0);
        raw_join(&r);
        CHECK(futex(&pi, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == -1 && errno == ESRCH);
    }
    return t_end();
}
