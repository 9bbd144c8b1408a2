/* covers: rt_sigpending fork execve vfork */
/* translated: no (SIGSEGV and SIGBUS are the translator's, and so is what it leaves unset in a siginfo) */
#include "told.h"

static void pending(const char *name)
{
    sigset_t set;
    sigpending(&set);
    printf("%s:", name);
    for (int s = 1; s < 65; s++)
        if (sigismember(&set, s))
            printf(" %s", signame(s));
    printf("\n");
}

int main(int argc, char **argv)
{
    static const int sigs[] = {SIGHUP, SIGSEGV, SIGBUS, SIGTERM, SIGCHLD, SIGTSTP, 35, 64};
    if (argc > 1) {
        pending("after exec");
        show_pending("value kept", 35, getpid());
        show_pending("second value kept", 35, getpid());
        show_pending("SIGSEGV", SIGSEGV, getpid());
        return 0;
    }
    for (unsigned i = 0; i < ARRAY_SIZE(sigs); i++) {
        told_block(sigs[i]);
        raise(sigs[i]);
    }
    pending("before");
    fflush(stdout);
    if (fork() == 0) {
        pending("in a child");
        _exit(0);
    }
    while (waitpid(-1, NULL, 0) < 0 && errno == EINTR)
        ;
    sigqueue(getpid(), 35, (union sigval){.sival_int = 77});
    execl("/proc/self/exe", argv[0], "x", NULL);
    return 1;
}
