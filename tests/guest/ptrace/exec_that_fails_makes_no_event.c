/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(execl("/nowhere", "true", NULL); _exit(errno));
    ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) PTRACE_O_TRACEEXEC);
    go_on(PTRACE_CONT, p, 0, "end");
}
