/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    struct gate g, r;
    gate_init(&g);
    gate_init(&r);
    pid_t p = fork();
    MUST(p >= 0);
    if (p == 0) {
        gate_open(&r);
        gate_wait(&g);
        _exit(8);
    }
    gate_wait(&r);
    show("bad address", ptrace(PTRACE_SEIZE, p, (void *) 1l, NULL));
    show("bad option", ptrace(PTRACE_SEIZE, p, NULL, (void *) 0x40000000l));
    show("seize", ptrace(PTRACE_SEIZE, p, NULL, (void *) PTRACE_O_TRACEEXIT));
    show("nothing yet", waitpid(p, NULL, WNOHANG));
    gate_open(&g);
    show_stop("exit event", next_status(p));
    go_on(PTRACE_CONT, p, 0, "end");
}
