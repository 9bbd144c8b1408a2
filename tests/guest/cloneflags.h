/* What clone(2) with some flags shares between parent and child, told in a line. */
#ifndef CLONEFLAGS_H
#define CLONEFLAGS_H

#include <sched.h>

#include "child.h"

static char stack[65536] __attribute__((aligned(16)));
static volatile int word;

static int child(void *arg)
{
    int *fds = arg;
    word++;
    close(fds[0]);
    if (chdir("/") != 0)
        _exit(1);
    umask(0123);
    signal(SIGUSR2, SIG_IGN);
    _exit(0);
}

T_UNUSED static void try(const char *name, int flags)
{
    int fds[2];
    char cwd[PATH_MAX];
    struct sigaction sa;
    MUST(chdir(t_dir) == 0);
    MUST(pipe(fds) == 0);
    umask(022);
    signal(SIGUSR2, SIG_DFL);
    word = 0;
    pid_t pid = clone(child, stack + sizeof(stack), flags | SIGCHLD, fds);
    if (pid < 0) {
        printf("%s: %s\n", name, errname(errno));
        return;
    }
    int status = reap(pid);
    if (status < 0)
        printf("FAIL %s: wait %s\n", name, errname(errno));
    else if (status)
        show_status(name, status);
    sigaction(SIGUSR2, NULL, &sa);
    MUST(getcwd(cwd, sizeof(cwd)));
    printf("%s: memory %s, descriptors %s, directory %s, umask %s, handlers %s\n", name, word ? "shared" : "own",
           fcntl(fds[0], F_GETFD) < 0 ? "shared" : "own", strcmp(cwd, "/") == 0 ? "shared" : "own",
           umask(022) == 0123 ? "shared" : "own", sa.sa_handler == SIG_IGN ? "shared" : "own");
    close(fds[0]);
    close(fds[1]);
}

#endif
