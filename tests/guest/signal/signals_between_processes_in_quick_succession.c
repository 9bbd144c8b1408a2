/* covers: kill rt_sigsuspend rt_sigqueueinfo */
#include "child.h"

/* Two processes play ping-pong with signals; no wake-up may be lost between the check and the sleep. */
static volatile sig_atomic_t balls;

static void on_ball(int sig)
{
    (void) sig;
    balls++;
}

int main(void)
{
    sigset_t usr1, none;
    enum { ROUNDS = 1000 };
    pid_t me = getpid(), pid;
    sigemptyset(&none);
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    signal(SIGUSR1, on_ball);
    MUST((pid = fork()) >= 0);
    if (pid == 0) {
        for (int i = 0; i < ROUNDS; i++) {
            while (balls <= i)
                sigsuspend(&none);
            kill(me, SIGUSR1);
        }
        _exit(balls == ROUNDS ? 0 : 1);
    }
    for (int i = 0; i < ROUNDS; i++) {
        kill(pid, SIGUSR1);
        while (balls <= i)
            sigsuspend(&none);
    }
    show_wait("child", pid);
    printf("%d\n", (int) balls);
    return t_end();
}
