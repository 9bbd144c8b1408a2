/* One measurement of threads and signals a run, for bench/run: prints "NAME ns", and "ops N" for how many operations the whole run
 * made, so that the exits that --stats counts can be told per operation. Median of the single times where an operation is a latency, else the
 * mean of a loop that lasted MIN_NS. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MIN_NS 200e6
enum { LATENCIES = 301, COMPUTERS = 8 };

static uint64_t ops;
static volatile uint64_t sink;

static void check(int error, const char *what)
{
    if (error) {
        fprintf(stderr, "threads: %s: %s\n", what, strerror(error));
        exit(1);
    }
}

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec * 1e9 + (double) t.tv_nsec;
}

static pthread_t start(void *(*fn)(void *), void *arg)
{
    pthread_t t;
    check(pthread_create(&t, NULL, fn, arg), "pthread_create");
    return t;
}

static double repeat(void (*fn)(unsigned n), unsigned n)
{
    double begin = now_ns(), end;
    do {
        fn(n);
        ops += n;
    } while ((end = now_ns()) - begin < MIN_NS);
    return (end - begin) / (double) ops;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

/* Median of LATENCIES results of fn(). */
static double median(double (*fn)(void))
{
    static double t[LATENCIES];
    for (int i = 0; i < LATENCIES; i++)
        t[i] = fn();
    ops += LATENCIES;
    qsort(t, LATENCIES, sizeof *t, by_value);
    return t[LATENCIES / 2];
}

/* ---- locks ---- */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void lock_pairs(unsigned n)
{
    while (n--) {
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
    }
}

static double uncontended(void)
{
    return repeat(lock_pairs, 100000);
}

static atomic_bool stop;
static uint64_t counter;

static void *contender(void *arg)
{
    while (!stop) {
        pthread_mutex_lock(&mutex);
        counter++;
        pthread_mutex_unlock(&mutex);
    }
    return arg;
}

/* ns per lock and unlock of two threads that do nothing else. */
static double contended(void)
{
    double begin = now_ns();
    pthread_t a = start(contender, NULL), b = start(contender, NULL);
    struct timespec t = {.tv_nsec = (long) MIN_NS};
    nanosleep(&t, NULL);
    stop = true;
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    ops = counter;
    return (now_ns() - begin) / (double) counter;
}

static uint32_t turn;

static void futex_until(uint32_t want)
{
    uint32_t seen;
    while ((seen = __atomic_load_n(&turn, __ATOMIC_ACQUIRE)) != want)
        syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
}

static void futex_give(uint32_t to)
{
    __atomic_store_n(&turn, to, __ATOMIC_RELEASE);
    syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void *ponger(void *arg)
{
    for (;;) {
        futex_until(1);
        if (stop)
            return arg;
        futex_give(0);
    }
}

static void pings(unsigned n)
{
    while (n--) {
        futex_give(1);
        futex_until(0);
    }
}

/* ns for a wake-up of another thread and one back. */
static double ping_pong(void)
{
    pthread_t peer = start(ponger, NULL);
    double t = repeat(pings, 20);
    stop = true;
    futex_give(1);
    pthread_join(peer, NULL);
    return t;
}

/* ---- threads ---- */

static void *no_work(void *arg)
{
    return arg;
}

static void create_join(unsigned n)
{
    while (n--)
        pthread_join(start(no_work, NULL), NULL);
}

static double create(void)
{
    return repeat(create_join, 5);
}

static void *compute(void *arg)
{
    uint64_t x = 88172645463325252ull + (uintptr_t) arg, sum = 0;
    for (unsigned n = 60000000; n--;) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        sum += x;
    }
    sink = sum;
    return arg;
}

/* ns for COMPUTERS threads to do their work on whatever processors there are. */
static double computing(void)
{
    pthread_t t[COMPUTERS];
    double begin = now_ns();
    for (size_t i = 0; i < COMPUTERS; i++)
        t[i] = start(compute, (void *) i);
    for (int i = 0; i < COMPUTERS; i++)
        pthread_join(t[i], NULL);
    ops = 1;
    return now_ns() - begin;
}

/* ---- signals and timers ---- */

static _Atomic double arrived;
static sem_t taken, ready;
static pthread_t target;
static pid_t target_tid;

static void on_signal(int sig)
{
    (void) sig;
    arrived = now_ns();
    sem_post(&taken);
}

static void *runs(void *arg)
{
    target_tid = (pid_t) syscall(SYS_gettid);
    sem_post(&ready);
    while (!stop)
        sink++;
    return arg;
}

static void *sleeps(void *arg)
{
    target_tid = (pid_t) syscall(SYS_gettid);
    sem_post(&ready);
    while (!stop)
        pause();
    return arg;
}

static void wait_for(sem_t *s)
{
    while (sem_wait(s))
        check(errno == EINTR ? 0 : errno, "sem_wait");
}

/* Is the target asleep in the kernel? What the host says of the thread is the same inside. */
static void until_asleep(void)
{
    char path[64], text[256];
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", target_tid);
    for (;;) {
        FILE *f = fopen(path, "re");
        if (!f)
            check(errno, path);
        size_t n = fread(text, 1, sizeof text - 1, f);
        fclose(f);
        text[n] = 0;
        const char *p = strrchr(text, ')');
        if (p && p[2] == 'S')
            return;
    }
}

static double one_signal(void)
{
    double sent = now_ns();
    check(pthread_kill(target, SIGUSR1), "pthread_kill");
    wait_for(&taken);
    return arrived - sent;
}

static double one_signal_asleep(void)
{
    until_asleep();
    return one_signal();
}

static double signal_to(void *(*fn)(void *), double (*one)(void))
{
    target = start(fn, NULL);
    wait_for(&ready);
    double t = median(one);
    stop = true;
    pthread_kill(target, SIGUSR1);
    pthread_join(target, NULL);
    return t;
}

static double to_running(void)
{
    return signal_to(runs, one_signal);
}

static double to_blocked(void)
{
    return signal_to(sleeps, one_signal_asleep);
}

static timer_t timer;

/* How late the handler of a timer runs that was to expire in 1 ms. */
static double one_timer(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    struct itimerspec in = {.it_value = now};
    in.it_value.tv_nsec += 1000000;
    in.it_value.tv_sec += in.it_value.tv_nsec / 1000000000;
    in.it_value.tv_nsec %= 1000000000;
    check(timer_settime(timer, TIMER_ABSTIME, &in, NULL) ? errno : 0, "timer_settime");
    wait_for(&taken);
    return arrived - ((double) in.it_value.tv_sec * 1e9 + (double) in.it_value.tv_nsec);
}

static double timer_latency(void)
{
    struct sigevent e = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    check(timer_create(CLOCK_MONOTONIC, &e, &timer) ? errno : 0, "timer_create");
    return median(one_timer);
}

static const struct {
    const char *name;
    double (*fn)(void);
} all[] = {
    {"mutex_uncontended", uncontended}, {"mutex_contended", contended}, {"futex_ping_pong", ping_pong},
    {"thread_create_join", create},     {"signal_running", to_running}, {"signal_blocked", to_blocked},
    {"timer", timer_latency},           {"computing", computing},
};

int main(int argc, char **argv)
{
    struct sigaction act = {.sa_handler = on_signal};
    sem_init(&taken, 0, 0);
    sem_init(&ready, 0, 0);
    sigaction(SIGUSR1, &act, NULL);
    for (size_t i = 0; argc == 2 && i < sizeof all / sizeof *all; i++)
        if (!strcmp(argv[1], all[i].name)) {
            double t = all[i].fn();
            printf("%s %.2f\nops %llu\n", argv[1], t, (unsigned long long) ops);
            return 0;
        }
    fprintf(stderr, "usage: threads NAME, one of:");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        fprintf(stderr, " %s", all[i].name);
    fprintf(stderr, "\n");
    return 2;
}
