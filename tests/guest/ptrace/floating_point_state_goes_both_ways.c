/* covers: ptrace */
#include "ptrace.h"

int main(void)
{
    pid_t p = TRACED(double d = 1.5; __asm__ volatile("movsd %0, %%xmm3; int3; movsd %%xmm3, %0"
                                                      : "+m"(d)
                                                      :
                                                      : "xmm3");
                     _exit((int) d));
    go_on(PTRACE_CONT, p, 0, "int3");
    struct user_fpregs_struct f;
    show("get", ptrace(PTRACE_GETFPREGS, p, NULL, &f));
    double d;
    memcpy(&d, f.xmm_space + 12, 8);
    printf("%g, control %x, mxcsr %x\n", d, f.cwd, f.mxcsr);
    d = 23;
    memcpy(f.xmm_space + 12, &d, 8);
    show("set", ptrace(PTRACE_SETFPREGS, p, NULL, &f));
    go_on(PTRACE_CONT, p, 0, "end");
}
