/* covers: signalfd signalfd4 rt_sigprocmask rt_sigqueueinfo */
#include "t.h"
#include <poll.h>

struct info { /* struct signalfd_siginfo */
    uint32_t signo;
    int32_t err, code;
    uint32_t pid, uid;
    int32_t fd;
    uint32_t tid, band, overrun, trapno;
    int32_t status, value;
    uint8_t rest[80];
};

int main(void)
{
    struct info si[3];
    uint64_t mask = 1ull << (SIGUSR1 - 1) | 1ull << (SIGCHLD - 1);
    struct pollfd pf;
    sigset_t set;
    int fd;
    pid_t pid;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    sigaddset(&set, SIGCHLD);
    MUST(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    fd = (int) raw(signalfd4, -1, &mask, 8, O_NONBLOCK | O_CLOEXEC);
    show("signalfd4", fd);
    show("cloexec", fcntl(fd, F_GETFD));
    show("nothing", read(fd, si, sizeof(si)));
    pf = (struct pollfd){fd, POLLIN, 0};
    show("poll", poll(&pf, 1, 0));
    MUST(kill(getpid(), SIGUSR1) == 0 && kill(getpid(), SIGUSR2) == 0);
    show("poll", poll(&pf, 1, 0));
    show("read", read(fd, si, sizeof(si)));
    printf("%s code %d mine %d\n", signame((int) si[0].signo), si[0].code, si[0].pid == (uint32_t) getpid());
    show("read again", read(fd, si, sizeof(si)));
    mask |= 1ull << (SIGUSR2 - 1);
    show("change mask", raw(signalfd4, fd, &mask, 8, 0) == fd);
    show("read", read(fd, si, sizeof(si)));
    printf("%s\n", signame((int) si[0].signo));
    MUST(sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 321}) == 0);
    show("read", read(fd, si, sizeof(si)));
    printf("code %d value %d\n", si[0].code, si[0].value);
    pid = fork();
    if (pid == 0)
        _exit(9);
    show("child ends", poll(&pf, 1, 10000));
    show("read", read(fd, si, sizeof(si)));
    printf("%s code %d status %d\n", signame((int) si[0].signo), si[0].code, si[0].status);
    show_wait("child", pid);
    show("too small", read(fd, si, 64));
    show("old call", raw(signalfd, -1, &mask, 8) >= 0);
    show("wrong size", raw(signalfd4, -1, &mask, 4, 0));
    show("bad mask", raw(signalfd4, -1, BAD_PTR, 8, 0));
    show("bad flags", raw(signalfd4, -1, &mask, 8, 1));
    show("not a signalfd", raw(signalfd4, 0, &mask, 8, 0));
    show("closed", raw(signalfd, 99, &mask, 8));
    return t_end();
}
