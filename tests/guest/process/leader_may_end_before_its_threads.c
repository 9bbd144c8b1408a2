/* covers: exit wait4 kill execve exit_group */
#include "child.h"
#include "rawthread.h"

/* The first thread ends: the process goes on, gets its signals, executes, and tells the status of the last one. */
static volatile sig_atomic_t hits;

static void handler(int sig)
{
    (void) sig;
    hits++;
}

static void until_leader_is_zombie(void)
{
    while (task_state(getpid(), getpid()) != 'Z')
        sched_yield();
}

static void *goes_on(void *arg)
{
    until_leader_is_zombie();
    switch ((intptr_t) arg) {
    case 0:
        raw(kill, getpid(), SIGUSR1);
        while (!hits)
            sched_yield();
        printf("signalled, group %d, id %d\n", getpgrp() > 0, getpid() != raw(gettid));
        raw(exit_group, 7);
        break;
    case 1:
        raw(exit, 9);
        break;
    case 2:
        execl("/bin/sh", "sh", "-c", "exit 11", (char *) NULL);
        break;
    case 3:
        raw(kill, getpid(), SIGKILL);
        break;
    case 4: {
        pid_t pid = fork();
        if (pid == 0)
            _exit(13);
        show_wait("child of what is left", pid);
        raw(exit_group, 14);
    }
    }
    return NULL;
}

int main(void)
{
    signal(SIGUSR1, handler);
    for (intptr_t i = 0; i < 5; i++) {
        int status = IN_CHILD({
            sigset_t set;
            sigemptyset(&set);
            sigaddset(&set, SIGUSR1);
            thread_start(goes_on, (void *) i);
            raw(exit, 3);
        });
        show_status("process", status);
    }
    /* a stop and its continuation while the leader is gone */
    pid_t pid = fork();
    int status;
    if (pid == 0) {
        thread_start((void *(*) (void *) )(uintptr_t) pause, NULL);
        raw(exit, 3);
    }
    while (task_state(pid, pid) != 'Z')
        sched_yield();
    kill(pid, SIGSTOP);
    MUST(waitpid(pid, &status, WUNTRACED) == pid);
    show_status("stopped", status);
    kill(pid, SIGCONT);
    MUST(waitpid(pid, &status, WCONTINUED) == pid);
    show_status("then", status);
    kill(pid, SIGTERM);
    show_wait("ended", pid);
    return t_end();
}
