/* covers: fork futex read epoll_wait nanosleep rt_sigtimedwait */
/* svm: no (too much work for the emulated host) */
#include <poll.h>

#include "child.h"
#include "threads.h"

/* Threads that sleep in calls of all kinds do not notice that another one forks: no call ends early, none is made twice. */
static struct gate go;
static int pipes[4][2];
static _Atomic uint32_t word;

static void *reads(void *arg)
{
    char c = 0;
    long r = raw(read, pipes[0][0], &c, 1);
    return (void *) (intptr_t) (r == 1 && c == 'r' && !arg);
}

static void *polls(void *arg)
{
    struct pollfd p = {pipes[1][0], POLLIN, 0};
    return (void *) (intptr_t) (raw(poll, &p, 1, -1) == 1 && !arg);
}

static void *futexes(void *arg)
{
    return (void *) (intptr_t) (futex(&word, FUTEX_WAIT, 0, NULL, NULL, 0) == 0 && !arg);
}

static void *sleeps(void *arg)
{
    struct timespec t = {0, 300000000}, left = {0};
    return (void *) (intptr_t) (raw(nanosleep, &t, &left) == 0 && !arg);
}

static void *takes_signal(void *arg)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    return (void *) (intptr_t) (raw(rt_sigtimedwait, &set, NULL, NULL, 8) == SIGUSR1 && !arg);
}

static void *writes(void *arg)
{
    char block[65536] = {0};
    long n = 0;
    for (int i = 0; i < 4; i++)
        n += raw(write, pipes[2][1], block, sizeof(block));
    return (void *) (intptr_t) (n == 4 * sizeof(block) && !arg);
}

static void *waits(void *arg)
{
    int status = 0;
    return (void *) (intptr_t) (raw(wait4, (pid_t) (intptr_t) arg, &status, 0, NULL) == (intptr_t) arg && status == 0);
}

int main(void)
{
    void *(*const what[])(void *) = {reads, polls, futexes, sleeps, takes_signal, writes};
    static const char *const names[] = {"read", "poll", "futex", "nanosleep", "sigtimedwait", "write", "wait4"};
    pthread_t th[ARRAY_SIZE(what) + 1];
    sigset_t set;
    gate_init(&go);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    for (int i = 0; i < 4; i++)
        MUST(pipe(pipes[i]) == 0);
    pid_t sleeper = fork();
    if (sleeper == 0) {
        gate_wait(&go);
        _exit(0);
    }
    for (unsigned i = 0; i < ARRAY_SIZE(what); i++)
        th[i] = thread_start(what[i], NULL);
    th[ARRAY_SIZE(what)] = thread_start(waits, (void *) (intptr_t) sleeper);
    int bad = 0;
    for (int i = 0; i < 40; i++)
        bad += IN_CHILD(_exit(9)) != 9 << 8;
    printf("%d bad\n", bad);
    MUST(write(pipes[0][1], "r", 1) == 1 && write(pipes[1][1], "p", 1) == 1);
    while (futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0) == 0)
        sched_yield();
    kill(getpid(), SIGUSR1);
    char block[65536];
    for (size_t n = 0; n < 4 * sizeof(block);)
        n += (size_t) read(pipes[2][0], block, sizeof(block));
    gate_open(&go);
    for (unsigned i = 0; i < ARRAY_SIZE(th); i++)
        printf("%s: %s\n", names[i], thread_join(th[i]) ? "as it should" : "disturbed");
    return t_end();
}
