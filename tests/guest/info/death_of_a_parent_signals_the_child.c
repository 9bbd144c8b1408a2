/* covers: prctl getppid kill */
#include "t.h"
#include <sys/prctl.h>

int main(void)
{
    int up[2], status;
    char c;
    pid_t pid, grand;

    MUST(pipe(up) == 0 && prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
    pid = fork();
    if (pid == 0) {
        pid_t me = getpid();
        grand = fork();
        if (grand == 0) {
            prctl(PR_SET_PDEATHSIG, SIGTERM);
            if (getppid() != me || write(up[1], "r", 1) != 1)
                _exit(1);
            for (;;)
                pause();
        }
        for (;;)
            pause();
    }
    MUST(read(up[0], &c, 1) == 1);
    kill(pid, SIGKILL);
    show_wait("child", pid);
    grand = wait(&status);
    show("grandchild comes to me", grand > 0);
    show_status("grandchild", status);
    return t_end();
}
