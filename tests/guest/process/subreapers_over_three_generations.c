/* covers: prctl wait4 */
#include <sys/prctl.h>

#include "child.h"

/* Orphans go to the nearest ancestor that reaps, and when that one is gone to the next; a thread of it, or its exec, changes nothing. */
struct shared {
    pid_t top, middle, parent_first, parent_second;
};
static struct shared *s;

static const char *who(pid_t pid)
{
    return pid == s->top ? "the top" : pid == s->middle ? "the middle one" : "another";
}

static void orphan(struct gate *go, struct gate *seen)
{
    gate_wait(go);
    while (getppid() != s->middle && getppid() != s->top)
        sched_yield();
    s->parent_first = getppid();
    gate_open(seen);
    gate_wait(go);
    while (getppid() == s->middle)
        sched_yield();
    s->parent_second = getppid();
    _exit(6);
}

static void middle(struct gate *go, struct gate *seen)
{
    s->middle = getpid();
    MUST(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
    pid_t lower = fork();
    if (lower == 0) {
        MUST(prctl(PR_SET_CHILD_SUBREAPER, 0) == 0);
        if (fork() == 0)
            orphan(go, seen);
        _exit(1);
    }
    show_wait("the lower one", lower);
    gate_open(go);
    gate_wait(seen);
    printf("the orphan's parent is %s\n", who(s->parent_first));
    _exit(2);
}

int main(void)
{
    struct gate go, seen;
    s = shared_mem(T_PAGE);
    s->top = getpid();
    gate_init(&go);
    gate_init(&seen);
    MUST(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
    pid_t pid = fork();
    if (pid == 0)
        middle(&go, &seen);
    show_wait("the middle one", pid);
    gate_open(&go);
    show_wait("the orphan", -1);
    printf("its parent is %s\n", who(s->parent_second));
    show("nobody left", waitpid(-1, NULL, 0));
    return t_end();
}
