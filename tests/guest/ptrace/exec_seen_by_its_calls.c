/* covers: ptrace */
/* cflags: -Wno-format */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(execl("/bin/true", "true", NULL));
    ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) (PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD));
    struct user_regs_struct r;
    do {
        ptrace(PTRACE_SYSCALL, p, NULL, NULL);
        next_status(p);
        r = regs_of(p);
    } while (r.orig_rax != SYS_execve);
    go_on(PTRACE_SYSCALL, p, 0, "event");
    go_on(PTRACE_SYSCALL, p, 0, "exit of execve");
    r = regs_of(p);
    printf("call %lld, rax %lld\n", r.orig_rax, r.rax);
    go_on(PTRACE_CONT, p, 0, "end");
}
