/* covers: ptrace */
#include "ptrace.h"

static volatile int got;

static void on(int sig)
{
    got = sig;
}

int main(void)
{
    pid_t p = TRACED(signal(SIGUSR2, on); raise(SIGUSR1); _exit(got));
    go_on(PTRACE_CONT, p, 0, "first");
    go_on(PTRACE_CONT, p, SIGUSR2, "end");
}
