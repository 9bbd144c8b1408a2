/* covers: ptrace */
/* cflags: -Wno-format */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(execl("/bin/true", "true", NULL));
    ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) PTRACE_O_TRACEEXEC);
    go_on(PTRACE_CONT, p, 0, "exec");
    printf("message is the pid: %d\n", message_of(p) == (unsigned long) p);
    struct user_regs_struct r = regs_of(p);
    printf("call %lld, rax %lld\n", r.orig_rax, r.rax);
    go_on(PTRACE_CONT, p, 0, "end");
}
