/* covers: ptrace execve wait4 */
#include "ptrace.h"
#include "threads.h"

#define ROUNDS 30

static pid_t tracee;
static _Atomic uint32_t rounds;

/* Is at any moment looking for a tracee, or at one. */
static void *traces(void *arg)
{
    for (;;) {
        ptrace(PTRACE_SEIZE, tracee, NULL, NULL);
        waitpid(tracee, NULL, __WALL | WNOHANG);
        ptrace(PTRACE_SEIZE, getppid(), NULL, NULL);
        atomic_fetch_add(&rounds, 1);
    }
    return arg;
}

static void execute_beside(const char *program)
{
    thread_start(traces, NULL);
    while (atomic_load(&rounds) < 2)
        sched_yield();
    execl(program, program, "again", NULL);
}

int main(int argc, char **argv)
{
    if (argc == 2)
        return 7;
    tracee = pauses();
    for (int i = 0; i < ROUNDS; i++) {
        int status = IN_CHILD(execute_beside(argv[0]));
        if (!CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7))
            show_stop("it", status);
    }
    kill(tracee, SIGKILL);
    show_stop("the tracee", reap(tracee));
    return t_end();
}
