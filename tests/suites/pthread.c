/* A program of many threads: a queue, a pipeline, readers and writers, each told by a line. */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { THREADS = 64, ITEMS = 20000 };

static void part(const char *name, int good)
{
    printf("%s %s\n", name, good ? "ok" : "wrong");
}

static void all(int n, void *(*fn)(void *), void *arg)
{
    pthread_t t[n];
    for (int i = 0; i < n; i++)
        pthread_create(&t[i], NULL, fn, arg);
    for (int i = 0; i < n; i++)
        pthread_join(t[i], NULL);
}

static struct {
    pthread_mutex_t lock;
    pthread_cond_t not_empty, not_full;
    int item[16], n, done;
    long sum;
} q = {.lock = PTHREAD_MUTEX_INITIALIZER, .not_empty = PTHREAD_COND_INITIALIZER, .not_full = PTHREAD_COND_INITIALIZER};

static void *consumer(void *arg)
{
    (void) arg;
    pthread_mutex_lock(&q.lock);
    for (;;) {
        while (!q.n && !q.done)
            pthread_cond_wait(&q.not_empty, &q.lock);
        if (!q.n)
            break;
        q.sum += q.item[--q.n];
        pthread_cond_signal(&q.not_full);
    }
    pthread_mutex_unlock(&q.lock);
    return NULL;
}

static void *producer(void *arg)
{
    (void) arg;
    for (int i = 1; i <= ITEMS; i++) {
        pthread_mutex_lock(&q.lock);
        while (q.n == 16)
            pthread_cond_wait(&q.not_full, &q.lock);
        q.item[q.n++] = i;
        pthread_cond_signal(&q.not_empty);
        pthread_mutex_unlock(&q.lock);
    }
    pthread_mutex_lock(&q.lock);
    q.done = 1;
    pthread_cond_broadcast(&q.not_empty);
    pthread_mutex_unlock(&q.lock);
    return NULL;
}

static int queue(void)
{
    pthread_t t;
    pthread_create(&t, NULL, producer, NULL);
    all(THREADS, consumer, NULL);
    pthread_join(t, NULL);
    return q.sum == (long) ITEMS * (ITEMS + 1) / 2;
}

static struct link {
    int in, out;
} pipeline[THREADS];
static int next_link;

static void *stage(void *arg)
{
    int v;
    (void) arg;
    struct link *l = &pipeline[__atomic_fetch_add(&next_link, 1, __ATOMIC_RELAXED)];
    while (read(l->in, &v, sizeof v) == sizeof v) {
        v++;
        if (write(l->out, &v, sizeof v) != sizeof v)
            break;
    }
    close(l->in);
    close(l->out);
    return NULL;
}

static void *feed(void *arg)
{
    int fd = *(int *) arg, zero = 0;
    for (int i = 0; i < 200; i++)
        if (write(fd, &zero, sizeof zero) != sizeof zero)
            break;
    close(fd);
    return NULL;
}

static int pipes(void)
{
    pthread_t t[THREADS + 1];
    int p[THREADS + 1][2], v, n = 0, good = 1;
    for (int i = 0; i <= THREADS; i++)
        if (pipe(p[i]))
            return 0;
    for (int i = 0; i < THREADS; i++)
        pipeline[i] = (struct link){p[i][0], p[i + 1][1]};
    for (int i = 0; i < THREADS; i++)
        pthread_create(&t[i], NULL, stage, NULL);
    pthread_create(&t[THREADS], NULL, feed, &p[0][1]);
    for (; read(p[THREADS][0], &v, sizeof v) == sizeof v; n++)
        good &= v == THREADS;
    for (int i = 0; i <= THREADS; i++)
        pthread_join(t[i], NULL);
    close(p[THREADS][0]);
    return good && n == 200;
}

static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static long pair[2];
static int torn;

static void *reader_or_writer(void *arg)
{
    (void) arg;
    for (int i = 0; i < 300; i++) {
        if (i % 10 == 0) {
            pthread_rwlock_wrlock(&rw);
            pair[0]++, pair[1]++;
        } else {
            pthread_rwlock_rdlock(&rw);
            if (pair[0] != pair[1])
                torn = 1;
        }
        pthread_rwlock_unlock(&rw);
    }
    return NULL;
}

static int readers_and_writers(void)
{
    all(THREADS, reader_or_writer, NULL);
    return !torn && pair[0] == THREADS * 30;
}

static pthread_barrier_t barrier;
static int serial;

static void *round_after_round(void *arg)
{
    (void) arg;
    for (int i = 0; i < 50; i++)
        if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
            __atomic_fetch_add(&serial, 1, __ATOMIC_RELAXED);
    return NULL;
}

static int rounds(void)
{
    pthread_barrier_init(&barrier, NULL, THREADS);
    all(THREADS, round_after_round, NULL);
    return serial == 50;
}

static sem_t sem;
static int inside, most;

static void *through_the_gate(void *arg)
{
    (void) arg;
    for (int i = 0; i < 200; i++) {
        sem_wait(&sem);
        int n = __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
        if (n > __atomic_load_n(&most, __ATOMIC_SEQ_CST))
            __atomic_store_n(&most, n, __ATOMIC_SEQ_CST);
        __atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
        sem_post(&sem);
    }
    return NULL;
}

static int gate(void)
{
    sem_init(&sem, 0, 3);
    all(THREADS, through_the_gate, NULL);
    return inside == 0 && most >= 1 && most <= 3;
}

static void *nothing(void *arg)
{
    return arg;
}

static int generations(void)
{
    for (int i = 0; i < 1000; i++) {
        pthread_t t;
        void *r;
        if (pthread_create(&t, NULL, nothing, &t) || pthread_join(t, &r) || r != &t)
            return 0;
    }
    return 1;
}

int main(void)
{
    part("queue", queue());
    part("pipeline", pipes());
    part("readers_and_writers", readers_and_writers());
    part("barrier_rounds", rounds());
    part("semaphore_gate", gate());
    part("generations", generations());
    return 0;
}
