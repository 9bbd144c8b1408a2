/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(raise(SIGTSTP); _exit(3));
    go_on(PTRACE_CONT, p, 0, "before delivery");
    show_info("info", p);
    go_on(PTRACE_CONT, p, SIGTSTP, "group stop");
    show_info("info", p);
    go_on(PTRACE_CONT, p, 0, "end");
}
