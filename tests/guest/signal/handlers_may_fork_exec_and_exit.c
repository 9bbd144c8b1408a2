/* covers: rt_sigaction fork execve exit_group */
#include "child.h"

static volatile pid_t child;

static void forks(int sig)
{
    pid_t pid = fork();
    (void) sig;
    if (pid == 0)
        printf("child in the handler\n");
    child = pid;
}

static void exits(int sig)
{
    _exit(sig);
}

static void execs(int sig)
{
    (void) sig;
    execl("/bin/sh", "sh", "-c", "grep '^SigBlk' /proc/self/status; exit 9", (char *) NULL);
}

static void kills(int sig)
{
    (void) sig;
    signal(SIGTERM, SIG_DFL);
    kill(getpid(), SIGTERM);
}

int main(void)
{
    signal(SIGUSR1, forks);
    raise(SIGUSR1);
    if (child == 0) {
        /* the child returned from the handler, too, with its own copy of the frame */
        printf("child has left the handler\n");
        sigset_t now;
        sigprocmask(SIG_BLOCK, NULL, &now);
        _exit(sigismember(&now, SIGUSR1) ? 1 : 5);
    }
    show_wait("child", child);
    signal(SIGUSR1, exits);
    show_status("exit", IN_CHILD(raise(SIGUSR1)));
    signal(SIGUSR1, execs);
    show_status("exec", IN_CHILD(raise(SIGUSR1)));
    signal(SIGTERM, kills);
    show_status("dies of what it handles", IN_CHILD({
                    raise(SIGTERM);
                    for (;;)
                        pause();
                }));
    return t_end();
}
