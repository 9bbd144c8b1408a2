/* covers: wait4 waitid kill rt_sigaction */
#include "told.h"

/* SIGCHLD for each way in which a child's state changes. */
static void next(const char *name, pid_t pid)
{
    sigset_t set = one_signal(SIGCHLD);
    siginfo_t si;
    memset(&si, 0xee, sizeof(si));
    MUST(raw(rt_sigtimedwait, &set, &si, NULL, 8) == SIGCHLD);
    CHECK(si.si_pid == pid && si.si_uid == getuid());
    printf("%s: code %d status %d errno %d\n", name, si.si_code, si.si_status, si.si_errno);
    const uint32_t *w = (const uint32_t *) &si;
    for (unsigned i = 12; i < 32; i++)
        CHECK(w[i] == 0);
}

static pid_t sleeper(void)
{
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            pause();
    return pid;
}

int main(void)
{
    siginfo_t si;
    told_block(SIGCHLD);
    pid_t pid = fork();
    if (pid == 0)
        _exit(300);
    next("exit", pid);
    memset(&si, 0, sizeof(si));
    show("waitid", waitid(P_PID, (id_t) pid, &si, WEXITED));
    CHECK(si.si_pid == pid && si.si_uid == getuid());
    printf("%s code %d status %d\n", signame(si.si_signo), si.si_code, si.si_status);
    pid = sleeper();
    kill(pid, SIGSTOP);
    next("stop", pid);
    kill(pid, SIGCONT);
    next("continue", pid);
    kill(pid, SIGTERM);
    next("kill", pid);
    show_wait("wait", pid);
    struct sigaction sa = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDSTOP};
    sigaction(SIGCHLD, &sa, NULL);
    pid = sleeper();
    kill(pid, SIGSTOP);
    MUST(waitid(P_PID, (id_t) pid, &si, WSTOPPED) == 0);
    printf("NOCLDSTOP: code %d status %d\n", si.si_code, si.si_status);
    show_pending("none pending", SIGCHLD, 0);
    kill(pid, SIGKILL);
    next("kill", pid);
    reap(pid);
    sa.sa_flags = SA_NOCLDWAIT;
    sigaction(SIGCHLD, &sa, NULL);
    pid = sleeper();
    kill(pid, SIGKILL);
    show("NOCLDWAIT", waitpid(pid, NULL, 0));
    next("still told", pid);
    return t_end();
}
