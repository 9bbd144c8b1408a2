/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    struct gate g;
    pid_t p = waiting_child(&g);
    for (int i = 0; i < 5; i++) {
        show("attach", ptrace(PTRACE_ATTACH, p, NULL, NULL));
        show_stop("stop", next_status(p));
        show("detach", ptrace(PTRACE_DETACH, p, NULL, NULL));
    }
    gate_open(&g);
    show_stop("end", next_status(p));
}
