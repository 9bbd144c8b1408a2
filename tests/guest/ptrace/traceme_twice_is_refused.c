/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(_exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1 && errno == EPERM ? 1 : 2));
    go_on(PTRACE_CONT, p, 0, "end");
}
