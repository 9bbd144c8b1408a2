/* covers: ptrace */
/* cflags: -Wno-format */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(long r = syscall(SYS_getppid); _exit(r == -1 && errno == ENOSYS ? 5 : 6));
    ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) PTRACE_O_TRACESYSGOOD);
    struct user_regs_struct r;
    do {
        ptrace(PTRACE_SYSCALL, p, NULL, NULL);
        next_status(p);
        r = regs_of(p);
    } while (r.orig_rax != SYS_getppid);
    printf("rax at entry %lld\n", r.rax);
    r.orig_rax = -1;
    set_regs(p, r);
    go_on(PTRACE_SYSCALL, p, 0, "exit of the call");
    printf("rax at exit %lld\n", regs_of(p).rax);
    go_on(PTRACE_CONT, p, 0, "end");
}
