/* covers: ptrace */
/* cflags: -Wno-format */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(syscall(SYS_getppid); syscall(SYS_close, 1000));
    go_on(PTRACE_SYSCALL, p, 0, "out of kill"); /* the raise() that stopped it */
    for (int i = 0; i < 8; i++) {
        int st = go_on(PTRACE_SYSCALL, p, 0, "call");
        if (!WIFSTOPPED(st))
            break;
        struct user_regs_struct r = regs_of(p);
        if (r.orig_rax == SYS_close || r.orig_rax == SYS_exit_group)
            printf("nr %lld, rax %lld\n", r.orig_rax, r.rax);
    }
    kill(p, SIGKILL);
    printf("end %d\n", next_status(p));
}
