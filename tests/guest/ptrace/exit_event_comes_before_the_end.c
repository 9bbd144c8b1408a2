/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(_exit(5));
    ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) PTRACE_O_TRACEEXIT);
    go_on(PTRACE_CONT, p, 0, "exit");
    printf("message %lx\n", message_of(p));
    go_on(PTRACE_CONT, p, 0, "end");
    p = TRACED(raise(SIGTERM));
    ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) PTRACE_O_TRACEEXIT);
    go_on(PTRACE_CONT, p, 0, "signal");
    go_on(PTRACE_CONT, p, SIGTERM, "exit");
    printf("message %lx\n", message_of(p));
    go_on(PTRACE_CONT, p, 0, "end");
}
