/* covers: timer_create timer_settime clock_gettime */
#include "threads.h"
#include "told.h"

/* A timer on a thread's clock of processor time runs while that thread computes and no other; the process's runs for all. */
struct event {
    uint64_t value;
    int32_t signo, notify, tid;
    char rest[44];
};
static _Atomic uint32_t stop, computing;
static clockid_t clock_of_it;

static void *computes(void *arg)
{
    (void) arg;
    MUST(pthread_getcpuclockid(pthread_self(), &clock_of_it) == 0);
    word_set(&computing, 1);
    while (!atomic_load(&stop))
        for (volatile int i = 0; i < 1000; i++)
            ;
    return NULL;
}

static int64_t cpu_ns(clockid_t c)
{
    struct timespec ts;
    MUST(clock_gettime(c, &ts) == 0);
    return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static int timer(clockid_t c, int value)
{
    struct event ev = {.value = (uint64_t) value, .signo = 45, .notify = SIGEV_SIGNAL};
    int id = -1;
    MUST(raw(timer_create, c, &ev, &id) == 0);
    return id;
}

static void wait_told(const char *name)
{
    sigset_t set = one_signal(45);
    siginfo_t si;
    MUST(raw(rt_sigtimedwait, &set, &si, NULL, 8) == 45);
    printf("%s: value %d\n", name, si.si_value.sival_int);
}

int main(void)
{
    struct itimerspec its = {.it_value = {0, 20000000}}, far = {.it_value = {1000, 0}}, left;
    told_block(45);
    pthread_t th = thread_start(computes, NULL);
    word_wait(&computing, 1);
    int theirs = timer(clock_of_it, 1), own = timer(CLOCK_THREAD_CPUTIME_ID, 2),
        all = timer(CLOCK_PROCESS_CPUTIME_ID, 3);
    int64_t before = cpu_ns(clock_of_it);
    MUST(raw(timer_settime, own, 0, &far, NULL) == 0);
    MUST(raw(timer_settime, theirs, 0, &its, NULL) == 0);
    wait_told("the other thread's");
    CHECK(cpu_ns(clock_of_it) - before >= 20000000);
    MUST(raw(timer_gettime, own, &left) == 0);
    CHECK(left.it_value.tv_sec >= 990); /* this one has slept */
    MUST(raw(timer_settime, all, 0, &its, NULL) == 0);
    wait_told("the process's");
    its.it_interval.tv_nsec = 5000000;
    MUST(raw(timer_settime, all, 0, &its, NULL) == 0);
    for (int i = 0; i < 3; i++)
        wait_told("again and again");
    atomic_store(&stop, 1);
    thread_join(th);
    struct timespec ts;
    /* the thread is gone, and its clock with it, once the kernel has let go of it */
    while (clock_gettime(clock_of_it, &ts) == 0)
        sched_yield();
    show("clock of one that ended", clock_gettime(clock_of_it, &ts));
    show("delete", raw(timer_delete, theirs));
    return t_end();
}
