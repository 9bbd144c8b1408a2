/* covers: signalfd signalfd4 read poll */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

#include "child.h"

int main(void)
{
    sigset_t set;
    struct signalfd_siginfo si[4];
    uint64_t mask = 1ul << (SIGUSR1 - 1) | 1ul << 39;
    int fd;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    sigaddset(&set, 40);
    sigprocmask(SIG_BLOCK, &set, NULL);
    fd = (int) raw(signalfd4, -1, &mask, 8, SFD_NONBLOCK | SFD_CLOEXEC);
    MUST(fd >= 0);
    CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
    show("empty", read(fd, si, sizeof(si)));
    struct pollfd pfd = {fd, POLLIN, 0};
    show("poll", poll(&pfd, 1, 0));
    kill(getpid(), SIGUSR2);
    show("not in its mask", poll(&pfd, 1, 0));
    kill(getpid(), SIGUSR1);
    sigqueue(getpid(), 40, (union sigval){.sival_int = 77});
    sigqueue(getpid(), 40, (union sigval){.sival_int = 78});
    show("poll", poll(&pfd, 1, 0));
    ssize_t n = read(fd, si, sizeof(si));
    printf("read %zd\n", n);
    for (int i = 0; i < (int) (n / 128); i++) {
        printf("%u code %d value %d\n", si[i].ssi_signo, si[i].ssi_code, si[i].ssi_int);
        CHECK(si[i].ssi_pid == (uint32_t) getpid() && si[i].ssi_uid == getuid());
    }
    kill(getpid(), SIGUSR1);
    show("too small", read(fd, si, 127));
    show("to nowhere", raw(read, fd, BAD_PTR, 128));
    show("again", read(fd, si, 128));
    mask = 1ul << (SIGUSR2 - 1);
    show("new mask", raw(signalfd4, fd, &mask, 8, 0) == fd);
    show("the old one is there", read(fd, si, sizeof(si)));
    printf("%u\n", si[0].ssi_signo);
    show("without flags", raw(signalfd, -1, &mask, 8) >= 0);
    show("size 4", raw(signalfd4, -1, &mask, 4, 0));
    show("unknown flags", raw(signalfd4, -1, &mask, 8, 1));
    show("not there", raw(signalfd4, -1, BAD_PTR, 8, 0));
    show("no signalfd", raw(signalfd4, 1, &mask, 8, 0));
    show("bad descriptor", raw(signalfd4, 12345, &mask, 8, 0));

    /* blocks until the child speaks, also under epoll */
    pid_t me = getpid(), pid = fork();
    if (pid == 0) {
        until_state(me, me, "S");
        kill(me, SIGUSR2);
        _exit(0);
    }
    int ep = epoll_create1(0);
    struct epoll_event ev = {.events = EPOLLIN};
    MUST(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev) == 0);
    show("epoll", epoll_wait(ep, &ev, 1, -1));
    show("read", read(fd, si, sizeof(si)));
    CHECK(si[0].ssi_pid == (uint32_t) pid);
    reap(pid);
    /* a child reads its own signals from it */
    show_status("child", IN_CHILD({
                    kill(getpid(), SIGUSR2);
                    show("read", read(fd, si, sizeof(si)));
                    CHECK(si[0].ssi_pid == (uint32_t) getpid());
                }));
    return t_end();
}
