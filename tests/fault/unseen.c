/* Forks that fail, in a program that has handlers for the end of children, threads that wait for any child, and children that really end
 * meanwhile: nothing of a child that never was may be seen, and nothing of the others be missed. Prints "N failed", "N seen", "N missed". */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 40 };
static _Atomic int failed, seen, missed, told, stop;
static pid_t first;

static void on_end(int sig, siginfo_t *info, void *context)
{
    (void) sig, (void) context;
    if (info->si_pid)
        told = info->si_pid;
}

/* Nobody's end may come here but that of the child that lives until the end. */
static void *waits(void *arg)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, 0)) != first)
        seen += pid > 0;
    return arg;
}

static void *spins(void *arg)
{
    while (!stop)
        ;
    return arg;
}

static void fork_and_fail(int sig)
{
    long pid = sig == SIGCHLD ? fork() : syscall(SYS_clone, sig, NULL, NULL, NULL, NULL);
    if (pid == 0)
        _exit(0);
    if (pid > 0)
        exit(3);
    failed++;
}

static void with_thread(void *(*fn)(void *) )
{
    pthread_t th;
    told = 0;
    if (pthread_create(&th, NULL, fn, NULL))
        exit(4);
    for (int i = 0; i < ROUNDS; i++)
        fork_and_fail(SIGCHLD);
    seen += told != 0;
    stop = 1;
    if (fn == waits)
        kill(first, SIGKILL);
    pthread_join(th, NULL);
}

static int ends_later(void *arg)
{
    nanosleep(arg, NULL);
    return 5;
}

/* A child that shares memory ends while forks fail: its signal comes. */
static void beside_a_real_one(int i)
{
    static char stack[65536] __attribute__((aligned(16)));
    struct timespec d = {.tv_nsec = 500000 + i * 53000 % 4000000};
    told = 0;
    pid_t pid = clone(ends_later, stack + sizeof stack, CLONE_VM | SIGCHLD, &d);
    if (pid < 0)
        exit(5);
    for (int k = 0; k < 6; k++)
        fork_and_fail(SIGCHLD);
    int status;
    if (waitpid(pid, &status, 0) != pid || status != 5 << 8)
        exit(6);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL); /* a call, after which it has come */
    missed += told != pid;
}

/* Memory that no child has: each has something to do that may fail. */
static void drop(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED || madvise(p, 4096, MADV_DONTFORK))
        exit(4);
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    drop();
    first = fork(); /* the one fork that works */
    if (first < 0)
        return 2; /* and no number to kill */
    if (first == 0)
        for (;;)
            pause();
    for (int i = 0; i < 5; i++) /* by a signal that would kill */
        fork_and_fail(SIGUSR1);
    sigaction(SIGCHLD, &(struct sigaction){.sa_sigaction = on_end, .sa_flags = SA_SIGINFO | SA_RESTART}, NULL);
    for (int i = 0; i < ROUNDS; i++)
        beside_a_real_one(i);
    with_thread(spins);
    sigaction(SIGCHLD, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
    with_thread(waits);
    printf("%d failed\n%d seen\n%d missed\n", failed, seen, missed);
    return 0;
}
