/* covers: ptrace vfork */
#include "ptrace.h"

#define TIMES 50

/* Neither waits for the other to let it. */
static void both_ways(int *pids)
{
    pid_t child[2];
    for (int i = 0; i < 2; i++)
        pids[i] = 0;
    for (int i = 0; i < 2; i++)
        if ((child[i] = fork()) == 0) {
            let_trace();
            __atomic_store_n(&pids[i], getpid(), __ATOMIC_RELEASE);
            pid_t other;
            while (!(other = __atomic_load_n(&pids[1 - i], __ATOMIC_ACQUIRE)))
                sched_yield();
            _exit(ptrace(PTRACE_SEIZE, other, NULL, NULL) != 0 && errno != ESRCH && errno != EPERM);
        }
    for (int i = 0; i < 2; i++) {
        int status = next_status(child[i]);
        if (!WIFEXITED(status) || WEXITSTATUS(status))
            show_stop("one of two", status);
    }
}

/* One that sleeps for its child of vfork is attached to at once, and shows its signals afterwards. */
static void sleeper(void)
{
    struct gate born, end;
    gate_init(&born);
    gate_init(&end);
    pid_t p = fork();
    MUST(p >= 0);
    if (p == 0) {
        let_trace();
        if (vfork() == 0) {
            gate_open(&born);
            gate_wait(&end);
            _exit(0);
        }
        for (;;)
            pause();
    }
    gate_wait(&born);
    show("seize", ptrace(PTRACE_SEIZE, p, NULL, NULL));
    show("kill", kill(p, SIGUSR1));
    gate_open(&end);
    int status = next_status(p);
    show_stop("awake", status);
    if (WIFSTOPPED(status) && WSTOPSIG(status) == SIGCHLD)
        go_on(PTRACE_CONT, p, 0, "then");
    kill(p, SIGKILL);
    show_stop("end", next_status(p));
}

int main(void)
{
    int *pids = shared_mem(2 * sizeof *pids);
    for (int i = 0; i < TIMES; i++)
        both_ways(pids);
    sleeper();
}
