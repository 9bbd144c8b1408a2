/* covers: process_mrelease pidfd_open */
#include "t.h"

int main(void)
{
    int fd;
    char c;
    int up[2];
    pid_t pid;

    MUST(pipe(up) == 0);
    pid = fork();
    if (pid == 0) {
        MUST(write(up[1], "r", 1) == 1);
        for (;;)
            pause();
    }
    MUST(read(up[0], &c, 1) == 1);
    fd = (int) raw(pidfd_open, pid, 0);
    show_ok("pidfd", fd);
    show("still alive", raw(process_mrelease, fd, 0));
    show("flags", raw(process_mrelease, fd, 1));
    kill(pid, SIGKILL);
    show_wait("child", pid);
    show("gone", raw(process_mrelease, fd, 0));
    show("closed", raw(process_mrelease, 99, 0));
    show("no pidfd", raw(process_mrelease, up[0], 0));
    return t_end();
}
