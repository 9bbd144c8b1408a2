/* covers: ptrace clone wait4 */
/* A child that ends with another signal than SIGCHLD makes the event of a thread, and is a process all the same. */
#include "ptrace.h"

static void with_exit_signal(int sig)
{
    printf("exit signal %d\n", sig);
    pid_t p = TRACED(signal(SIGUSR1, SIG_IGN); pid_t k = (pid_t) syscall(SYS_clone, sig, NULL, NULL, NULL, NULL);
                     if (k == 0) _exit(6); _exit(WEXITSTATUS(next_status(k))));
    ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) (PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK));
    go_on(PTRACE_CONT, p, 0, "event");
    pid_t k = (pid_t) message_of(p);
    show_stop("child", next_status(k));
    go_on(PTRACE_CONT, k, 0, "child ends");
    ptrace(PTRACE_CONT, p, NULL, NULL);
    int status;
    while (WIFSTOPPED(status = next_status(p)))
        ptrace(PTRACE_CONT, p, NULL, (void *) (long) WSTOPSIG(status));
    show_stop("parent ends", status);
}

int main(void)
{
    with_exit_signal(SIGCHLD);
    with_exit_signal(SIGUSR1);
    with_exit_signal(0);
}
