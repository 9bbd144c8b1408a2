/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    struct gate g;
    gate_init(&g);
    pid_t p = TRACED(gate_wait(&g); _exit(1));
    ptrace(PTRACE_CONT, p, NULL, NULL);
    show("signal", kill(p, SIGWINCH));
    show_stop("stop", next_status(p));
    ptrace(PTRACE_CONT, p, NULL, (void *) (long) SIGWINCH);
    gate_open(&g);
    show_stop("end", next_status(p));
}
