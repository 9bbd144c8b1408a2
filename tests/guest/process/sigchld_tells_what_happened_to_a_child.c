/* covers: rt_sigaction rt_sigtimedwait kill wait4 */
#include "child.h"

static sigset_t chld;

static void next(const char *name, pid_t pid)
{
    siginfo_t si;
    memset(&si, 0, sizeof(si));
    int r = sigwaitinfo(&chld, &si);
    printf("%s: %s code %d status %d pid %s\n", name, signame(r), si.si_code, si.si_status,
           si.si_pid == pid ? "right" : "wrong");
}

static pid_t stopper(struct gate *go)
{
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        raise(SIGSTOP);
        gate_wait(go);
        _exit(5);
    }
    return pid;
}

int main(void)
{
    struct sigaction sa = {.sa_handler = SIG_DFL};
    struct timespec zero = {0, 0};
    struct gate go;
    int status;
    pid_t pid;
    gate_init(&go);
    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    sigprocmask(SIG_BLOCK, &chld, NULL);
    pid = stopper(&go);
    next("stopped", pid);
    kill(pid, SIGCONT);
    next("continued", pid);
    gate_open(&go);
    next("exited", pid);
    show_wait("child", pid);
    MUST((pid = fork()) >= 0);
    if (pid == 0)
        for (;;)
            pause();
    kill(pid, SIGKILL);
    next("killed", pid);
    show_wait("child", pid);

    sa.sa_flags = SA_NOCLDSTOP;
    MUST(sigaction(SIGCHLD, &sa, NULL) == 0);
    pid = stopper(&go);
    CHECK(waitpid(pid, &status, WUNTRACED) == pid);
    show_status("told by wait", status);
    show("no signal for a stop", sigtimedwait(&chld, NULL, &zero));
    kill(pid, SIGCONT);
    gate_open(&go);
    next("exited", pid);
    show_wait("child", pid);

    /* nobody wants to know: no zombie */
    sa.sa_flags = SA_NOCLDWAIT;
    MUST(sigaction(SIGCHLD, &sa, NULL) == 0);
    MUST((pid = fork()) >= 0);
    if (pid == 0)
        _exit(3);
    next("SA_NOCLDWAIT", pid);
    show("wait", waitpid(pid, &status, 0));
    signal(SIGCHLD, SIG_IGN);
    MUST((pid = fork()) >= 0);
    if (pid == 0)
        _exit(3);
    show("SIG_IGN: wait", waitpid(pid, &status, 0));
    show("SIG_IGN: signal", sigtimedwait(&chld, NULL, &zero));
    return t_end();
}
