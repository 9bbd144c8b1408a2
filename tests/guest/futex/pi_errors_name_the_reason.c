/* covers: futex */
#include "threads.h"

static uint32_t pi;
static _Atomic uint32_t step;

static void *holds(void *arg)
{
    (void) arg;
    CHECK(futex(&pi, FUTEX_LOCK_PI, 0, NULL, NULL, 0) == 0);
    word_set(&step, 1);
    word_wait(&step, 2);
    CHECK(futex(&pi, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0) == 0);
    return NULL;
}

int main(void)
{
    struct timespec past = {1, 0};
    uint32_t me = (uint32_t) raw(gettid);
    static uint32_t *ro;
    show("unlock a free one", futex(&pi, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    pi = me;
    show("lock own", futex(&pi, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    show("lock2 own", futex(&pi, FUTEX_LOCK_PI2, 0, NULL, NULL, 0));
    show("try own", futex(&pi, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
    show("unlock", futex(&pi, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    printf("word %x\n", pi);
    pi = FUTEX_OWNER_DIED;
    show("lock after a death", futex(&pi, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    CHECK(pi == (me | FUTEX_OWNER_DIED));
    show("unlock", futex(&pi, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    printf("word %x\n", pi);
    pi = 0x3fffffff;
    show("owner that never lived", futex(&pi, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    show("try it", futex(&pi, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
    show("unlock it", futex(&pi, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    pi = FUTEX_WAITERS;
    show("waiters of nobody", futex(&pi, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    CHECK((pi & FUTEX_TID_MASK) == me || pi == FUTEX_WAITERS);
    pi = 0;
    pthread_t th = thread_start(holds, NULL);
    word_wait(&step, 1);
    show("other's, unlock", futex(&pi, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    show("other's, try", futex(&pi, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
    show("other's, until long ago", futex(&pi, FUTEX_LOCK_PI, 0, &past, NULL, 0));
    show("other's, until long ago, monotonic", futex(&pi, FUTEX_LOCK_PI2, 0, &past, NULL, 0));
    show("other's, until long ago, real time", futex(&pi, FUTEX_LOCK_PI2 | FUTEX_CLOCK_REALTIME, 0, &past, NULL, 0));
    word_set(&step, 2);
    thread_join(th);
    ro = mmap(NULL, T_PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    show("read-only", futex(ro, FUTEX_LOCK_PI, 0, NULL, NULL, 0));
    show("read-only, try", futex(ro, FUTEX_TRYLOCK_PI, 0, NULL, NULL, 0));
    show("read-only, unlock", futex(ro, FUTEX_UNLOCK_PI, 0, NULL, NULL, 0));
    return t_end();
}
