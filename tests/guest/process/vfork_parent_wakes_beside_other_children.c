/* covers: clone execve exit */
/* Who waits for a child with memory of its own, by CLONE_VFORK, wakes when that execs or ends: whatever children there are that share memory, of that child,
 * or of another thread and made meanwhile. */
#include "child.h"
#include "threads.h"

#define CHILDREN 24

static int go[2];
static char stack[CHILDREN][16384] __attribute__((aligned(16)));

static int stays(void *arg)
{
    char c;
    raw(close, go[1]);
    raw(read, go[0], &c, 1);
    raw(exit_group, 0);
    return arg != NULL;
}

static int share(int i)
{
    return clone(stays, stack[i + 1], CLONE_VM | SIGCHLD, NULL);
}

static void *waiter(void *arg)
{
    for (int i = 0; i < 40; i++) {
        int status;
        long child = raw(clone, CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);
        if (child == 0)
            raw(exit_group, 0);
        MUST(waitpid((pid_t) child, &status, 0) == child);
    }
    return arg;
}

static void executed(char *self)
{
    MUST(pipe2(go, O_CLOEXEC) == 0);
    long pid = raw(clone, CLONE_VFORK | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
        char *argv[] = {self, (char[]){"again"}, NULL};
        share(0);
        dup2(go[0], 0);
        execv(self, argv);
        _exit(1);
    }
    close(go[1]);
    close(go[0]);
    show_wait("executed", (pid_t) pid);
}

static void made_meanwhile(void)
{
    int pid[CHILDREN], status, ended = 0;
    MUST(pipe2(go, O_CLOEXEC) == 0);
    pthread_t th = thread_start(waiter, NULL);
    for (int i = 0; i < CHILDREN - 1; i++)
        MUST((pid[i] = share(i)) > 0);
    thread_join(th);
    close(go[1]);
    for (int i = 0; i < CHILDREN - 1; i++)
        ended += waitpid(pid[i], &status, 0) == pid[i] && status == 0;
    show("ended", ended);
}

int main(int argc, char **argv)
{
    char c;
    alarm(60);
    if (argc > 1)
        return read(0, &c, 1) == 0 ? 3 : 2;
    executed(argv[0]);
    made_meanwhile();
    return t_end();
}
