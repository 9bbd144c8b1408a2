/* covers: prctl fork exit */
#include <sys/prctl.h>

#include "threads.h"
#include "told.h"

/* PR_SET_PDEATHSIG is about the thread that made the child, not its process; a child of one that goes on hears nothing. */
static struct gate ready, go;
static pid_t child;

static void in_child(void)
{
    struct timespec none = {0, 0};
    sigset_t set = one_signal(SIGUSR1);
    siginfo_t si;
    pid_t parent = getppid();
    told_block(SIGUSR1);
    MUST(prctl(PR_SET_PDEATHSIG, SIGUSR1) == 0);
    MUST(raw(rt_sigtimedwait, &set, &si, &none, 8) == -1);
    gate_open(&ready);
    MUST(raw(rt_sigtimedwait, &set, &si, NULL, 8) == SIGUSR1);
    printf("told: code %d, by the parent %d, which is still there %d\n", si.si_code, si.si_pid == parent,
           getppid() == parent);
    _exit(3);
}

static void *forks(void *arg)
{
    (void) arg;
    child = fork();
    if (child == 0)
        in_child();
    gate_wait(&ready);
    return NULL; /* and now it is told */
}

static void *forks_by_vfork(void *arg)
{
    static char self[] = "/proc/self/exe";
    (void) arg;
    child = vfork();
    if (child == 0) {
        execl(self, self, "child", (char *) NULL);
        _exit(1);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    (void) argv;
    if (argc > 1) { /* the thread that made it is gone, or not: natively nothing is told of what was before */
        int sig = -1;
        prctl(PR_GET_PDEATHSIG, &sig);
        printf("after exec: %d\n", sig);
        return 5;
    }
    gate_init(&ready);
    gate_init(&go);
    thread_join(thread_start(forks, NULL));
    show_wait("child of a thread", child);
    thread_join(thread_start(forks_by_vfork, NULL));
    show_wait("child of another", child);
    return t_end();
}
