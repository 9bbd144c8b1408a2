/* covers: prctl wait4 */
#include <sys/prctl.h>

#include "child.h"

static void tell(const char *name)
{
    int on = -1;
    long r = prctl(PR_GET_CHILD_SUBREAPER, &on);
    printf("%s: %ld, %d\n", name, r, on);
}

static void family(void)
{
    int status;
    pid_t self = getpid(), pid = fork();
    if (pid == 0) {
        struct gate go;
        gate_init(&go);
        if (fork() == 0) {
            gate_wait(&go);
            while (getppid() != self && getppid() != 1)
                sched_yield();
            _exit(getppid() == self ? 3 : 4);
        }
        gate_open(&go);
        _exit(0);
    }
    show_wait("child", pid);
    pid = waitpid(-1, &status, 0);
    if (pid < 0)
        printf("grandchild: %s\n", errname(errno));
    else
        show_status("grandchild", status);
}

int main(void)
{
    tell("at first");
    show("set", prctl(PR_SET_CHILD_SUBREAPER, 1));
    tell("then");
    show("to nowhere", raw(prctl, PR_GET_CHILD_SUBREAPER, 16));
    IN_CHILD(tell("not inherited"));
    family();
    show("more than 1", prctl(PR_SET_CHILD_SUBREAPER, 77));
    tell("is 1");
    show("back", prctl(PR_SET_CHILD_SUBREAPER, 0));
    tell("at last");
    return t_end();
}
