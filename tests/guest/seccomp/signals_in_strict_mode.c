/* covers: seccomp rt_sigreturn */
#include "../filter.h"

static volatile int got;

static void on_signal(int sig)
{
    (void) sig;
    got++;
}

int main(void)
{
    struct gate g;
    gate_init(&g);
    pid_t pid = fork();
    if (pid == 0) {
        char c;
        signal(SIGUSR1, on_signal);
        MUST(raw(seccomp, SECCOMP_SET_MODE_STRICT, 0, 0) == 0);
        raw(write, g.fd[1], "g", 1);
        while (!got)
            ;
        raw(write, 1, "back\n", 5);
        (void) c;
        raw(exit, 0);
    }
    gate_wait(&g);
    kill(pid, SIGUSR1);
    show_wait("handled", pid);
    return t_end();
}
