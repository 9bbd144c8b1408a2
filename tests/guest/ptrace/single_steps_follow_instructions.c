/* covers: ptrace */
/* cflags: -Wno-format */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(__asm__ volatile("int3; nop; xor %%eax, %%eax; inc %%eax; jmp 1f; nop; nop; 1: nop" : : : "rax"));
    go_on(PTRACE_CONT, p, 0, "int3");
    unsigned long at = regs_of(p).rip;
    for (int i = 0; i < 5; i++) {
        go_on(PTRACE_SINGLESTEP, p, 0, "step");
        struct user_regs_struct r = regs_of(p);
        siginfo_t si;
        ptrace(PTRACE_GETSIGINFO, p, NULL, &si);
        printf("%ld bytes on, code %d, trap flag %lld\n", (long) (r.rip - at), si.si_code, r.eflags >> 8 & 1);
        at = r.rip;
    }
    go_on(PTRACE_CONT, p, 0, "end");
}
