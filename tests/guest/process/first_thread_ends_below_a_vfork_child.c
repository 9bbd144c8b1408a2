/* covers: vfork clone fork exit exit_group */
/* A vfork child forks, and in that child the first thread ends before another. */
#pragma GCC diagnostic ignored "-Wclobbered"
#include <sched.h>

#include "child.h"
#include "threads.h"

static void *goes_on(void *arg)
{
    while (task_state(getpid(), getpid()) != 'Z')
        sched_yield();
    pthread_t more = thread_start((void *(*) (void *) )(uintptr_t) getpid, NULL);
    thread_join(more);
    printf("the other thread goes on\n");
    raw(exit_group, 9);
    return arg;
}

/* In a child that shares memory: the status that a child of its own, with memory of its own, ends with. */
static int ends_first(void)
{
    int status = IN_CHILD({
        thread_start(goes_on, NULL);
        raw(exit, 0);
    });
    show_status("grandchild", status);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static int in_clone(void *arg)
{
    (void) arg;
    _exit(ends_first());
}

int main(void)
{
    static char stack[65536] __attribute__((aligned(16)));
    pid_t pid = vfork();
    if (pid == 0)
        _exit(ends_first());
    show_wait("of vfork", pid);
    pid = clone(in_clone, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
    show_wait("of clone", pid);
    pid = clone(in_clone, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);
    show_wait("beside its parent", pid);
    return t_end();
}
