/* covers: ptrace wait4 */
#include "ptrace.h"

int main(void)
{
    pid_t p = fork();
    if (p == 0)
        for (;;)
            pause();
    show("seize", ptrace(PTRACE_SEIZE, p, NULL, NULL));
    kill(p, SIGKILL);
    show_stop("end", next_status(p));
    show("nobody else", waitpid(-1, NULL, __WALL));
    return t_end();
}
