/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    struct gate g;
    pid_t p = waiting_child(&g);
    show("seize", ptrace(PTRACE_SEIZE, p, NULL, NULL));
    show("interrupt", ptrace(PTRACE_INTERRUPT, p, NULL, NULL));
    show_stop("stop", next_status(p));
    show_info("info", p);
    show("cont", ptrace(PTRACE_CONT, p, NULL, NULL));
    show("interrupt", ptrace(PTRACE_INTERRUPT, p, NULL, NULL));
    show_stop("stop", next_status(p));
    show("detach", ptrace(PTRACE_DETACH, p, NULL, NULL));
    gate_open(&g);
    show_stop("end", next_status(p));
}
