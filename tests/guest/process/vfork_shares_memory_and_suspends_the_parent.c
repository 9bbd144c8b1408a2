/* covers: vfork clone */
#include "child.h"

static volatile int shared;

int main(void)
{
    int local_pipe[2];
    pid_t pid;
    MUST(pipe(local_pipe) == 0);
    for (int i = 1; i <= 20; i++) {
        pid = vfork();
        MUST(pid >= 0);
        if (pid == 0) {
            shared = i;
            raw(sched_yield);
            shared = i + 1000;
            _exit(i);
        }
        if (!CHECK(shared == i + 1000))
            break;
        int status = reap(pid);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == i);
    }
    /* the descriptor table is the child's own, memory is not */
    pid = vfork();
    if (pid == 0) {
        close(local_pipe[1]);
        shared = (int) raw(gettid) == getpid();
        _exit(0);
    }
    CHECK(shared == 1);
    show("write", write(local_pipe[1], "x", 1));
    show_wait("child", pid);
    /* mapped by the child, seen by the parent */
    static char *volatile mapped;
    pid = vfork();
    if (pid == 0) {
        mapped = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        mapped[5] = 55;
        _exit(0);
    }
    printf("mapped by the child: %d\n", mapped[5]);
    show_wait("child", pid);
    /* killed instead of exiting */
    pid = vfork();
    if (pid == 0) {
        raw(kill, getpid(), SIGKILL);
        _exit(0);
    }
    show_wait("killed", pid);
    return t_end();
}
