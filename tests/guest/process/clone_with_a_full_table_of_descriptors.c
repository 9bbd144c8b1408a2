/* covers: clone3 clone */
/* CLONE_PIDFD needs a number, and there is no child when there is none; with the last one it works. */
#include <linux/sched.h>
#include <sys/resource.h>

#include "child.h"

static long try_it(const char *what, uint64_t flags)
{
    int fd = -7;
    struct clone_args a = {.flags = CLONE_PIDFD | flags, .pidfd = (uintptr_t) &fd, .exit_signal = SIGCHLD};
    long pid = raw(clone3, &a, sizeof a);
    if (pid == 0)
        _exit(flags & CLONE_FILES ? 7 : fcntl(19, F_GETFD) < 0 && errno == EBADF ? 5 : 6);
    show_ok(what, pid);
    if (pid < 0)
        return fd;
    siginfo_t si = {0};
    CHECK(waitid(P_PIDFD, (id_t) fd, &si, WEXITED | WNOWAIT) == 0 && si.si_pid == pid);
    printf("  number %d, close-on-exec %d\n", fd, fcntl(fd, F_GETFD));
    show_wait("  child", (pid_t) pid);
    close(fd);
    return fd;
}

int main(void)
{
    struct rlimit lim;
    getrlimit(RLIMIT_NOFILE, &lim);
    lim.rlim_cur = 20;
    MUST(setrlimit(RLIMIT_NOFILE, &lim) == 0);
    while (dup(1) >= 0)
        ;
    try_it("full", 0);
    show_wait("a child", -1);
    close(19);
    try_it("one number", 0);
    try_it("one number, vfork", CLONE_VFORK);
    try_it("one number, one table", CLONE_FILES);
    struct clone_args bad = {.flags = CLONE_PIDFD, .pidfd = (uintptr_t) BAD_PTR, .exit_signal = SIGCHLD};
    show("bad address", raw(clone3, &bad, sizeof bad));
    show("the number is free again", dup(1));
    return t_end();
}
