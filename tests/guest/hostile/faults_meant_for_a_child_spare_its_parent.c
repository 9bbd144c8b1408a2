/* covers: clone pidfd_send_signal */
/* A child that shares memory is sent SIGSEGV as soon as there is a descriptor of it, which is before it has run: its parent, whose handler is the same, has
 * none of them. */
#include "t.h"

#include <pthread.h>
#include <sched.h>

#define CHILDREN 100

static volatile int pidfd, stop;
static volatile int in_parent;
static pid_t self;
static char stack[65536] __attribute__((aligned(16)));

static void on_fault(int sig)
{
    (void) sig;
    if (getpid() != self)
        _exit(0);
    in_parent++;
}

static void *shoot(void *arg)
{
    sigset_t set;
    (void) arg;
    sigemptyset(&set);
    sigaddset(&set, SIGSEGV);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    while (!stop)
        /* It is told of before there is anybody to be sent something. */
        if (pidfd > 0 && syscall(SYS_pidfd_send_signal, pidfd, SIGSEGV, NULL, 0) == 0)
            pidfd = 0;
    return NULL;
}

static int child(void *arg)
{
    while (arg)
        pause();
    return 1;
}

static void try(const char *how, int flags)
{
    int ended = 0;
    in_parent = 0;
    for (int i = 0; i < CHILDREN; i++) {
        int status;
        pid_t pid = clone(child, stack + sizeof stack, CLONE_VM | CLONE_PIDFD | SIGCHLD | flags, stack, &pidfd);
        CHECK(waitpid(pid, &status, 0) == pid);
        ended += WIFEXITED(status);
        while (pidfd)
            ;
        syscall(SYS_close_range, 3, ~0u, 0);
    }
    printf("%s: %d ended by their handler, %d faults of the parent\n", how, ended, in_parent);
}

int main(void)
{
    pthread_t thread;
    self = getpid();
    signal(SIGSEGV, on_fault);
    CHECK(pthread_create(&thread, NULL, shoot, NULL) == 0);
    try("clone", 0);
    try("vfork", CLONE_VFORK);
    stop = 1;
    pthread_join(thread, NULL);
    return t_end();
}
