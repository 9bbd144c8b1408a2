/* covers: clone wait4 getppid */
#include <sched.h>

#include "child.h"

int main(void)
{
    int *sh = shared_mem(T_PAGE), status;
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        long sibling = raw(clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
        if (sibling == 0) {
            sh[1] = (int) raw(getppid);
            _exit(31);
        }
        sh[0] = (int) sibling;
        show("not its child", waitpid((pid_t) sibling, NULL, 0));
        _exit(0);
    }
    show_wait("child", pid);
    CHECK(sh[0] > 0);
    CHECK(waitpid(sh[0], &status, 0) == sh[0]);
    show_status("sibling", status);
    CHECK(sh[1] == getpid());
    return t_end();
}
