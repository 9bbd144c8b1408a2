/* covers: futex set_robust_list kill */
/* svm: no (a known difference) */
/* translated: no (the translator knows no robust lists) */
#include "child.h"
#include "threads.h"

/* One of several threads of the process that is killed holds it. */
struct shared {
    pthread_mutex_t m;
    _Atomic uint32_t step;
};

static void *holds(void *arg)
{
    struct shared *s = arg;
    MUST(pthread_mutex_lock(&s->m) == 0);
    word_set(&s->step, 1);
    for (;;)
        pause();
}

int main(void)
{
    struct shared *s = shared_mem(T_PAGE);
    pthread_mutexattr_t ma;
    pthread_mutexattr_init(&ma);
    pthread_mutexattr_setrobust(&ma, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED);
    MUST(pthread_mutex_init(&s->m, &ma) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        thread_start(holds, s);
        for (;;)
            pause();
    }
    word_wait(&s->step, 1);
    kill(pid, SIGKILL);
    reap(pid);
    printf("try: %s\n", errname(pthread_mutex_trylock(&s->m)));
    return t_end();
}
