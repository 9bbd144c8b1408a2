/* Makes children that share memory until one works, and says what was seen of those that did not: a child, a signal, an id or a descriptor. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "entries.h"

extern char **environ;
static volatile sig_atomic_t told;
static int word, pidfd;
static char stack[65536] __attribute__((aligned(16)));

static void count(int sig)
{
    (void) sig;
    told++;
}

static int ends(void *arg)
{
    (void) arg;
    _exit(7);
}

static pid_t make(int flags, int *ptr)
{
    return clone(ends, stack + sizeof stack, CLONE_VM | SIGCHLD | flags, NULL, ptr, NULL, NULL);
}

static pid_t spawn(void)
{
    char *argv[] = {"sh", "-c", "exit 7", NULL};
    pid_t pid;
    int r = posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ);
    errno = r;
    return r ? -1 : pid;
}

static pid_t of_kind(int kind)
{
    switch (kind) {
    case 0:
        return make(CLONE_VFORK | CLONE_PARENT_SETTID, &word);
    case 1:
        return make(CLONE_VFORK | CLONE_PIDFD, &pidfd);
    case 2:
        return make(CLONE_PARENT_SETTID, &word);
    case 3:
        return make(CLONE_FILES | CLONE_PIDFD, &pidfd);
    case 4:
        return spawn();
    default: {
        pid_t pid = vfork();
        if (pid == 0)
            _exit(7);
        return pid;
    }
    }
}

int main(void)
{
    enum { KINDS = 6 };
    int fds = entries("/proc/self/fd"), wrong = 0, status;
    signal(SIGCHLD, count);
    for (int kind = 0; kind < KINDS; kind++) {
        int failures = 0;
        pid_t pid;
        word = pidfd = -7;
        told = 0;
        while ((pid = of_kind(kind)) < 0 && failures++ < 1000) {
            wrong += errno != EAGAIN && errno != ENOMEM;
            wrong += word != -7 || pidfd != -7 || told;
            wrong += waitpid(-1, &status, __WALL) != -1 || errno != ECHILD;
            wrong += entries("/proc/self/fd") != fds || entries("/proc/self/task") != 3;
        }
        pid_t got;
        do
            got = waitpid(pid, &status, __WALL);
        while (got < 0 && errno == EINTR);
        wrong += pid < 0 || got != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 7;
        wrong += told != 1 || (pidfd >= 0 && close(pidfd));
        printf("%d failed\n", failures);
    }
    wrong += entries("/proc/self/fd") != fds;
    printf("%d wrong\n", wrong);
    return wrong != 0;
}
