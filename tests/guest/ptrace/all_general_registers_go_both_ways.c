/* covers: ptrace */
/* cflags: -Wno-format */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(__asm__ volatile("mov $1, %%rbx; mov $2, %%r12; mov $3, %%r13; mov $4, %%r14; mov $5, %%r15; int3;"
                                      "lea (%%rbx, %%r12), %%rdi; add %%r13, %%rdi; add %%r14, %%rdi; add %%r15, %%rdi;"
                                      "mov $231, %%eax; syscall"
                                      :
                                      :
                                      : "rbx", "r12", "r13", "r14", "r15"));
    go_on(PTRACE_CONT, p, 0, "int3");
    struct user_regs_struct r = regs_of(p);
    printf("%lld %lld %lld %lld %lld cs %llx ss %llx ds %llx es %llx fs %llx gs %llx\n", r.rbx, r.r12, r.r13, r.r14,
           r.r15, r.cs, r.ss, r.ds, r.es, r.fs, r.gs);
    r.rbx = 10, r.r12 = 20, r.r13 = 30, r.r14 = 40, r.r15 = 50;
    set_regs(p, r);
    go_on(PTRACE_CONT, p, 0, "end");
}
