/* covers: kill setpgid getpgid */
#include "told.h"

#define N 3

int main(void)
{
    pid_t pid[N];
    struct gate ready;
    gate_init(&ready);
    for (int i = 0; i < N; i++) {
        pid[i] = fork();
        if (pid[i] == 0) {
            setpgid(0, i ? pid[0] : 0);
            signal(SIGUSR1, SIG_IGN);
            gate_open(&ready);
            for (;;)
                pause();
        }
        setpgid(pid[i], pid[0]);
    }
    for (int i = 0; i < N; i++)
        gate_wait(&ready);
    show("signal 0 to the group", kill(-pid[0], 0));
    show("ignored", kill(-pid[0], SIGUSR1));
    show("group that is none", kill(-pid[1], SIGTERM));
    show("killpg", killpg(pid[0], SIGTERM));
    for (int i = 0; i < N; i++)
        show_wait("member", pid[i]);
    show("empty now", kill(-pid[0], 0));
    show("killpg of 1 and less", killpg(-5, SIGTERM));
    int st =
        IN_CHILD(setpgid(0, 0); told_on(SIGUSR2, 0); pid_t c = fork(); if (c == 0) for (;;) pause(); kill(0, SIGUSR2);
                 printf("own group: %d\n", (int) told_count); kill(c, SIGKILL); show_wait("and its child", c));
    show_status("child", st);
    return t_end();
}
