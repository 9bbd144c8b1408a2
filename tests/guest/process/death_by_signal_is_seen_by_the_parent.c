/* covers: kill wait4 waitid tgkill */
#include <sys/resource.h>

#include "child.h"

int main(void)
{
    struct rlimit none = {0, 0};
    MUST(setrlimit(RLIMIT_CORE, &none) == 0);
    for (int sig = 1; sig <= 64; sig++) {
        char name[40];
        /* the C libraries' own; and what stops is another case's */
        if ((sig >= 32 && sig <= 34) || (sig >= SIGSTOP && sig <= SIGTTOU))
            continue;
        snprintf(name, sizeof(name), "%s", signame(sig));
        int status = IN_CHILD({
            signal(sig, SIG_DFL);
            kill(getpid(), sig);
            _exit(0);
        });
        show_status(name, status);
    }
    /* by the other ways to send */
    show_status("abort", IN_CHILD(abort()));
    show_status("raise", IN_CHILD(raise(SIGTERM)));
    show_status("tgkill", IN_CHILD(raw(tgkill, getpid(), getpid(), SIGINT)));
    show_status("from the parent", ({
                    pid_t pid = fork();
                    if (pid == 0)
                        for (;;)
                            pause();
                    kill(pid, SIGKILL);
                    reap(pid);
                }));
    show_status("spinning", ({
                    pid_t pid = fork();
                    if (pid == 0)
                        for (;;)
                            __asm__ volatile("");
                    kill(pid, SIGTERM);
                    reap(pid);
                }));
    siginfo_t si = {0};
    pid_t pid = fork();
    if (pid == 0)
        abort();
    MUST(waitid(P_PID, (id_t) pid, &si, WEXITED) == 0);
    CHECK(si.si_pid == pid && si.si_signo == SIGCHLD);
    printf("code %d status %d\n", si.si_code, si.si_status);
    return t_end();
}
