/* covers: futex */
#include "child.h"
#include "threads.h"

/* Barriers, rwlocks, mutexes and conditions in memory that four processes of two threads each share. */
enum { PROCESSES = 4, THREADS = 2, ROUNDS = 40 };
struct shared {
    pthread_barrier_t barrier;
    pthread_rwlock_t rw;
    pthread_mutex_t m;
    pthread_cond_t c;
    _Atomic uint32_t serial, torn, readers, most;
    uint64_t a, b;
    int turn, turns;
};
static struct shared *s;

static void *work(void *arg)
{
    int me = (int) (intptr_t) arg;
    for (int i = 0; i < ROUNDS; i++) {
        if (pthread_barrier_wait(&s->barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
            atomic_fetch_add(&s->serial, 1);
        if (i % 4 == 0) {
            MUST(pthread_rwlock_wrlock(&s->rw) == 0);
            s->a++;
            sched_yield();
            s->b++;
        } else {
            MUST(pthread_rwlock_rdlock(&s->rw) == 0);
            if (s->a != s->b)
                atomic_fetch_add(&s->torn, 1);
        }
        pthread_rwlock_unlock(&s->rw);
        pthread_mutex_lock(&s->m);
        while (s->turn != me)
            pthread_cond_wait(&s->c, &s->m);
        s->turn = (me + 1) % (PROCESSES * THREADS);
        s->turns++;
        pthread_cond_broadcast(&s->c);
        pthread_mutex_unlock(&s->m);
    }
    return NULL;
}

int main(void)
{
    pthread_barrierattr_t ba;
    pthread_rwlockattr_t ra;
    pthread_mutexattr_t ma;
    pthread_condattr_t ca;
    s = shared_mem(T_PAGE);
    pthread_barrierattr_init(&ba);
    pthread_rwlockattr_init(&ra);
    pthread_mutexattr_init(&ma);
    pthread_condattr_init(&ca);
    MUST(pthread_barrierattr_setpshared(&ba, PTHREAD_PROCESS_SHARED) == 0);
    MUST(pthread_rwlockattr_setpshared(&ra, PTHREAD_PROCESS_SHARED) == 0);
    MUST(pthread_mutexattr_setpshared(&ma, PTHREAD_PROCESS_SHARED) == 0);
    MUST(pthread_condattr_setpshared(&ca, PTHREAD_PROCESS_SHARED) == 0);
    MUST(pthread_barrier_init(&s->barrier, &ba, PROCESSES * THREADS) == 0);
    MUST(pthread_rwlock_init(&s->rw, &ra) == 0 && pthread_mutex_init(&s->m, &ma) == 0 &&
         pthread_cond_init(&s->c, &ca) == 0);
    pid_t pid[PROCESSES];
    for (intptr_t i = 0; i < PROCESSES; i++)
        if ((pid[i] = fork()) == 0) {
            pthread_t th = thread_start(work, (void *) (2 * i));
            work((void *) (2 * i + 1));
            thread_join(th);
            _exit(0);
        }
    for (int i = 0; i < PROCESSES; i++)
        show_wait("process", pid[i]);
    printf("serial %u, torn %u, written %" PRIu64 " %" PRIu64 ", turns %d\n", s->serial, s->torn, s->a, s->b, s->turns);
    return t_end();
}
