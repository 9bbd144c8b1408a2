/* covers: fcntl */
#include "t.h"

#ifndef F_SETSIG
#define F_SETSIG 10
#define F_GETSIG 11
#endif

int main(void)
{
    struct {
        int type, pid;
    } own = {0, 0};
    uint64_t hint = 99;
    int fd, p[2];

    scratch();
    fd = open("f", O_RDWR | O_CREAT | O_APPEND, 0600);
    MUST(fd >= 0 && pipe(p) == 0);
    show("F_GETFD", fcntl(fd, F_GETFD));
    show("F_SETFD", fcntl(fd, F_SETFD, FD_CLOEXEC));
    show("F_GETFD", fcntl(fd, F_GETFD));
    show("F_SETFD other bits", fcntl(fd, F_SETFD, 0xfe));
    show("F_GETFD", fcntl(fd, F_GETFD));
    show("append", !!(fcntl(fd, F_GETFL) & O_APPEND));
    show("access mode", fcntl(fd, F_GETFL) & O_ACCMODE);
    show("F_SETFL", fcntl(fd, F_SETFL, O_NONBLOCK));
    show("append gone", !!(fcntl(fd, F_GETFL) & O_APPEND));
    show("nonblocking", !!(fcntl(fd, F_GETFL) & O_NONBLOCK));
    show("mode cannot change", fcntl(fd, F_SETFL, O_WRONLY));
    show("access mode", fcntl(fd, F_GETFL) & O_ACCMODE);

    show("owner", fcntl(p[0], F_GETOWN));
    show("own it", fcntl(p[0], F_SETOWN, getpid()));
    show("is mine", fcntl(p[0], F_GETOWN) == getpid());
    MUST(raw(fcntl, p[0], 16, &own) == 0);
    printf("type %d mine %d\n", own.type, own.pid == getpid());
    own.type = 0;
    own.pid = (int) raw(gettid);
    show("F_SETOWN_EX", raw(fcntl, p[0], 15, &own));
    show("F_SETOWN_EX bad type", (own.type = 9, raw(fcntl, p[0], 15, &own)));
    show("F_SETOWN_EX EFAULT", raw(fcntl, p[0], 15, BAD_PTR));
    show("F_GETOWN_EX EFAULT", raw(fcntl, p[0], 16, BAD_PTR));
    show("F_GETSIG", fcntl(p[0], F_GETSIG));
    show("F_SETSIG", fcntl(p[0], F_SETSIG, 40));
    show("F_GETSIG", fcntl(p[0], F_GETSIG));
    show("F_SETSIG bad", fcntl(p[0], F_SETSIG, 99));

    show("F_GET_RW_HINT", raw(fcntl, fd, 1035, &hint));
    printf("hint %d\n", (int) hint);
    hint = 2;
    show("F_SET_RW_HINT", raw(fcntl, fd, 1036, &hint));
    show("F_GET_RW_HINT EFAULT", raw(fcntl, fd, 1035, BAD_PTR));
    show("unknown command", fcntl(fd, 9999, 0));
    show("F_GETLK EFAULT", raw(fcntl, fd, F_GETLK, BAD_PTR));
    show("F_DUPFD_QUERY same", raw(fcntl, fd, 1027, fd));
    show("F_DUPFD_QUERY other", raw(fcntl, fd, 1027, p[0]));
    return t_end();
}
