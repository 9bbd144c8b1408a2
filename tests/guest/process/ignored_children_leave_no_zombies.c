/* covers: rt_sigaction wait4 */
#include "told.h"

static void family(const char *name)
{
    struct gate go;
    gate_init(&go);
    for (int i = 0; i < 3; i++)
        if (fork() == 0) {
            gate_wait(&go);
            _exit(i);
        }
    for (int i = 0; i < 3; i++)
        gate_open(&go);
    printf("%s:\n", name);
    show("  wait", wait(NULL));
}

int main(void)
{
    struct sigaction sa = {.sa_handler = SIG_IGN};
    sigaction(SIGCHLD, &sa, NULL);
    family("ignored");
    sa.sa_handler = SIG_DFL;
    sa.sa_flags = SA_NOCLDWAIT;
    sigaction(SIGCHLD, &sa, NULL);
    family("default with NOCLDWAIT");
    sa = (struct sigaction){.sa_sigaction = told_handler, .sa_flags = SA_SIGINFO | SA_NOCLDWAIT | SA_RESTART};
    sigaction(SIGCHLD, &sa, NULL);
    family("handled with NOCLDWAIT");
    CHECK(told_count > 0);
    sa = (struct sigaction){.sa_handler = SIG_IGN};
    sigaction(SIGCHLD, &sa, NULL);
    IN_CHILD(sa.sa_handler = SIG_DFL; sigaction(SIGCHLD, &sa, NULL);
             show_status("inherited is changed", IN_CHILD(_exit(3))));
    return t_end();
}
