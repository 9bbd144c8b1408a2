/* covers: pidfd_open pidfd_getfd waitid poll */
#include "t.h"
#include <poll.h>

int main(void)
{
    char c = 0;
    siginfo_t si = {0};
    struct pollfd pf;
    int up[2], down[2], pid, pidfd, fd, data[2];

    MUST(pipe(up) == 0 && pipe(down) == 0);
    pid = fork();
    if (pid == 0) {
        MUST(pipe(data) == 0);
        MUST(write(data[1], "Z", 1) == 1 && dup2(data[0], 50) == 50);
        MUST(write(up[1], "r", 1) == 1 && read(down[0], &c, 1) == 1);
        _exit(7);
    }
    MUST(read(up[0], &c, 1) == 1);
    pidfd = (int) raw(pidfd_open, pid, 0);
    show_ok("pidfd_open", pidfd);
    show("cloexec", fcntl(pidfd, F_GETFD));
    fd = (int) raw(pidfd_getfd, pidfd, 50, 0);
    show_ok("pidfd_getfd", fd);
    if (fd >= 0) {
        show("read", read(fd, &c, 1));
        printf("%c\n", c);
    }
    show("closed there", raw(pidfd_getfd, pidfd, 49, 0));
    show("flags", raw(pidfd_getfd, pidfd, 50, 1));
    show("no pidfd", raw(pidfd_getfd, 0, 50, 0));
    show("bad pidfd", raw(pidfd_getfd, 99, 50, 0));
    show("open flags", raw(pidfd_open, pid, 1));
    show("open nobody", raw(pidfd_open, 0x3fffffff, 0));
    show("open zero", raw(pidfd_open, 0, 0));
    pf = (struct pollfd){.fd = pidfd, .events = POLLIN};
    show("alive", poll(&pf, 1, 0));
    MUST(write(down[1], "g", 1) == 1);
    show("ended", poll(&pf, 1, 5000));
    show("waitid", raw(waitid, 3, pidfd, &si, WEXITED, 0));
    printf("status %d\n", si.si_status);
    show("getfd of a dead one", raw(pidfd_getfd, pidfd, 50, 0));
    return t_end();
}
