/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(;);
    struct user_regs_struct r = regs_of(p), bad = r;
    bad.fs_base = ~0ull >> 1;
    show("base", ptrace(PTRACE_SETREGS, p, NULL, &bad));
    show("nowhere", ptrace(PTRACE_GETREGS, p, NULL, (void *) 8));
    set_regs(p, r);
    go_on(PTRACE_CONT, p, 0, "end");
}
