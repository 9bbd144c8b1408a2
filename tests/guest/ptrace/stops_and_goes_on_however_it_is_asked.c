/* covers: ptrace kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal */
/* However SIGCONT is sent, also where it is blocked: the group goes on, and its tracer is told; as it is of SIGSTOP that one process is sent. */
#include "ptrace.h"

static siginfo_t queued(int sig)
{
    siginfo_t si = {.si_signo = sig, .si_code = SI_QUEUE};
    si.si_pid = getpid();
    si.si_uid = getuid();
    return si;
}

static long by_pidfd(pid_t p, int sig)
{
    int fd = (int) raw(pidfd_open, p, 0);
    long r = raw(pidfd_send_signal, fd, sig, NULL, 0);
    close(fd);
    return r;
}

static long send_by(int way, pid_t p, int sig)
{
    siginfo_t si = queued(sig);
    switch (way) {
    case 0:
        return kill(p, sig);
    case 1:
        return kill(-p, sig);
    case 2:
        return raw(tkill, p, sig);
    case 3:
        return raw(tgkill, p, p, sig);
    case 4:
        return raw(rt_sigqueueinfo, p, sig, &si);
    case 5:
        return raw(rt_tgsigqueueinfo, p, p, sig, &si);
    default:
        return by_pidfd(p, sig);
    }
}

enum { WAYS = 7 };

/* By a process that is no tracer. */
static void send_aside(int way, pid_t p, int sig)
{
    show_status("sent", IN_CHILD(_exit(send_by(way, p, sig) ? 1 : 0)));
}

static pid_t in_a_group_of_its_own(bool blocks)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCONT);
    if (blocks)
        sigprocmask(SIG_BLOCK, &set, NULL);
    pid_t p = pauses();
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    MUST(setpgid(p, p) == 0);
    return p;
}

static void listens(int way, bool blocks)
{
    pid_t p = in_a_group_of_its_own(blocks);
    MUST(ptrace(PTRACE_SEIZE, p, NULL, NULL) == 0);
    for (int round = 0; round < 2; round++) {
        send_aside(way == 1 ? 0 : way, p, SIGSTOP);
        show_stop("signal", next_status(p));
        go_on(PTRACE_CONT, p, SIGSTOP, "group");
        MUST(ptrace(PTRACE_LISTEN, p, NULL, NULL) == 0);
        send_aside(way, p, SIGCONT);
        show_stop("goes on", next_status(p));
        if (!blocks)
            go_on(PTRACE_CONT, p, 0, "signal");
        MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
    }
    kill(p, SIGKILL);
    show_stop("end", next_status(p));
}

int main(void)
{
    for (int way = 0; way < WAYS; way++)
        for (int blocks = 0; blocks < 2; blocks++) {
            printf("way %d, %s\n", way, blocks ? "blocked" : "let in");
            listens(way, blocks);
        }
    return t_end();
}
