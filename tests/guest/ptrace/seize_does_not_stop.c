/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    struct gate g;
    pid_t p = waiting_child(&g);
    show("bad address", ptrace(PTRACE_SEIZE, p, (void *) 1l, NULL));
    show("bad option", ptrace(PTRACE_SEIZE, p, NULL, (void *) 0x40000000l));
    show("seize", ptrace(PTRACE_SEIZE, p, NULL, (void *) PTRACE_O_TRACEEXIT));
    show("nothing yet", waitpid(p, NULL, WNOHANG));
    gate_open(&g);
    show_stop("exit event", next_status(p));
    go_on(PTRACE_CONT, p, 0, "end");
}
