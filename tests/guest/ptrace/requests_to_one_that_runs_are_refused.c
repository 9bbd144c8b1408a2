/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    struct gate g;
    gate_init(&g);
    pid_t p = TRACED(gate_wait(&g));
    show("cont", ptrace(PTRACE_CONT, p, NULL, NULL));
    struct user_regs_struct r;
    show("regs", ptrace(PTRACE_GETREGS, p, NULL, &r));
    show("peek", ptrace(PTRACE_PEEKDATA, p, &g, NULL));
    show("cont", ptrace(PTRACE_CONT, p, NULL, NULL));
    show("detach", ptrace(PTRACE_DETACH, p, NULL, NULL));
    show("interrupt", ptrace(PTRACE_INTERRUPT, p, NULL, NULL));
    gate_open(&g);
    show_stop("end", next_status(p));
}
