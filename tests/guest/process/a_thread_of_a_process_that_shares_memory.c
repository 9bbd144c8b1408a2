/* covers: clone exit */
/* A process that shares its parent's memory may have threads, and the end of one is not its own. Afterwards all is well in the parent. */
#include "child.h"
#include "threads.h"

static char child_stack[65536] __attribute__((aligned(16))), thread_stack[65536] __attribute__((aligned(16)));
static _Atomic int ended, seen;
static bool leader_first;

static int in_thread(void *arg)
{
    (void) arg;
    if (leader_first)
        until_state(getpid(), (pid_t) raw(getpid), "ZS");
    atomic_store(&ended, 1);
    raw(exit, leader_first ? 7 : 0);
    return 0;
}

static int in_child(void *arg)
{
    (void) arg;
    int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
    if (clone(in_thread, thread_stack + sizeof thread_stack, flags, NULL) < 0)
        raw(exit_group, 1);
    if (leader_first)
        raw(exit, 7);
    while (!atomic_load(&ended))
        sched_yield();
    for (int i = 0; i < 50; i++)
        raw(getppid);
    atomic_store(&seen, 42);
    raw(exit_group, 7);
    return 0;
}

static void *nothing(void *arg)
{
    return arg;
}

int main(void)
{
    for (int i = 0; i < 2; i++) {
        int status = 0;
        leader_first = i;
        atomic_store(&ended, 0);
        pid_t pid = clone(in_child, child_stack + sizeof child_stack, CLONE_VM | SIGCHLD, NULL);
        MUST(pid > 0 && waitpid(pid, &status, 0) == pid);
        show_status("child", status);
        printf("seen: %d\n", (int) seen);
        for (int k = 0; k < 4; k++)
            thread_join(thread_start(nothing, NULL));
        show_status("another child", IN_CHILD(thread_join(thread_start(nothing, NULL))));
    }
    return t_end();
}
