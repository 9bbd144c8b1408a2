/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(int r; __asm__ volatile("xor %%eax, %%eax; movl (%%rax), %0" : "=r"(r) : : "rax"); _exit(r));
    go_on(PTRACE_CONT, p, 0, "fault");
    static int there = 9;
    struct user_regs_struct r = regs_of(p);
    r.rax = (uintptr_t) &there;
    set_regs(p, r);
    go_on(PTRACE_CONT, p, 0, "end");
}
