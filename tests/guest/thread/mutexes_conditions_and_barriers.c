/* covers: futex */
#include <semaphore.h>

#include "threads.h"

enum { N = 8, ROUNDS = 400 };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static sem_t sem;
static long counter, readers_saw, once_ran;
static int turn, phase[N];

static void run_once(void)
{
    once_ran++;
}

static void *work(void *arg)
{
    int me = (int) (intptr_t) arg;
    pthread_once(&once, run_once);
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&lock);
        counter++;
        pthread_mutex_unlock(&lock);
    }
    for (int i = 0; i < 20; i++) {
        pthread_barrier_wait(&barrier);
        phase[me] = i;
        pthread_barrier_wait(&barrier);
        for (int k = 0; k < N; k++)
            CHECK(phase[k] == i);
    }
    for (int i = 0; i < 30; i++) {
        pthread_mutex_lock(&lock);
        while (turn % N != me)
            pthread_cond_wait(&cond, &lock);
        turn++;
        pthread_cond_broadcast(&cond);
        pthread_mutex_unlock(&lock);
    }
    for (int i = 0; i < 50; i++) {
        if (me == 0) {
            pthread_rwlock_wrlock(&rw);
            counter += 2;
            pthread_rwlock_unlock(&rw);
        } else {
            pthread_rwlock_rdlock(&rw);
            if (counter % 2)
                __atomic_add_fetch(&readers_saw, 1, __ATOMIC_SEQ_CST);
            pthread_rwlock_unlock(&rw);
        }
    }
    sem_post(&sem);
    return NULL;
}

int main(void)
{
    pthread_t th[N];
    struct timespec ts;
    pthread_barrier_init(&barrier, NULL, N);
    sem_init(&sem, 0, 0);
    for (int i = 0; i < N; i++)
        th[i] = thread_start(work, (void *) (intptr_t) i);
    for (int i = 0; i < N; i++)
        while (sem_wait(&sem) != 0)
            ;
    for (int i = 0; i < N; i++)
        thread_join(th[i]);
    printf("counter %ld turn %d odd %ld once %ld\n", counter, turn, readers_saw, once_ran);
    clock_gettime(CLOCK_REALTIME, &ts);
    ts.tv_nsec += 20000000;
    if (ts.tv_nsec >= 1000000000) {
        ts.tv_sec++;
        ts.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&lock);
    printf("timed wait: %s\n", errname(pthread_cond_timedwait(&cond, &lock, &ts)));
    printf("try lock: %s\n", errname(pthread_mutex_trylock(&lock)));
    printf("timed lock: %s\n", errname(pthread_mutex_timedlock(&lock, &ts)));
    pthread_mutex_unlock(&lock);
    show("semaphore", sem_timedwait(&sem, &ts));
    return t_end();
}
