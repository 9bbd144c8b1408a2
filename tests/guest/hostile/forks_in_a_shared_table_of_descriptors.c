/* covers: clone fork wait4 */
/* ways: cow copy (a child with CLONE_FILES alone is not to be had with clones) */
#include "t.h"

#include <sched.h>

/* Processes that share their descriptors and nothing else fork at the same time: no child finds another's changes in what it took along. */
enum { USERS = 3, FORKS = 60 };

int main(void)
{
    pid_t user[USERS];
    for (int i = 0; i < USERS; i++) {
        user[i] = (pid_t) syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
        MUST(user[i] >= 0);
        if (user[i])
            continue;
        int good = 0;
        for (int n = 0; n < FORKS; n++) {
            pid_t pid = fork();
            if (pid == 0)
                _exit(getpid() > 1 ? 7 : 0);
            int status = -1;
            good += pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 7;
        }
        _exit(good == FORKS ? 0 : 1);
    }
    for (int i = 0; i < USERS; i++)
        show_status("user", ({
                        int status;
                        MUST(waitpid(user[i], &status, 0) == user[i]);
                        status;
                    }));
    return t_end();
}
