/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(raise(SIGUSR1); raise(SIGWINCH); raise(SIGTERM));
    go_on(PTRACE_CONT, p, 0, "default that kills");
    show_info("info", p);
    go_on(PTRACE_CONT, p, 0, "dropped; default that is ignored");
    go_on(PTRACE_CONT, p, SIGWINCH, "next");
    go_on(PTRACE_CONT, p, SIGTERM, "end");
}
