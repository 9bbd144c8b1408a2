/* covers: fcntl ioctl write read poll */
#include "t.h"
#include <poll.h>
#include <sys/ioctl.h>

#ifndef F_SETPIPE_SZ
#define F_SETPIPE_SZ 1031
#define F_GETPIPE_SZ 1032
#endif

int main(void)
{
    static char block[T_PAGE];
    struct pollfd pf;
    int p[2], n = 0, queued = -1;
    long total = 0, r;
    pid_t pid;

    MUST(pipe2(p, O_NONBLOCK) == 0);
    show("capacity", fcntl(p[1], F_GETPIPE_SZ));
    show("shrink", fcntl(p[1], F_SETPIPE_SZ, 5000));
    show("capacity", fcntl(p[0], F_GETPIPE_SZ));
    while ((r = write(p[1], block, sizeof(block))) > 0)
        total += r, n++;
    show("full", r);
    printf("%d writes, %ld bytes\n", n, total);
    MUST(ioctl(p[0], FIONREAD, &queued) == 0);
    show("queued", queued);
    show("shrink below contents", fcntl(p[1], F_SETPIPE_SZ, T_PAGE));
    pf = (struct pollfd){.fd = p[1], .events = POLLOUT};
    show("not writable", poll(&pf, 1, 0));
    MUST(read(p[0], block, T_PAGE) == T_PAGE);
    show("writable", poll(&pf, 1, 0));
    MUST(write(p[1], block, T_PAGE) == T_PAGE);

    MUST(fcntl(p[1], F_SETFL, 0) == 0 && fcntl(p[0], F_SETFL, 0) == 0);
    pid = fork();
    if (pid == 0) {
        close(p[0]);
        _exit(write(p[1], block, sizeof(block)) == sizeof(block) && write(p[1], "end", 3) == 3 ? 0 : 1);
    }
    close(p[1]);
    total = 0;
    while ((r = read(p[0], block, 1000)) > 0)
        total += r;
    show("read", total);
    show_wait("writer", pid);
    show("FIONREAD EFAULT", raw(ioctl, p[0], FIONREAD, BAD_PTR));
    return t_end();
}
