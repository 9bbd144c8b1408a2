/* covers: clone futex kill */
#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>

#include "child.h"

/* A process of its own in the same memory: both go on, and talk through it. */
static char stack[65536] __attribute__((aligned(16)));
static _Atomic uint32_t ball;
static volatile int ids[4];

static void pass(uint32_t from, uint32_t to)
{
    uint32_t v;
    while ((v = atomic_load(&ball)) != from)
        syscall(SYS_futex, &ball, FUTEX_WAIT, v, NULL, NULL, 0);
    atomic_store(&ball, to);
    syscall(SYS_futex, &ball, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static int child(void *arg)
{
    (void) arg;
    ids[0] = (int) raw(getpid);
    ids[1] = (int) raw(gettid);
    ids[2] = (int) raw(getppid);
    for (uint32_t i = 0; i < 200; i++)
        pass(2 * i + 1, 2 * i + 2);
    _exit(12);
}

int main(void)
{
    pid_t pid = clone(child, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);
    MUST(pid > 0);
    for (uint32_t i = 0; i < 200; i++)
        pass(2 * i, 2 * i + 1);
    show_wait("child", pid);
    CHECK(atomic_load(&ball) == 400);
    CHECK(ids[0] == pid && ids[1] == pid && ids[2] == getpid());
    /* it dies alone */
    atomic_store(&ball, 0);
    pid = clone(child, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);
    MUST(pid > 0);
    pass(0, 1);
    kill(pid, SIGTERM);
    int status = reap(pid);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    return t_end();
}
