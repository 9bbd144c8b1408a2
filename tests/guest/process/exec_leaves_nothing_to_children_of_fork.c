/* covers: clone execve fork fcntl */
/* One thread's children execute a file, while another forks children that stay: these do not have it open, so its owner can have a write lease. */
#include <sched.h>

#include "child.h"
#include "threads.h"

#ifndef F_SETLEASE
#define F_SETLEASE 1024
#endif

enum { CHILDREN = 60 };

static char stack[65536] __attribute__((aligned(16)));
static pid_t kept[CHILDREN];
static _Atomic uint32_t stop;

static int child(void *arg)
{
    execl("program", "program", "again", NULL);
    _exit(arg != NULL);
}

static void *execute(void *arg)
{
    while (!atomic_load(&stop)) {
        pid_t pid = clone(child, stack + sizeof stack, CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, NULL);
        MUST(pid > 0 && reap(pid) == 0);
    }
    return arg;
}

int main(int argc, char **argv)
{
    (void) argv;
    if (argc > 1)
        return 0;
    scratch();
    copy_program("/proc/self/exe", "program");
    struct gate there;
    gate_init(&there);
    pthread_t th = thread_start(execute, NULL);
    for (int i = 0; i < CHILDREN; i++) {
        kept[i] = fork();
        MUST(kept[i] >= 0);
        if (kept[i] == 0) {
            gate_open(&there);
            for (;;)
                pause();
        }
    }
    atomic_store(&stop, 1);
    thread_join(th);
    for (int i = 0; i < CHILDREN; i++)
        gate_wait(&there);
    int fd = open("program", O_RDONLY);
    show("write lease", fcntl(fd, F_SETLEASE, F_WRLCK));
    close(fd);
    for (int i = 0; i < CHILDREN; i++) {
        kill(kept[i], SIGKILL);
        reap(kept[i]);
    }
    return t_end();
}
