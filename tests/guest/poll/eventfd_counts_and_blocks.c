/* covers: eventfd eventfd2 poll read write */
#include "t.h"
#include <poll.h>

int main(void)
{
    uint64_t v = 0;
    struct pollfd pf;
    int fd, sem;
    pid_t pid;

    fd = (int) raw(eventfd, 3);
    show("eventfd", fd);
    show("cloexec", fcntl(fd, F_GETFD));
    show("read", read(fd, &v, 8));
    printf("%lu\n", (unsigned long) v);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    show("empty", read(fd, &v, 8));
    v = 5;
    show("write", write(fd, &v, 8));
    show("write", write(fd, &v, 8));
    pf = (struct pollfd){fd, POLLIN | POLLOUT, 0};
    show("poll", poll(&pf, 1, 0));
    printf("events %x\n", (unsigned) pf.revents);
    show("read sum", read(fd, &v, 8));
    printf("%lu\n", (unsigned long) v);
    v = UINT64_MAX;
    show("too big", write(fd, &v, 8));
    v = UINT64_MAX - 1;
    show("biggest", write(fd, &v, 8));
    v = 1;
    show("full", write(fd, &v, 8));
    show("short read", read(fd, &v, 4));
    show("short write", write(fd, &v, 4));
    show("bad pointer", raw(write, fd, BAD_PTR, 8));
    sem = (int) raw(eventfd2, 2, 1 | O_NONBLOCK | O_CLOEXEC);
    show("semaphore", sem);
    show("cloexec", fcntl(sem, F_GETFD));
    show("take", read(sem, &v, 8));
    printf("%lu\n", (unsigned long) v);
    show("take", read(sem, &v, 8));
    show("take", read(sem, &v, 8));
    show("bad flags", raw(eventfd2, 0, 0x40));

    fd = (int) raw(eventfd, 0);
    pid = fork();
    if (pid == 0) {
        v = 42;
        _exit(write(fd, &v, 8) == 8 ? 0 : 1);
    }
    show("blocks until the child writes", read(fd, &v, 8));
    printf("%lu\n", (unsigned long) v);
    show_wait("child", pid);
    return t_end();
}
