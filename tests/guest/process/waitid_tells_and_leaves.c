/* covers: waitid pidfd_open kill */
#include "child.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

static void tell(const char *name, long r, siginfo_t *si, pid_t pid)
{
    if (r < 0)
        printf("%s: %s\n", name, errname(errno));
    else
        printf("%s: signo %d code %d status %d pid %s uid %s\n", name, si->si_signo, si->si_code, si->si_status,
               si->si_pid == pid ? "right"
               : si->si_pid == 0 ? "0"
                                 : "wrong",
               si->si_pid == 0 || si->si_uid == getuid() ? "right" : "wrong");
}

static long wid(int type, int id, siginfo_t *si, int options)
{
    memset(si, 0x55, sizeof(*si));
    return raw(waitid, type, id, si, options, 0);
}

int main(void)
{
    siginfo_t si;
    struct gate go;
    pid_t pid;
    gate_init(&go);
    MUST((pid = fork()) >= 0);
    if (pid == 0) {
        gate_wait(&go);
        raise(SIGSTOP);
        gate_wait(&go);
        _exit(42);
    }
    int fd = (int) raw(pidfd_open, pid, 0);
    MUST(fd >= 0);
    tell("runs", wid(P_PID, pid, &si, WEXITED | WNOHANG), &si, pid);
    tell("no options", wid(P_PID, pid, &si, 0), &si, pid);
    tell("unknown option", wid(P_PID, pid, &si, WEXITED | 0x100), &si, pid);
    tell("unknown type", wid(77, pid, &si, WEXITED), &si, pid);
    tell("pid 0", wid(P_PID, 0, &si, WEXITED), &si, pid);
    tell("negative pid", wid(P_PID, -5, &si, WEXITED), &si, pid);
    tell("not a pidfd", wid(P_PIDFD, 0, &si, WEXITED | WNOHANG), &si, pid);
    tell("bad pidfd", wid(P_PIDFD, 12345, &si, WEXITED | WNOHANG), &si, pid);
    tell("no such group", wid(P_PGID, 0x3fffffff, &si, WEXITED), &si, pid);
    gate_open(&go);
    tell("stopped, left", wid(P_PID, pid, &si, WSTOPPED | WNOWAIT), &si, pid);
    tell("stopped", wid(P_ALL, 0, &si, WSTOPPED), &si, pid);
    tell("no more", wid(P_ALL, 0, &si, WSTOPPED | WNOHANG), &si, pid);
    kill(pid, SIGCONT);
    tell("continued", wid(P_PIDFD, fd, &si, WCONTINUED), &si, pid);
    gate_open(&go);
    tell("exited, left", wid(P_PIDFD, fd, &si, WEXITED | WNOWAIT), &si, pid);
    tell("exited, left again", wid(P_PGID, getpgid(0), &si, WEXITED | WNOWAIT), &si, pid);
    tell("exited", wid(P_PGID, 0, &si, WEXITED), &si, pid);
    tell("gone", wid(P_PIDFD, fd, &si, WEXITED), &si, pid);

    MUST((pid = fork()) >= 0);
    if (pid == 0)
        raise(SIGKILL);
    show("no siginfo", raw(waitid, P_PID, pid, 0, WEXITED | WNOWAIT, 0));
    show("siginfo to nowhere", raw(waitid, P_PID, pid, BAD_PTR, WEXITED | WNOWAIT, 0));
    tell("killed", wid(P_PID, pid, &si, WEXITED), &si, pid);
    return t_end();
}
