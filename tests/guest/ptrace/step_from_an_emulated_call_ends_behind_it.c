/* covers: ptrace */
/* A call that is left to the tracer makes no stop at its end: the step from there goes on to the end of the next instruction. */
#include "ptrace.h"

static unsigned long start;

static void step(int request, pid_t p, const char *what)
{
    go_on(request, p, 0, what);
    struct user_regs_struct r = regs_of(p);
    siginfo_t si = {0};
    ptrace(PTRACE_GETSIGINFO, p, NULL, &si);
    printf("at %ld, call %ld, result %ld, signal %d, code %d\n", (long) (r.rip - start), (long) r.orig_rax,
           (long) r.rax, si.si_signo, si.si_code);
}

#define SYSEMU 31
#define SYSEMU_SINGLESTEP 32
#define CALL "mov $24, %%eax; syscall; nop; nop;" /* sched_yield */

int main(void)
{
    pid_t p = TRACED(__asm__ volatile("int3;" CALL CALL CALL CALL : : : "rax", "rcx", "r11"));
    go_on(PTRACE_CONT, p, 0, "int3");
    start = regs_of(p).rip;
    step(SYSEMU, p, "the first call");
    for (int i = 0; i < 6; i++)
        step(SYSEMU_SINGLESTEP, p, "emulated step");
    step(SYSEMU, p, "the third call");
    for (int i = 0; i < 3; i++)
        step(PTRACE_SINGLESTEP, p, "plain step");
    step(PTRACE_SYSCALL, p, "the fourth call");
    step(SYSEMU_SINGLESTEP, p, "it is made");
    go_on(PTRACE_CONT, p, 0, "end");
}
