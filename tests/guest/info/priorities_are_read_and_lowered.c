/* covers: getpriority setpriority ioprio_get ioprio_set */
#include "t.h"
#include <sys/resource.h>

int main(void)
{
    pid_t pid;

    show("raw priority", raw(getpriority, PRIO_PROCESS, 0));
    show("of a group", raw(getpriority, PRIO_PGRP, 0));
    show("of a user", raw(getpriority, PRIO_USER, 0) > 0);
    pid = fork();
    if (pid == 0) {
        show("lower", raw(setpriority, PRIO_PROCESS, 0, 7));
        show("raw priority", raw(getpriority, PRIO_PROCESS, getpid()));
        show("beyond", raw(setpriority, PRIO_PROCESS, 0, 100));
        show("raw priority", raw(getpriority, PRIO_PROCESS, 0));
        show("io idle", raw(ioprio_set, 1, 0, 3 << 13));
        show("io priority", raw(ioprio_get, 1, 0));
        show("io best effort", raw(ioprio_set, 1, 0, 2 << 13 | 5));
        show("io priority", raw(ioprio_get, 1, getpid()));
        _exit(0);
    }
    show_wait("child", pid);
    show("mine", raw(getpriority, PRIO_PROCESS, 0));
    show("bad which", raw(getpriority, 9, 0));
    show("nobody", raw(getpriority, PRIO_PROCESS, 0x3fffffff));
    show("set bad which", raw(setpriority, 9, 0, 0));
    show("set nobody", raw(setpriority, PRIO_PROCESS, 0x3fffffff, 0));
    show("io bad class", raw(ioprio_set, 1, 0, 7 << 13));
    show("io bad which", raw(ioprio_get, 9, 0));
    show("io nobody", raw(ioprio_get, 1, 0x3fffffff));
    return t_end();
}
