/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(pid_t c = fork(); if (c == 0) _exit(4); _exit(WEXITSTATUS(reap(c)) + 1));
    ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) PTRACE_O_TRACEFORK);
    go_on(PTRACE_CONT, p, 0, "fork");
    pid_t c = (pid_t) message_of(p);
    show_stop("child", next_status(c));
    show_info("child's info", c);
    go_on(PTRACE_CONT, c, 0, "child ends");
    ptrace(PTRACE_CONT, p, NULL, NULL);
    int st = next_status(p);
    if (WIFSTOPPED(st))
        st = go_on(PTRACE_CONT, p, 0, "end");
    else
        show_stop("end", st);
}
