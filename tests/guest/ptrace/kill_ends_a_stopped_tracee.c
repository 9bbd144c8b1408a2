/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(;);
    show("kill", ptrace(PTRACE_KILL, p, NULL, NULL));
    show_stop("end", next_status(p));
    p = TRACED(;);
    show("kill(2)", kill(p, SIGKILL));
    show_stop("end", next_status(p));
    show("gone", ptrace(PTRACE_CONT, p, NULL, NULL));
}
