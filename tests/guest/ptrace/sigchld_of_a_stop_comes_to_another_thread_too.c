/* covers: ptrace */
#include "ptrace.h"
#include "threads.h"

static sigset_t set;

static void *tracer(void *arg)
{
    const struct timespec long_enough = {10, 0};
    pid_t p = TRACED(raise(SIGUSR1));
    siginfo_t si;
    for (int i = 0; i < 2; i++) {
        show("signal", sigtimedwait(&set, &si, &long_enough));
        printf("code %d status %d its pid %d\n", si.si_code, si.si_status, si.si_pid == p);
        if (!i)
            ptrace(PTRACE_CONT, p, NULL, NULL);
    }
    next_status(p);
    go_on(PTRACE_CONT, p, SIGUSR1, "end");
    return arg;
}

int main(void)
{
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    thread_join(thread_start(tracer, NULL));
    return t_end();
}
