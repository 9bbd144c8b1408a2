/* covers: clone wait4 pidfd_send_signal */
#include <poll.h>
#include <sched.h>

#include "child.h"

#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x1000
#endif

static long clone5(unsigned long flags, void *stack, void *ptid, void *ctid, unsigned long tls)
{
    return raw(clone, flags, stack, ptid, ctid, tls);
}

static volatile int got_usr1;

static void on_usr1(int sig)
{
    (void) sig;
    got_usr1++;
}

int main(void)
{
    int *sh = shared_mem(T_PAGE), fd = -1, status;
    static int ptid, ctid;
    sigset_t usr1, old;
    long pid;

    pid = clone5(CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD, NULL, &ptid, &ctid, 0);
    MUST(pid >= 0);
    if (pid == 0) {
        sh[0] = ctid;
        sh[1] = ptid;
        sh[2] = (int) raw(getpid);
        _exit(0);
    }
    CHECK(ptid == pid);
    CHECK(ctid == 0);
    reap((pid_t) pid);
    CHECK(sh[0] == pid && sh[2] == pid);

    /* child tid in shared memory is cleared, and its waiter woken, when the child is gone */
    sh[4] = 0;
    pid = clone5(CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD, NULL, NULL, &sh[4], 0);
    if (pid == 0) {
        CHECK(sh[4] == getpid());
        _exit(0);
    }
    reap((pid_t) pid);
    /* the kernel clears it only while somebody else uses the memory */
    printf("CHILD_CLEARTID of a process with memory of its own: %s\n", sh[4] == 0 ? "cleared" : "left");

    pid = clone5(CLONE_PIDFD | SIGCHLD, NULL, &fd, NULL, 0);
    MUST(pid >= 0);
    if (pid == 0)
        for (;;)
            pause();
    struct pollfd pfd = {fd, POLLIN, 0};
    CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    show("runs", poll(&pfd, 1, 0));
    show("signal through the pidfd", raw(pidfd_send_signal, fd, SIGTERM, 0, 0));
    show("ended", poll(&pfd, 1, -1));
    show_wait("child", (pid_t) pid);
    show("signal to the dead", raw(pidfd_send_signal, fd, SIGTERM, 0, 0));

    /* another exit signal: wait needs __WCLONE or __WALL */
    signal(SIGUSR1, on_usr1);
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    sigprocmask(SIG_BLOCK, &usr1, &old);
    pid = clone5(SIGUSR1, NULL, NULL, NULL, 0);
    if (pid == 0)
        _exit(6);
    sigsuspend(&old);
    printf("SIGUSR1 %d\n", got_usr1);
    sigprocmask(SIG_SETMASK, &old, NULL);
    show("plain wait", waitpid((pid_t) pid, &status, 0));
    CHECK(waitpid((pid_t) pid, &status, __WCLONE) == pid);
    show_status("clone child", status);
    pid = clone5(0, NULL, NULL, NULL, 0);
    if (pid == 0)
        _exit(5);
    CHECK(waitpid((pid_t) pid, &status, __WALL) == pid);
    show_status("without exit signal", status);

    show("thread without sighand", clone5(CLONE_THREAD | SIGCHLD, NULL, NULL, NULL, 0));
    show("sighand without vm", clone5(CLONE_SIGHAND | SIGCHLD, NULL, NULL, NULL, 0));
    show("fs and newns", clone5(CLONE_FS | CLONE_NEWNS | SIGCHLD, NULL, NULL, NULL, 0));
    show("pidfd and parent tid", clone5(CLONE_PIDFD | CLONE_PARENT_SETTID | SIGCHLD, NULL, &fd, NULL, 0));
    show("pidfd to nowhere", clone5(CLONE_PIDFD | SIGCHLD, NULL, BAD_PTR, NULL, 0));
    show("no child of that", waitpid(-1, NULL, __WALL));

    /* bad places for the tids are passed over */
    pid = clone5(CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD, NULL, NULL, BAD_PTR, 0);
    if (pid == 0)
        _exit(4);
    show_wait("child tid to nowhere", (pid_t) pid);
    return t_end();
}
