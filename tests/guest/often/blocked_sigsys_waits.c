/* covers: getppid rt_sigprocmask rt_sigpending */
/* SIGSYS from another process stays pending while it is blocked, from wherever calls are made meanwhile. */
#include "t.h"

#define OFTEN 3000

static volatile int handled;

static void handler(int sig)
{
    (void) sig;
    handled++;
}

int main(void)
{
    struct sigaction act = {.sa_handler = handler};
    sigset_t set, pending;
    sigemptyset(&set);
    sigaddset(&set, SIGSYS);
    MUST(sigaction(SIGSYS, &act, NULL) == 0);
    for (int i = 0; i < OFTEN; i++)
        getppid();
    MUST(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    pid_t self = getpid(), p = fork();
    MUST(p >= 0);
    if (p == 0) {
        for (;;)
            kill(self, SIGSYS);
    }
    bool seen = false;
    for (int i = 0; i < OFTEN || !seen; i++) {
        getppid();
        seen = seen || (sigpending(&pending) == 0 && sigismember(&pending, SIGSYS));
    }
    MUST(kill(p, SIGKILL) == 0 && waitpid(p, NULL, 0) == p);
    MUST(sigpending(&pending) == 0);
    printf("while blocked: %d handled, %s\n", handled, sigismember(&pending, SIGSYS) ? "pending" : "lost");
    MUST(sigprocmask(SIG_UNBLOCK, &set, NULL) == 0);
    printf("then: %d\n", handled);
    return t_end();
}
