/* Forks with a pidfd that fail, in a program whose children nobody has to reap. Prints "N failed", "N left": descriptors that were not there before. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ROUNDS = 40, NUMBERS = 256 };

static int open_numbers(void)
{
    int n = 0;
    for (int fd = 0; fd < NUMBERS; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static int fork_and_fail(void)
{
    int pidfd = -1;
    long pid = syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, NULL, &pidfd, NULL, NULL);
    if (pid == 0)
        _exit(0);
    if (pid > 0)
        exit(3);
    return 1;
}

int main(void)
{
    int failed = 0, before = open_numbers();
    signal(SIGCHLD, SIG_IGN);
    for (int i = 0; i < ROUNDS; i++)
        failed += fork_and_fail();
    printf("%d failed\n%d left\n", failed, open_numbers() - before);
    return 0;
}
