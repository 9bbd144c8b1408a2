/* covers: pidfd_open pidfd_send_signal pidfd_getfd process_mrelease */
#include <poll.h>
#include <sys/epoll.h>

#include "child.h"

int main(void)
{
    struct gate ready;
    int p[2], fd, got;
    char buf[16];
    pid_t pid;
    siginfo_t si;
    gate_init(&ready);
    show("no such process", raw(pidfd_open, 0x3fffffff, 0));
    show("pid 0", raw(pidfd_open, 0, 0));
    show("negative", raw(pidfd_open, -1, 0));
    show("unknown flag", raw(pidfd_open, getpid(), 1));
    MUST(pipe2(p, O_CLOEXEC) == 0);
    MUST((pid = fork()) >= 0);
    if (pid == 0) {
        MUST(dup2(p[1], 60) == 60);
        close(p[1]);
        gate_open(&ready);
        for (;;)
            pause();
    }
    gate_wait(&ready);
    close(p[1]);
    MUST((fd = (int) raw(pidfd_open, pid, 0)) >= 0);
    CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
    got = (int) raw(pidfd_getfd, fd, 60, 0);
    show("take a descriptor", got >= 0);
    CHECK(fcntl(got, F_GETFD) == FD_CLOEXEC);
    CHECK(write(got, "taken", 5) == 5);
    show("and use it", read(p[0], buf, sizeof(buf)));
    show("one that is not there", raw(pidfd_getfd, fd, 61, 0));
    show("with a flag", raw(pidfd_getfd, fd, 60, 1));
    show("of no pidfd", raw(pidfd_getfd, p[0], 60, 0));
    for (int ns = 1; ns <= 10; ns++) { /* PIDFD_GET_CGROUP_NAMESPACE and so on */
        struct stat its, mine;
        static const char *const name[] = {
            "", "cgroup", "ipc", "mnt", "net", "pid", "pid_for_children", "time", "time_for_children", "user", "uts"};
        char path[64];
        int nsfd = (int) raw(ioctl, fd, 0xff00 + ns, 0);
        snprintf(path, sizeof(path), "/proc/self/ns/%s", name[ns]);
        printf("namespace %d: %s\n", ns, nsfd < 0 ? errname(errno) : "a descriptor");
        if (nsfd >= 0 && stat(path, &mine) == 0)
            CHECK(fstat(nsfd, &its) == 0 && its.st_ino == mine.st_ino && (fcntl(nsfd, F_GETFD) & FD_CLOEXEC));
        close(nsfd);
    }
    show("signal 0", raw(pidfd_send_signal, fd, 0, 0, 0));
    show("signal 65", raw(pidfd_send_signal, fd, 65, 0, 0));
    show("info not there", raw(pidfd_send_signal, fd, SIGTERM, BAD_PTR, 0));
    show("neither descriptor nor info", raw(pidfd_send_signal, 99, SIGTERM, BAD_PTR, 0));
    show("unknown flag", raw(pidfd_send_signal, fd, SIGTERM, 0, 64));
    show("no pidfd", raw(pidfd_send_signal, p[0], SIGTERM, 0, 0));
    memset(&si, 0, sizeof(si));
    si.si_signo = SIGUSR1;
    si.si_code = SI_USER;
    show("info that lies", raw(pidfd_send_signal, fd, SIGUSR2, &si, 0));
    show("read", read(fd, buf, sizeof(buf)));
    show("release of the living", raw(process_mrelease, fd, 0));
    show("release with a flag", raw(process_mrelease, fd, 1));
    int ep = epoll_create1(0);
    struct epoll_event ev = {.events = EPOLLIN, .data.u32 = 5};
    MUST(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev) == 0);
    show("epoll while it lives", epoll_wait(ep, &ev, 1, 0));
    show("kill", raw(pidfd_send_signal, fd, SIGKILL, 0, 0));
    show("epoll when it is dead", epoll_wait(ep, &ev, 1, -1));
    struct pollfd pfd = {fd, POLLIN, 0};
    show("poll of a zombie", poll(&pfd, 1, 0));
    printf("events %x\n", (unsigned) pfd.revents);
    show_wait("child", pid);
    show("poll of a reaped one", poll(&pfd, 1, 0));
    show("signal to a reaped one", raw(pidfd_send_signal, fd, 0, 0, 0));
    show("descriptor of a reaped one", raw(pidfd_getfd, fd, 60, 0));
    return t_end();
}
