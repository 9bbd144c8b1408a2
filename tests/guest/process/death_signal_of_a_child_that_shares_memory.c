/* covers: clone prctl execve */
#include <sched.h>
#include <sys/prctl.h>

#include "told.h"

/* A child of clone(CLONE_VM) that asks for a signal at its parent's death gets none by its own exec: its parent lives. */
static char stack[65536] __attribute__((aligned(16)));
static char self[] = "/proc/self/exe";
static struct gate go;

static int child(void *arg)
{
    (void) arg;
    char *argv[] = {self, "child", NULL}, *env[] = {NULL};
    raw(prctl, PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0);
    raw(execve, self, argv, env);
    raw(exit_group, 1);
    return 1;
}

int main(int argc, char **argv)
{
    (void) argv;
    if (argc > 1) {
        int sig = -1;
        sigset_t pending;
        char c;
        prctl(PR_GET_PDEATHSIG, &sig);
        printf("after exec: %d\n", sig);
        while (read(0, &c, 1) < 0) /* until the parent has seen it, and some time later */
            ;
        sigpending(&pending);
        printf("pending %d\n", sigismember(&pending, SIGUSR1));
        return 4;
    }
    gate_init(&go);
    told_block(SIGUSR1);
    MUST(dup2(go.fd[0], 0) == 0);
    pid_t pid = clone(child, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);
    MUST(pid > 0);
    usleep(50000); /* time for what must not come */
    gate_open(&go);
    show_wait("child", pid);
    return t_end();
}
