/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(pid_t c = vfork(); if (c == 0) _exit(4); _exit(WEXITSTATUS(reap(c)) + 1));
    ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) (PTRACE_O_TRACEVFORK | PTRACE_O_TRACEVFORKDONE));
    go_on(PTRACE_CONT, p, 0, "vfork");
    pid_t c = (pid_t) message_of(p);
    show_stop("child", next_status(c));
    ptrace(PTRACE_CONT, p, NULL, NULL);
    go_on(PTRACE_CONT, c, 0, "child ends");
    int st = next_status(p);
    show_stop("parent", st);
    printf("about the child: %d\n", message_of(p) == (unsigned long) c);
    ptrace(PTRACE_CONT, p, NULL, NULL);
    while (st = next_status(p), WIFSTOPPED(st))
        ptrace(PTRACE_CONT, p, NULL, NULL);
    show_stop("end", st);
}
