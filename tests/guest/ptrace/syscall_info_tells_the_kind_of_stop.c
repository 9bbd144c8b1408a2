/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(syscall(SYS_close, 1001, 2, 3, 4, 5, 6));
    struct {
        uint8_t op, pad[3];
        uint32_t arch;
        uint64_t ip, sp, u[10];
    } si = {0};
    show("at a signal", ptrace(0x420e, p, (void *) sizeof si, &si));
    printf("op %d arch %x\n", si.op, si.arch);
    memset(&si, 0, sizeof si);
    ptrace(PTRACE_SETOPTIONS, p, NULL, (void *) PTRACE_O_TRACESYSGOOD);
    struct user_regs_struct r;
    do {
        ptrace(PTRACE_SYSCALL, p, NULL, NULL);
        next_status(p);
        r = regs_of(p);
    } while (r.orig_rax != SYS_close);
    show("entry", ptrace(0x420e, p, (void *) sizeof si, &si));
    printf("op %d nr %d args %d %d %d %d %d %d ip %d sp %d\n", si.op, (int) si.u[0], (int) si.u[1], (int) si.u[2],
           (int) si.u[3], (int) si.u[4], (int) si.u[5], (int) si.u[6], si.ip == r.rip, si.sp == r.rsp);
    go_on(PTRACE_SYSCALL, p, 0, "exit");
    show("exit", ptrace(0x420e, p, (void *) sizeof si, &si));
    printf("op %d result %d error %d\n", si.op, (int) si.u[0], (int) (si.u[1] & 255));
    go_on(PTRACE_CONT, p, 0, "end");
}
