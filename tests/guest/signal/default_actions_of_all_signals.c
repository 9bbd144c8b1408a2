/* covers: kill wait4 rt_sigaction */
#include "child.h"

/* What each of the 64 does to a process that says nothing about it. */
int main(void)
{
    setpgid(0, 0);
    for (int sig = 1; sig <= 64; sig++) {
        int status = 0;
        struct gate ready;
        gate_init(&ready);
        pid_t pid = fork();
        if (pid == 0) {
            sigset_t none;
            sigemptyset(&none);
            signal(sig, SIG_DFL);
            sigprocmask(SIG_SETMASK, &none, NULL);
            raw(tgkill, getpid(), gettid(), sig);
            _exit(0);
        }
        MUST(waitpid(pid, &status, WUNTRACED) == pid);
        show_status(signame(sig), status & ~0x80);
        if (WIFSTOPPED(status)) {
            kill(pid, SIGKILL);
            reap(pid);
        }
        close(ready.fd[0]);
        close(ready.fd[1]);
    }
    return t_end();
}
