/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(long r = syscall(SYS_getppid, 1, 2, 3); _exit(r == getpid() ? 5 : 6));
    struct user_regs_struct r;
    do {
        ptrace(PTRACE_SYSCALL, p, NULL, NULL);
        next_status(p);
        r = regs_of(p);
    } while (r.orig_rax != SYS_getppid);
    r.orig_rax = SYS_getpid;
    set_regs(p, r);
    go_on(PTRACE_SYSCALL, p, 0, "exit of the call");
    r = regs_of(p);
    printf("its own pid: %d\n", (pid_t) r.rax == p);
    go_on(PTRACE_CONT, p, 0, "end");
}
