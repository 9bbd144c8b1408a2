/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(;);
    errno = 0;
    show("read at 0", ptrace(PTRACE_PEEKDATA, p, NULL, NULL));
    show("write at 0", ptrace(PTRACE_POKEDATA, p, NULL, (void *) 1l));
    show("read beyond", ptrace(PTRACE_PEEKDATA, p, (void *) -8l, NULL));
    go_on(PTRACE_CONT, p, 0, "end");
}
