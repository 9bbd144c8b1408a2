/* covers: rt_sigtimedwait */
/* SIGSEGV and SIGBUS that are sent wait like others. */
#include "child.h"

int main(void)
{
    static const int sigs[] = {SIGSEGV, SIGBUS, SIGUSR1};
    alarm(10);
    for (unsigned i = 0; i < ARRAY_SIZE(sigs); i++) {
        sigset_t set;
        struct timespec now = {0, 0};
        siginfo_t si;
        sigemptyset(&set);
        sigaddset(&set, sigs[i]);
        MUST(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
        pid_t me = getpid();
        raise(sigs[i]);
        show("there", sigtimedwait(&set, &si, &now));
        pid_t pid = fork();
        if (pid == 0) {
            struct timespec d = {0, 200000000};
            nanosleep(&d, NULL);
            kill(me, sigs[i]);
            _exit(0);
        }
        show("comes", sigtimedwait(&set, &si, NULL));
        printf("from the child %d\n", si.si_pid == pid);
        reap(pid);
        kill(me, sigs[i]);
        sigpending(&set);
        show("pending", sigismember(&set, sigs[i]));
        sigaddset(&set, sigs[i]);
        show("taken", sigtimedwait(&set, &si, &now));
    }
    return t_end();
}
