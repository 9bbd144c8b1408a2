/* covers: waitid pidfd_open */
#include "child.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

static void tell(const char *name, int type, int id, int options, pid_t pid)
{
    siginfo_t si;
    memset(&si, 0, sizeof(si));
    long r = raw(waitid, type, id, &si, options, NULL);
    if (r < 0)
        printf("%s: %s\n", name, errname(errno));
    else
        printf("%s: %s code %d status %d of %s\n", name, signame(si.si_signo), si.si_code, si.si_status,
               si.si_pid == pid ? "the child"
               : si.si_pid      ? "another"
                                : "nobody");
}

static pid_t child(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        for (;;)
            pause();
    }
    setpgid(pid, pid);
    return pid;
}

int main(void)
{
    pid_t pid = child();
    int fd = (int) raw(pidfd_open, pid, 0), nb = (int) raw(pidfd_open, pid, O_NONBLOCK);
    tell("nothing yet", P_PIDFD, fd, WEXITED | WNOHANG, pid);
    tell("a pidfd that does not block", P_PIDFD, nb, WEXITED, pid);
    kill(pid, SIGSTOP);
    tell("stopped, left", P_PIDFD, fd, WSTOPPED | WNOWAIT, pid);
    tell("stopped", P_PGID, pid, WSTOPPED, pid);
    tell("told once", P_PID, pid, WSTOPPED | WNOHANG, pid);
    kill(pid, SIGCONT);
    tell("continued, left", P_ALL, 0, WCONTINUED | WNOWAIT, pid);
    tell("continued", P_PIDFD, fd, WCONTINUED, pid);
    tell("told once", P_PID, pid, WCONTINUED | WNOHANG, pid);
    kill(pid, SIGTERM);
    tell("ended, left", P_PIDFD, fd, WEXITED | WNOWAIT, pid);
    tell("ended", P_PIDFD, nb, WEXITED, pid);
    tell("gone", P_PIDFD, fd, WEXITED, pid);
    tell("none left", P_ALL, 0, WEXITED, pid);
    tell("no options", P_ALL, 0, 0, pid);
    tell("only WNOHANG", P_ALL, 0, WNOHANG, pid);
    tell("unknown option", P_ALL, 0, WEXITED | 0x400, pid);
    tell("unknown type", 9, 1, WEXITED, pid);
    tell("process 0", P_PID, 0, WEXITED, pid);
    tell("group 0", P_PGID, 0, WEXITED, pid);
    tell("negative group", P_PGID, -1, WEXITED, pid);
    tell("no descriptor", P_PIDFD, 999, WEXITED, pid);
    tell("no pidfd", P_PIDFD, 1, WEXITED, pid);
    pid = child();
    kill(pid, SIGKILL);
    long ru[18] = {0};
    show("with usage", raw(waitid, P_PID, pid, NULL, WEXITED, ru));
    pid = child();
    kill(pid, SIGKILL);
    show("to nowhere", raw(waitid, P_PID, pid, BAD_PTR, WEXITED, NULL));
    show("which took it", raw(waitid, P_PID, pid, NULL, WEXITED, NULL));
    return t_end();
}
