/* covers: ptrace wait4 */
#include "ptrace.h"
#include <sys/resource.h>

/* Who traces is no parent: the tracee's parent stays a third one, which reaps it when told. */
static void one(const char *what, void (*end)(void), bool kill_it, bool reaped_at_once)
{
    struct gate attached, told;
    struct {
        pid_t pid;
        int status;
    } *shared = shared_mem(T_PAGE);
    gate_init(&attached);
    gate_init(&told);
    fflush(stdout);
    pid_t parent = fork();
    MUST(parent >= 0);
    if (parent == 0) {
        if (reaped_at_once)
            signal(SIGCHLD, SIG_IGN);
        pid_t p = fork();
        MUST(p >= 0);
        if (p == 0) {
            let_trace();
            shared->pid = getpid();
            gate_open(&told);
            gate_wait(&attached);
            end();
            for (;;)
                pause();
        }
        shared->status = reap(p);
        _exit(0);
    }
    gate_wait(&told);
    MUST(ptrace(PTRACE_SEIZE, shared->pid, NULL, NULL) == 0);
    gate_open(&attached);
    if (kill_it)
        MUST(kill(shared->pid, SIGKILL) == 0);
    int status;
    while (WIFSTOPPED(status = next_status(shared->pid)))
        MUST(ptrace(PTRACE_CONT, shared->pid, NULL, (void *) (long) (status >> 16 ? 0 : WSTOPSIG(status))) == 0);
    show_stop(what, status);
    reap(parent);
    if (!reaped_at_once)
        show_stop("  its parent", shared->status);
}

static void nothing(void)
{
}

static void exits(void)
{
    _exit(7);
}

static void terminates(void)
{
    raise(SIGTERM);
}

/* Its new image cannot be made any more, and the old one is gone. */
static void starves(void)
{
    struct rlimit r = {240 << 10, 240 << 10};
    setrlimit(RLIMIT_AS, &r);
    execl("/proc/self/exe", "small", NULL);
    _exit(8);
}

int main(int argc, char **argv)
{
    (void) argc;
    if (strcmp(argv[0], "small") == 0)
        _exit(9);
    one("exit", exits, false, false);
    one("a signal", terminates, false, false);
    one("killed", nothing, true, false);
    one("killed, and nobody waits", nothing, true, true);
    one("no memory for an image", starves, false, false);
    one("the same, and nobody waits", starves, false, true);
}
