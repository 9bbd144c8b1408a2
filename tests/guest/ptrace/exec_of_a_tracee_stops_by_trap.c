/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(execl("/bin/true", "true", NULL));
    go_on(PTRACE_CONT, p, 0, "exec");
    show_info("info", p);
    go_on(PTRACE_CONT, p, 0, "end");
}
