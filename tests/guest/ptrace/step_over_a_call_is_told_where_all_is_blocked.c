/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(__asm__ volatile("int3; mov $110, %%eax; syscall; nop; nop" : : : "rax", "rcx", "r11"));
    go_on(PTRACE_CONT, p, 0, "int3");
    unsigned long all = ~0ul, mask = 0, at = regs_of(p).rip;
    for (int i = 0; i < 4; i++) {
        MUST(ptrace(PTRACE_SETSIGMASK, p, (void *) sizeof all, &all) == 0);
        go_on(PTRACE_SINGLESTEP, p, 0, "step");
        MUST(ptrace(PTRACE_GETSIGMASK, p, (void *) sizeof mask, &mask) == 0);
        printf("%ld bytes on, mask %lx\n", (long) (regs_of(p).rip - at), mask);
        at = regs_of(p).rip;
    }
    go_on(PTRACE_CONT, p, 0, "end");
}
