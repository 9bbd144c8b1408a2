/* Creates threads until one works, and says what was seen of those that did not: an id that was stored, a descriptor or task that stayed. */
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "entries.h"

static _Atomic int child = -7;
static int parent = -7, pidfd = -7;
static void *tls[64]; /* the thread's pointer, and zeros around it */
static char stack[65536] __attribute__((aligned(16)));

static int nothing(void *arg)
{
    return arg != NULL;
}

static long make(int flags, int *word)
{
    tls[32] = tls[34] = &tls[32];
    flags |= CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_SETTLS | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
    return clone(nothing, stack + sizeof stack, flags, NULL, word, &tls[32], &child) < 0 ? -errno : 0;
}

int main(void)
{
    int fds = entries("/proc/self/fd"), wrong = 0;
    for (int kind = 0; kind < 2; kind++) {
        long r;
        int failures = 0;
        while ((r = kind ? make(CLONE_PIDFD, &pidfd) : make(CLONE_PARENT_SETTID, &parent)) < 0 && failures++ < 1000) {
            wrong += r != -EAGAIN && r != -ENOMEM;
            wrong += parent != -7 || child != -7;
            wrong += entries("/proc/self/fd") != fds || entries("/proc/self/task") != 3;
        }
        wrong += r != 0;
        while (child) /* cleared at the end of the thread */
            sched_yield();
        while (entries("/proc/self/task") != 3)
            sched_yield();
        printf("%d failed\n", failures);
        child = parent = -7;
    }
    wrong += close(pidfd) != 0 || entries("/proc/self/fd") != fds;
    printf("%d wrong\n", wrong);
    return wrong != 0;
}
