/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    struct gate g;
    pid_t p = waiting_child(&g);
    show("attach", ptrace(PTRACE_ATTACH, p, NULL, NULL));
    show_stop("stop", next_status(p));
    show("detach", ptrace(PTRACE_DETACH, p, NULL, (void *) (long) SIGTERM));
    show_stop("end", next_status(p));
}
