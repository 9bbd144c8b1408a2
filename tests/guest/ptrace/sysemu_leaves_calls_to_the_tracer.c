/* covers: ptrace */
/* cflags: -Wno-format */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(long r = syscall(SYS_getppid); _exit(r == 44 ? 5 : 6));
    struct user_regs_struct r;
    do {
        ptrace(31, p, NULL, NULL); /* PTRACE_SYSEMU */
        next_status(p);
        r = regs_of(p);
        if (r.orig_rax == SYS_getppid) {
            r.rax = 44;
            set_regs(p, r);
        } else if (r.orig_rax == SYS_rt_sigprocmask) {
            r.rax = 0;
            set_regs(p, r);
        }
    } while (r.orig_rax != SYS_exit_group);
    printf("would exit with %lld\n", r.rdi);
    ptrace(PTRACE_KILL, p, NULL, NULL);
    show_stop("end", next_status(p));
}
