/* covers: set_robust_list futex exit */
/* translated: no (it does not end under the translator outside, so there is nothing to compare with) */
#include "child.h"
#include "threads.h"

/* A thread, and then a process, that ends with a hundred robust mutexes held: each is found, the one that somebody waits for too. */
enum { N = 100 };
static pthread_mutex_t *m;
static _Atomic uint32_t *waiting;

static void *holds_all(void *arg)
{
    for (int i = 0; i < N; i++)
        MUST(pthread_mutex_lock(&m[i]) == 0);
    if (arg)
        word_wait(waiting, 1);
    return NULL;
}

static void *wants_one(void *arg)
{
    (void) arg;
    word_set(waiting, 1);
    int r = pthread_mutex_lock(&m[N / 2]);
    printf("one who may have waited: %s\n", errname(r));
    pthread_mutex_consistent(&m[N / 2]);
    pthread_mutex_unlock(&m[N / 2]);
    return NULL;
}

static int count(void)
{
    int dead = 0;
    for (int i = 0; i < N; i++) {
        int r = pthread_mutex_lock(&m[i]);
        dead += r == EOWNERDEAD;
        if (r == EOWNERDEAD)
            pthread_mutex_consistent(&m[i]);
        pthread_mutex_unlock(&m[i]);
    }
    return dead;
}

int main(void)
{
    pthread_mutexattr_t ma;
    m = shared_mem(4 * T_PAGE);
    waiting = shared_mem(T_PAGE);
    pthread_mutexattr_init(&ma);
    pthread_mutexattr_setrobust(&ma, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED);
    for (int i = 0; i < N; i++)
        MUST(pthread_mutex_init(&m[i], &ma) == 0);
    thread_join(thread_start(holds_all, NULL));
    int first = count();
    printf("of a thread: %d, again %d\n", first, count());
    show_status("process", IN_CHILD(holds_all(NULL)));
    int dead = count();
    printf("of a process: %d\n", dead);
    pid_t pid = fork();
    if (pid == 0) {
        holds_all(waiting);
        _exit(0);
    }
    while (pthread_mutex_trylock(&m[N - 1]) == 0) {
        pthread_mutex_unlock(&m[N - 1]);
        sched_yield();
    }
    thread_join(thread_start(wants_one, NULL));
    show_wait("another", pid);
    printf("the others: %d\n", count());
    return t_end();
}
