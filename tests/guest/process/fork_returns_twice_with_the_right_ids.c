/* covers: fork getpid getppid gettid wait4 exit_group getpgid getsid */
#include "child.h"

int main(void)
{
    int *seen = shared_mem(T_PAGE);
    pid_t me = getpid(), pid;
    show("fork", (pid = (pid_t) raw(fork)) > 0 || pid == 0);
    MUST(pid >= 0);
    if (pid == 0) {
        seen[0] = getpid();
        seen[1] = getppid();
        seen[2] = (int) raw(gettid);
        seen[3] = getpgid(0);
        seen[4] = getsid(0);
        pid_t grandchild = (pid_t) raw(fork);
        if (grandchild == 0) {
            seen[5] = (int) raw(getppid);
            seen[6] = (int) raw(getpid);
            seen[7] = (int) raw(gettid);
            _exit(3);
        }
        seen[8] = grandchild;
        CHECK(WEXITSTATUS(reap(grandchild)) == 3);
        _exit(7);
    }
    CHECK(getpid() == me && raw(gettid) == me);
    show_wait("child", pid);
    CHECK(seen[0] == pid && seen[1] == me && seen[2] == pid);
    CHECK(seen[3] == getpgid(0) && seen[4] == getsid(0));
    CHECK(seen[5] == pid && seen[6] == seen[8] && seen[7] == seen[8]);
    CHECK(seen[6] != me && seen[6] != pid);
    return t_end();
}
