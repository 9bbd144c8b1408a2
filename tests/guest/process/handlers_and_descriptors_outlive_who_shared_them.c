/* covers: clone rt_sigaction */
/* A child that shares memory shares its handlers and descriptors with a child of its own, and ends: the other one keeps them, whatever children come after. */
#include "child.h"
#include "threads.h"

#include <sys/prctl.h>

enum { LATER = 40 };

static char stacks[3][65536] __attribute__((aligned(16)));
static _Atomic uint32_t go;
static volatile int hits, heir_pid;

static void handler(int sig)
{
    (void) sig;
    hits++;
}

static int heir(void *arg)
{
    struct sigaction now;
    char buf[256];
    (void) arg;
    while (!atomic_load(&go))
        raw(futex, &go, FUTEX_WAIT, 0, NULL, NULL, 0);
    if (sigaction(SIGUSR1, NULL, &now) || now.sa_handler != handler)
        raw(exit_group, 1);
    for (int i = 0; i < 10; i++) {
        raw(kill, raw(getpid), SIGUSR1);
        long fd = raw(open, "/proc/self/maps", O_RDONLY, 0);
        if (hits != i + 1 || fd < 0 || raw(read, fd, buf, sizeof buf) != sizeof buf || raw(close, fd))
            raw(exit_group, 2);
    }
    raw(exit_group, 7);
    return 0;
}

static int sharer(void *arg)
{
    signal(SIGUSR1, handler);
    heir_pid = clone(heir, stacks[1] + sizeof stacks[1], CLONE_VM | CLONE_SIGHAND | CLONE_FILES | SIGCHLD, arg);
    raw(exit_group, heir_pid > 0 ? 0 : 1);
    return 0;
}

static int later(void *arg)
{
    (void) arg;
    signal(SIGUSR1, SIG_IGN);
    raw(exit_group, 0);
    return 0;
}

int main(void)
{
    alarm(20);
    MUST(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
    show_wait("sharer", clone(sharer, stacks[0] + sizeof stacks[0], CLONE_VM | SIGCHLD, NULL));
    for (int i = 0; i < LATER; i++)
        MUST(reap(clone(later, stacks[2] + sizeof stacks[2], CLONE_VM | SIGCHLD, NULL)) == 0);
    word_set(&go, 1);
    show_wait("heir", heir_pid);
    return t_end();
}
