/* covers: timer_create timer_settime timer_delete timer_getoverrun */
#include "threads.h"
#include "told.h"

struct event { /* the kernel's struct sigevent */
    uint64_t value;
    int32_t signo, notify, tid;
    char rest[44];
};
enum { THREAD_ID = 4, THREADS = 5 };
static _Atomic uint32_t tids[THREADS], armed;

static void *waits(void *arg)
{
    int me = (int) (intptr_t) arg;
    sigset_t set = one_signal(44);
    siginfo_t si;
    word_set(&tids[me], (uint32_t) raw(gettid));
    word_wait(&armed, 1);
    MUST(raw(rt_sigtimedwait, &set, &si, NULL, 8) == 44);
    CHECK(si.si_code == SI_TIMER);
    return (void *) (intptr_t) si.si_value.sival_int;
}

static long make(int notify, int tid, int signo, int *id)
{
    struct event ev = {.value = 5, .signo = signo, .notify = notify, .tid = tid};
    return raw(timer_create, CLOCK_MONOTONIC, &ev, id);
}

int main(void)
{
    pthread_t th[THREADS];
    int id[THREADS], other = -1;
    struct itimerspec its = {.it_value = {0, 1000000}};
    told_block(44);
    for (intptr_t i = 0; i < THREADS; i++) {
        th[i] = thread_start(waits, (void *) i);
        while (!atomic_load(&tids[i]))
            sched_yield();
        struct event ev = {.value = (uint64_t) (70 + i), .signo = 44, .notify = THREAD_ID, .tid = (int) tids[i]};
        MUST(raw(timer_create, i & 1 ? CLOCK_REALTIME : CLOCK_MONOTONIC, &ev, &id[i]) == 0);
        MUST(raw(timer_settime, id[i], 0, &its, NULL) == 0);
    }
    word_set(&armed, 1);
    for (int i = 0; i < THREADS; i++)
        printf("thread %d: %ld\n", i, (long) thread_join(th[i]));
    pid_t pid = fork();
    if (pid == 0) {
        pause();
        _exit(0);
    }
    show("another process's thread", make(THREAD_ID, pid, 44, &other));
    show("nobody", make(THREAD_ID, 0x3fffffff, 44, &other));
    show("none", make(THREAD_ID, 0, 44, &other));
    show("no signal", make(THREAD_ID, (int) raw(gettid), 0, &other));
    show("65", make(THREAD_ID, (int) raw(gettid), 65, &other));
    show("without the thread's flag, whoever", make(SIGEV_SIGNAL, pid, 44, &other));
    kill(pid, SIGKILL);
    show_wait("it", pid);
    return t_end();
}
