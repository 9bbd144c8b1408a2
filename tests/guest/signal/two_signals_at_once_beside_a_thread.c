/* covers: poll readv tgkill */
/* Calls in a loop, for which a backend finds a short way, while two signals are sent in quick succession: each handler runs, and no call returns
 * what it should not. */
#include "child.h"
#include "threads.h"

#include <sys/uio.h>

/* The number right before the SYSCALL, and a RET behind it: such a place can become a jump. */
#define OFTEN(name, nr)                                                                                                \
    __attribute__((noinline)) static long name(long a, long b, long c)                                                 \
    {                                                                                                                  \
        long r;                                                                                                        \
        __asm__ volatile("movl $" #nr ", %%eax\n\tsyscall"                                                             \
                         : "=a"(r)                                                                                     \
                         : "D"(a), "S"(b), "d"(c)                                                                      \
                         : "rcx", "r11", "memory");                                                                    \
        return r;                                                                                                      \
    }
OFTEN(often_poll, 7)
OFTEN(often_readv, 19)

static volatile sig_atomic_t handled[2];

static void handler(int sig)
{
    handled[sig == SIGUSR2] = 1;
}

static void *sleeper(void *arg)
{
    while (!atomic_load((_Atomic uint32_t *) arg))
        futex(arg, FUTEX_WAIT, 0, NULL, NULL, 0);
    return NULL;
}

/* Now and then: in between the calls have time to become fast ones. */
static void send_both(pid_t pid)
{
    for (int i = 0; raw(tgkill, pid, pid, SIGUSR1) == 0 && raw(tgkill, pid, pid, SIGUSR2) == 0; i++)
        for (int k = 0; k < 5000 + i % 5000; k++)
            __asm__ volatile("" ::: "memory");
    _exit(0);
}

int main(void)
{
    static _Atomic uint32_t end;
    struct sigaction sa = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigset_t both;
    int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC), wrong = 0;
    char c;
    struct iovec iov = {&c, 1};
    MUST(fd >= 0);
    sigemptyset(&both);
    sigaddset(&both, SIGUSR1);
    sigaddset(&both, SIGUSR2);
    sigaction(SIGUSR1, &sa, NULL);
    sigaction(SIGUSR2, &sa, NULL);
    sigprocmask(SIG_BLOCK, &both, NULL);
    pthread_t th = thread_start(sleeper, (void *) &end);
    pid_t self = getpid(), p = fork();
    MUST(p >= 0);
    if (p == 0)
        send_both(self);
    sigprocmask(SIG_UNBLOCK, &both, NULL);
    for (int64_t until = now_ns(CLOCK_MONOTONIC) + how_often(2, 10) * 1000000000ll; now_ns(CLOCK_MONOTONIC) < until;)
        for (int i = 0; i < 100; i++)
            wrong += (often_poll(0, 0, 0) % EINTR != 0) + (often_readv(fd, (long) &iov, 1) != 1);
    kill(p, SIGKILL);
    show_wait("sender", p);
    word_set(&end, 1);
    thread_join(th);
    printf("wrong results: %d, handled: %d %d\n", wrong, (int) handled[0], (int) handled[1]);
    return t_end();
}
