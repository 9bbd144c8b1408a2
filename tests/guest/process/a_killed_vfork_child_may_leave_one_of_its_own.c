/* covers: clone kill */
/* The middle one of three that share memory is killed as it sleeps for its child of vfork: the first goes on beside the last, and each gets its own signals. */
#include "threads.h"

#include <sys/prctl.h>

enum { SIGNALS = 200 };

static char stacks[2][65536] __attribute__((aligned(16)));
static _Atomic uint32_t back, done;
static int pid_of_last;

static volatile int hits[2];

static void handler(int sig)
{
    hits[raw(getpid) == pid_of_last] += sig == SIGUSR1;
}

static bool gets_signals(int pid)
{
    volatile int *own = &hits[pid == pid_of_last];
    for (int n = 0; n < SIGNALS; n++)
        if (raw(kill, pid, SIGUSR1) || *own != n + 1)
            return false;
    return true;
}

static int last(void *arg)
{
    (void) arg;
    pid_of_last = (int) raw(getpid);
    raw(kill, raw(getppid), SIGKILL);
    while (!atomic_load(&back))
        raw(futex, &back, FUTEX_WAIT, 0, NULL, NULL, 0);
    const bool good = gets_signals(pid_of_last);
    atomic_store(&done, 1);
    raw(futex, &done, FUTEX_WAKE, 1, NULL, NULL, 0);
    raw(exit_group, good ? 7 : 1);
    return 0;
}

static int middle(void *arg)
{
    clone(last, stacks[1] + sizeof stacks[1], CLONE_VM | CLONE_VFORK | SIGCHLD, arg);
    raw(exit_group, 2);
    return 0;
}

int main(void)
{
    alarm(20);
    MUST(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
    signal(SIGUSR1, handler);
    pid_t pid = clone(middle, stacks[0] + sizeof stacks[0], CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
    word_set(&back, 1);
    CHECK(gets_signals(getpid()));
    show_wait("middle", pid);
    word_wait(&done, 1);
    show_wait("last", pid_of_last);
    return t_end();
}
