/* covers: ptrace */
#include "ptrace.h"

static volatile int got;

static void on(int sig)
{
    got = sig;
}

int main(void)
{
    pid_t p = TRACED(signal(SIGUSR1, on); raise(SIGUSR1); _exit(got));
    go_on(PTRACE_CONT, p, 0, "signal");
    go_on(PTRACE_SINGLESTEP, p, SIGUSR1, "handler");
    printf("at its start: %d\n", regs_of(p).rip == (uintptr_t) on);
    show_info("info", p);
    go_on(PTRACE_CONT, p, 0, "end");
}
