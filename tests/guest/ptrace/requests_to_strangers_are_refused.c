/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    struct user_regs_struct r;
    show("regs of init", ptrace(PTRACE_GETREGS, 1, NULL, &r));
    show("cont self", ptrace(PTRACE_CONT, getpid(), NULL, NULL));
    show("attach self", ptrace(PTRACE_ATTACH, getpid(), NULL, NULL));
    show("seize self", ptrace(PTRACE_SEIZE, getpid(), NULL, NULL));
    show("attach nobody", ptrace(PTRACE_ATTACH, 0x3ffffff, NULL, NULL));
    show("nonsense", ptrace(12345, 0x3ffffff, NULL, NULL));
    pid_t p = TRACED(;);
    show("nonsense to a tracee", ptrace(12345, p, NULL, NULL));
    show("bad signal", ptrace(PTRACE_CONT, p, NULL, (void *) 65l));
    show("bad option", ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) 0x80000000l));
    show("attach twice", ptrace(PTRACE_ATTACH, p, NULL, NULL));
    show("listen", ptrace(PTRACE_LISTEN, p, NULL, NULL));
    show("interrupt", ptrace(PTRACE_INTERRUPT, p, NULL, NULL));
    go_on(PTRACE_CONT, p, 0, "end");
}
