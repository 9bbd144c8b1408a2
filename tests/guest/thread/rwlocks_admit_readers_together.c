/* covers: futex */
#include "threads.h"

enum { READERS = 6 };
static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static _Atomic uint32_t in, leave, wrote;

static void *reads(void *arg)
{
    (void) arg;
    CHECK(pthread_rwlock_rdlock(&rw) == 0);
    atomic_fetch_add(&in, 1);
    word_wait(&leave, 1);
    CHECK(pthread_rwlock_unlock(&rw) == 0);
    return NULL;
}

static void *writes(void *arg)
{
    (void) arg;
    CHECK(pthread_rwlock_wrlock(&rw) == 0);
    atomic_store(&wrote, 1);
    CHECK(pthread_rwlock_unlock(&rw) == 0);
    return NULL;
}

int main(void)
{
    struct timespec past = {1, 0};
    pthread_t th[READERS + 1];
    for (int i = 0; i < READERS; i++)
        th[i] = thread_start(reads, NULL);
    while (atomic_load(&in) < READERS) /* all of them at once */
        sched_yield();
    printf("try to write: %s\n", errname(pthread_rwlock_trywrlock(&rw)));
    printf("write until: %s\n", errname(pthread_rwlock_timedwrlock(&rw, &past)));
    printf("try to read: %s\n", errname(pthread_rwlock_tryrdlock(&rw)));
    pthread_rwlock_unlock(&rw);
    th[READERS] = thread_start(writes, NULL);
    CHECK(atomic_load(&wrote) == 0);
    word_set(&leave, 1);
    for (int i = 0; i <= READERS; i++)
        thread_join(th[i]);
    CHECK(atomic_load(&wrote) == 1);
    printf("write: %s\n", errname(pthread_rwlock_wrlock(&rw)));
    printf("try to read: %s\n", errname(pthread_rwlock_tryrdlock(&rw)));
    printf("read until: %s\n", errname(pthread_rwlock_timedrdlock(&rw, &past)));
    pthread_rwlock_unlock(&rw);
    return t_end();
}
