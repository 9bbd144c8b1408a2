/* covers: clone */
/* CLONE_VM without CLONE_VFORK: the child goes on in the memory of a parent that has ended. */
#include "t.h"
#include <sched.h>
#include <sys/prctl.h>

static char stack[65536] __attribute__((aligned(16)));
static volatile int go;
static int up[2];

static int child(void *arg)
{
    char c;
    (void) arg;
    raw(close, up[1]);
    raw(read, up[0], &c, 1); /* the end of the pipe: the parent is gone */
    for (int i = 0; i < 200; i++) {
        char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED)
            return 1;
        p[i * 4096] = 1;
        munmap(p, 1 << 20);
        go++;
    }
    return go == 200 ? 42 : 2;
}

int main(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        MUST(pipe(up) == 0);
        MUST(clone(child, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL) > 0);
        raw(exit_group, 7);
    }
    show_wait("parent", pid);
    show_wait("child", -1);
    return t_end();
}
