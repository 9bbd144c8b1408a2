/* covers: clone execve fcntl */
/* ways: cow copy (memory in a file would be shared by the copy that the host makes: docs/limits.md) */
/* A child that shares the table of descriptors executes a file: when it has ended nobody has that open, so its owner can have a write lease. */
#include <sched.h>

#include "child.h"

#ifndef F_SETLEASE
#define F_SETLEASE 1024
#endif

static char stack[65536] __attribute__((aligned(16)));

static int child(void *arg)
{
    execl("program", "program", (char *) arg, NULL);
    _exit(9);
}

static void try(const char *what, int flags)
{
    pid_t pid = clone(child, stack + sizeof stack, flags | SIGCHLD, (void *) what);
    MUST(pid > 0);
    show_status(what, reap(pid));
    int fd = open("program", O_RDONLY);
    show("write lease", fcntl(fd, F_SETLEASE, F_WRLCK));
    close(fd);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return argv[1][0] == 'v' ? 3 : 4;
    scratch();
    copy_program("/proc/self/exe", "program");
    try("vfork with own descriptors", CLONE_VM | CLONE_VFORK);
    try("vfork with the same descriptors", CLONE_VM | CLONE_VFORK | CLONE_FILES);
    try("fork with the same descriptors", CLONE_FILES);
    return t_end();
}
