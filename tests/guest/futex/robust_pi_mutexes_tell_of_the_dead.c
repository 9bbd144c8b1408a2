/* covers: futex set_robust_list exit */
#include "waiters.h"

/* Mutexes that are robust and inherit priority, of threads and of processes. */
static pthread_mutex_t *m;
static struct waiter w;
static _Atomic uint32_t *step;

static void *dies(void *arg)
{
    MUST(pthread_mutex_lock(arg) == 0);
    return NULL;
}

static void *dies_later(void *arg)
{
    MUST(pthread_mutex_lock(arg) == 0);
    word_set(step, 1);
    word_wait(step, 2);
    return NULL;
}

static void *waits(void *arg)
{
    waiter_begin(arg);
    printf("waiter: %s\n", errname(pthread_mutex_lock(&m[1])));
    printf("made consistent: %s\n", errname(pthread_mutex_consistent(&m[1])));
    printf("unlocked: %s\n", errname(pthread_mutex_unlock(&m[1])));
    return NULL;
}

int main(void)
{
    pthread_mutexattr_t ma;
    m = shared_mem(T_PAGE);
    step = shared_mem(T_PAGE);
    pthread_mutexattr_init(&ma);
    pthread_mutexattr_setrobust(&ma, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED);
    MUST(pthread_mutexattr_setprotocol(&ma, PTHREAD_PRIO_INHERIT) == 0);
    for (int i = 0; i < 4; i++)
        MUST(pthread_mutex_init(&m[i], &ma) == 0);
    thread_join(thread_start(dies, &m[0]));
    printf("try: %s\n", errname(pthread_mutex_trylock(&m[0])));
    printf("never made consistent: %s\n", errname(pthread_mutex_unlock(&m[0])));
    printf("then: %s\n", errname(pthread_mutex_lock(&m[0])));
    pthread_t th = thread_start(dies_later, &m[1]);
    word_wait(step, 1);
    w.priority = 3;
    waiters_start(&w, 1, waits);
    word_set(step, 2);
    thread_join(th);
    thread_join(w.thread);
    printf("as before: %s\n", errname(pthread_mutex_lock(&m[1])));
    printf("unlocked: %s\n", errname(pthread_mutex_unlock(&m[1])));
    show_status("process", IN_CHILD(MUST(pthread_mutex_lock(&m[2]) == 0)));
    printf("of a dead process: %s\n", errname(pthread_mutex_lock(&m[2])));
    printf("consistent: %s\n", errname(pthread_mutex_consistent(&m[2])));
    printf("unlocked: %s\n", errname(pthread_mutex_unlock(&m[2])));
    show_status("exec", IN_CHILD(MUST(pthread_mutex_lock(&m[3]) == 0); execl("/bin/true", "true", (char *) NULL)));
    printf("of another program: %s\n", errname(pthread_mutex_lock(&m[3])));
    return t_end();
}
