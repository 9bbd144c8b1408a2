/* covers: clone exit_group kill */
/* A process that shares its parent's memory ends by exit_group or a signal, while threads of it are in the middle of whatever they do; so does one
 * whose own parent has ended before. The memory is as usable as ever. */
#include <sys/prctl.h>

#include "child.h"
#include "threads.h"

enum {
    THREADS = 3,
    ROUNDS = 6,
    THREAD = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM
};

static char stacks[THREADS + 2][65536] __attribute__((aligned(16)));
static _Atomic uint32_t running, orphan;
static bool by_signal;

static int spin(void *arg)
{
    atomic_fetch_add(&running, 1);
    for (;;)
        if (arg)
            raw(getppid);
    return 0;
}

static int in_child(void *arg)
{
    (void) arg;
    for (intptr_t i = 0; i < THREADS; i++)
        if (clone(spin, stacks[i] + sizeof stacks[i], THREAD, (void *) (i & 1)) < 0)
            raw(exit_group, 1);
    while (atomic_load(&running) < THREADS)
        sched_yield();
    if (by_signal)
        raw(kill, raw(getpid), SIGKILL);
    raw(exit_group, 7);
    return 0;
}

static int has_orphan(void *arg)
{
    (void) arg;
    orphan = (uint32_t) clone(spin, stacks[0] + sizeof stacks[0], CLONE_VM | SIGCHLD, NULL);
    while (!atomic_load(&running))
        sched_yield();
    raw(exit_group, 7);
    return 0;
}

static void run(int (*fn)(void *))
{
    int status = 0;
    atomic_store(&running, 0);
    pid_t pid = clone(fn, stacks[THREADS] + sizeof stacks[THREADS], CLONE_VM | SIGCHLD, NULL);
    MUST(pid > 0 && waitpid(pid, &status, 0) == pid);
    show_status("child", status);
}

static void *nothing(void *arg)
{
    return arg;
}

int main(void)
{
    MUST(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
    for (int i = 0; i < ROUNDS; i++) {
        by_signal = i & 1;
        run(in_child);
        thread_join(thread_start(nothing, NULL));
        show_status("another child", IN_CHILD(thread_join(thread_start(nothing, NULL))));
    }
    run(has_orphan);
    MUST(kill((pid_t) orphan, SIGKILL) == 0);
    show_status("orphan", reap((pid_t) orphan));
    show_status("another child", IN_CHILD(thread_join(thread_start(nothing, NULL))));
    return t_end();
}
