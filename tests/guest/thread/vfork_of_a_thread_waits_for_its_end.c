/* covers: clone */
/* only: glibc (clone of musl refuses CLONE_THREAD) */
#include "rawthread.h"

static _Atomic uint32_t ended, other;

static int ends_late(void *arg)
{
    (void) arg;
    for (int i = 0; i < 200; i++)
        raw(sched_yield);
    atomic_store(&ended, 1);
    return 0;
}

/* Ends only when somebody else says so: the waiting thread does not hold up the others. */
static int ends_when_told(void *arg)
{
    (void) arg;
    while (!atomic_load(&other))
        raw(sched_yield);
    atomic_store(&ended, 2);
    return 0;
}

static void *tells(void *arg)
{
    (void) arg;
    atomic_store(&other, 1);
    return NULL;
}

int main(void)
{
    static struct raw_thread r;
    const uint64_t all = CLONE_FS | CLONE_FILES | CLONE_SYSVSEM;
    CHECK(raw_thread(&r, ends_late, all | CLONE_VFORK, NULL) > 0);
    printf("ended %u cleared %u\n", ended, r.cleared);
    pthread_t th = thread_start(tells, NULL);
    CHECK(raw_thread(&r, ends_when_told, all | CLONE_VFORK, NULL) > 0);
    printf("ended %u cleared %u\n", ended, r.cleared);
    thread_join(th);
    return t_end();
}
