/* covers: epoll_wait epoll_pwait write kill rt_sigaction */
#include <sys/epoll.h>

#include "child.h"
#include "threads.h"

/* Another process sends signals without end that nothing is done about: by default, or as the program says. The first thread computes, and makes short
 * calls; calls of others neither end with EINTR nor are they cut short. And a first thread that waits alone is not interrupted. */
enum { SIZE = 1 << 20, ROUNDS = 2 };
static const int ignored[] = {SIGHUP, SIGUSR1, SIGPIPE, SIGCHLD, SIGWINCH, SIGTERM};
static int pipes[2], ep;
static _Atomic int done, interrupted, short_writes;

static void *waits(void *arg)
{
    struct epoll_event ev;
    sigset_t none;
    sigemptyset(&none);
    for (int i = 0; i < 100; i++) {
        const int r = i & 1 ? epoll_pwait(ep, &ev, 1, 1, &none) : epoll_wait(ep, &ev, 1, 1);
        interrupted += r < 0;
    }
    done++;
    return arg;
}

static void *writes(void *arg)
{
    char *data = calloc(1, SIZE);
    for (int i = 0; i < ROUNDS; i++)
        short_writes += write(pipes[1], data, SIZE) != SIZE;
    done++;
    return arg;
}

static pid_t sender(void)
{
    const pid_t self = getpid(), pid = fork();
    MUST(pid >= 0);
    for (unsigned i = 0; pid == 0; i++)
        if (kill(self, ignored[i % ARRAY_SIZE(ignored)]))
            _exit(0);
    return pid;
}

static pid_t reader(void)
{
    static char data[4096];
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid > 0)
        return pid;
    for (;; sched_yield())
        MUST(read(pipes[0], data, sizeof data) > 0);
}

int main(void)
{
    struct epoll_event ev;
    sigset_t none;
    volatile unsigned work = 0;
    int alone = 0;
    MUST(pipe(pipes) == 0 && (ep = epoll_create1(0)) >= 0);
    signal(SIGHUP, SIG_IGN);
    signal(SIGUSR1, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    sigemptyset(&none);
    pid_t s = sender(), r = reader();
    for (int i = 0; i < 5000; i++)
        alone += epoll_pwait(ep, &ev, 1, i % 100 == 0, &none) < 0;
    printf("alone: %d interrupted\n", alone);
    pthread_t a = thread_start(waits, NULL), b = thread_start(writes, NULL);
    while (done < 2) {
        for (int i = 0; i < 1000; i++)
            work++;
        raw(getppid);
    }
    thread_join(a);
    thread_join(b);
    kill(s, SIGKILL);
    kill(r, SIGKILL);
    show_wait("sender", s);
    show_wait("reader", r);
    printf("%d waits interrupted, %d short writes\n", interrupted, short_writes);
    return t_end();
}
