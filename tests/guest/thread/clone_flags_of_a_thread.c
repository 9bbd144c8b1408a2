/* covers: clone clone3 */
/* What clone refuses together with CLONE_THREAD, and that nothing is stored then. */
#include <linux/sched.h>

#include "threads.h"

#define THREAD ((uint64_t) CLONE_VM | CLONE_SIGHAND | CLONE_THREAD)
static char stack[65536] __attribute__((aligned(16)));

static void refused(const char *name, uint64_t flags, uint64_t exit_signal)
{
    static int parent, child;
    struct clone_args a = {.flags = flags,
                           .exit_signal = exit_signal,
                           .stack = (uintptr_t) stack,
                           .stack_size = sizeof stack,
                           .parent_tid = (uintptr_t) &parent,
                           .child_tid = (uintptr_t) &child};
    parent = child = -7;
    long r = raw(clone3, &a, sizeof a);
    if (r == 0)
        raw(exit, 0);
    show(name, r);
    CHECK(parent == -7 && child == -7);
}

int main(void)
{
    const uint64_t set = CLONE_PARENT_SETTID | CLONE_CHILD_SETTID;
    refused("without memory", set | CLONE_THREAD | CLONE_SIGHAND, 0);
    refused("without handlers", set | CLONE_THREAD | CLONE_VM, 0);
    refused("alone", set | CLONE_THREAD, 0);
    refused("handlers without memory", set | CLONE_SIGHAND, 0);
    refused("handlers, cleared", set | THREAD | CLONE_CLEAR_SIGHAND, 0);
    refused("exit signal", set | THREAD, SIGCHLD);
    refused("user namespace", set | THREAD | CLONE_NEWUSER, 0);
    refused("pid namespace", set | THREAD | CLONE_NEWPID, 0);
    refused("user namespace and directory", set | CLONE_NEWUSER | CLONE_FS, 0);
    refused("mounts and directory", set | THREAD | CLONE_FS | CLONE_NEWNS, 0);
    refused("detached", set | THREAD | CLONE_DETACHED, 0);
    refused("signal in the flags", set | THREAD | 17, 0);
    refused("unknown flag", set | THREAD | 1ull << 40, 0);
    return t_end();
}
