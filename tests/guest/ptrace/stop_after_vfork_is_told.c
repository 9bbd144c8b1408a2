/* covers: ptrace vfork execve rt_sigsuspend */
#include "ptrace.h"

/* A child of vfork that makes itself a tracee stops at its exec, and the parent sleeps until SIGCHLD tells so, as gdb does. Over and over, since
 * the child may change host parents at that very moment. */
enum { TIMES = 100 };
static char self[] = "/proc/self/exe";

static void nothing(int sig)
{
    (void) sig;
}

static pid_t told(pid_t p, int *status, const sigset_t *open)
{
    pid_t r;
    while ((r = waitpid(p, status, WNOHANG)) == 0)
        sigsuspend(open);
    return r;
}

int main(int argc, char **argv)
{
    sigset_t chld, open;
    static int status, stops, ends;
    (void) argv;
    if (argc > 1)
        return 7;
    signal(SIGCHLD, nothing);
    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    MUST(sigprocmask(SIG_BLOCK, &chld, &open) == 0);
    for (int i = 0; i < TIMES; i++) {
        pid_t p = vfork();
        MUST(p >= 0);
        if (p == 0) {
            ptrace(PTRACE_TRACEME, 0, NULL, NULL);
            execl(self, self, "child", (char *) NULL);
            _exit(1);
        }
        stops += told(p, &status, &open) == p && WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP;
        MUST(ptrace(PTRACE_CONT, p, NULL, NULL) == 0);
        ends += told(p, &status, &open) == p && WIFEXITED(status) && WEXITSTATUS(status) == 7;
    }
    printf("%d stops, %d ends\n", stops, ends);
    return t_end();
}
