/* covers: rt_sigaction rt_sigpending execve */
/* A signal that is ignored, and blocked, waits as any other, and a new image finds it waiting; to ignore it once more drops it. */
#include "child.h"

static void tell(const char *when)
{
    sigset_t set;
    sigpending(&set);
    printf("%s: %d %d\n", when, sigismember(&set, SIGHUP), sigismember(&set, SIGRTMIN));
}

int main(int argc, char **argv)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGRTMIN);
    if (argc == 1) {
        signal(SIGHUP, SIG_IGN);
        signal(SIGRTMIN, SIG_IGN);
        sigprocmask(SIG_BLOCK, &set, NULL);
        raise(SIGHUP);
        kill(getpid(), SIGRTMIN);
        tell("before");
        fflush(stdout);
        execl("/proc/self/exe", argv[0], "again", (char *) NULL);
        return 1;
    }
    tell("after exec");
    signal(SIGHUP, SIG_IGN);
    signal(SIGRTMIN, SIG_IGN);
    tell("ignored once more");
    return t_end();
}
