/* covers: set_robust_list kill */
/* translated: no (under the translator it does not end) */
#include "child.h"
#include "threads.h"

static void *waits(void *arg)
{
    int e = pthread_mutex_lock(arg);
    if (e == EOWNERDEAD)
        pthread_mutex_consistent(arg);
    pthread_mutex_unlock(arg);
    return (void *) (intptr_t) e;
}

int main(void)
{
    pthread_mutexattr_t ma;
    pthread_mutex_t *m = shared_mem(T_PAGE);
    struct gate ready;
    pthread_mutexattr_init(&ma);
    pthread_mutexattr_setrobust(&ma, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED);
    for (int i = 0; i < 8; i++)
        pthread_mutex_init(&m[i], &ma);
    gate_init(&ready);
    pid_t pid = fork();
    if (pid == 0) {
        pthread_mutex_lock(&m[3]);
        pthread_mutex_lock(&m[4]);
        gate_open(&ready);
        for (;;)
            pause();
    }
    gate_wait(&ready);
    pthread_t th = thread_start(waits, &m[3]);
    printf("held: %s\n", errname(pthread_mutex_trylock(&m[3])));
    kill(pid, SIGKILL);
    reap(pid);
    printf("waiter: %s\n", errname((int) (intptr_t) thread_join(th)));
    printf("other mutex: %s\n", errname(pthread_mutex_lock(&m[4])));
    return t_end();
}
