/* covers: dup dup2 dup3 close fcntl */
#include "t.h"

int main(void)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    show("open", fd);
    show("dup", raw(dup, fd));
    show("dup", raw(dup, fd));
    show("close", raw(close, 4));
    show("dup into the gap", raw(dup, fd));
    show("flags of copy", fcntl(4, F_GETFD));
    show("dup2", raw(dup2, fd, 20));
    show("dup2 itself", raw(dup2, fd, fd));
    show("flags stay", fcntl(fd, F_GETFD));
    show("dup2 over open", raw(dup2, fd, 5));
    show("dup2 of closed", raw(dup2, 19, 20));
    show("target still open", fcntl(20, F_GETFD));
    show("dup2 closed onto itself", raw(dup2, 19, 19));
    show("dup3", raw(dup3, fd, 21, O_CLOEXEC));
    show("flags", fcntl(21, F_GETFD));
    show("dup3 itself", raw(dup3, fd, fd, 0));
    show("dup3 bad flag", raw(dup3, fd, 22, O_NONBLOCK));
    show("negative", raw(dup, -1));
    show("dup2 to negative", raw(dup2, fd, -1));
    show("dup2 to huge", raw(dup2, fd, 1 << 30));
    show("F_DUPFD", fcntl(fd, F_DUPFD, 10));
    show("F_DUPFD again", fcntl(fd, F_DUPFD, 10));
    show("F_DUPFD_CLOEXEC", fcntl(fd, F_DUPFD_CLOEXEC, 20));
    show("flags", fcntl(22, F_GETFD));
    show("F_DUPFD negative", fcntl(fd, F_DUPFD, -1));
    show("F_DUPFD huge", fcntl(fd, F_DUPFD, 1 << 30));
    show("close", raw(close, fd));
    show("close again", raw(close, fd));
    show("close negative", raw(close, -1));
    return t_end();
}
