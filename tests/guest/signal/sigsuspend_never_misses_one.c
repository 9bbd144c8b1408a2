/* covers: rt_sigsuspend kill */
#include "told.h"

/* Ping-pong by signals that are blocked but within sigsuspend: one lost, and it would hang. */
#define ROUNDS 500
static volatile sig_atomic_t hits;

static void handler(int sig)
{
    (void) sig;
    hits++;
}

static void play(pid_t other, bool first)
{
    sigset_t none;
    sigemptyset(&none);
    for (int i = 1; i <= ROUNDS; i++) {
        if (first)
            kill(other, SIGUSR1);
        while (hits < i)
            sigsuspend(&none);
        if (!first)
            kill(other, SIGUSR1);
    }
}

int main(void)
{
    signal(SIGUSR1, handler);
    told_block(SIGUSR1);
    pid_t pid = fork();
    if (pid == 0) {
        play(getppid(), false);
        _exit(hits == ROUNDS ? 0 : 1);
    }
    play(pid, true);
    show_wait("child", pid);
    printf("hits %d\n", (int) hits);
    return t_end();
}
