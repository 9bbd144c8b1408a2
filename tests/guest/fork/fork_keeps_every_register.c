/* covers: fork */
#include "child.h"

/* fork by the instruction itself, with all registers known; both sides check all of them. */
static uint64_t check_after_fork(long *ret)
{
    uint64_t bad = 0, xl = 0, xh = 0;
    static const double pi = 3.25;
    double st = 0;
    long got = 0;
    __asm__ volatile(
        "movq $0x11111111, %%rbx; movq $0x22222222, %%r8; movq $0x33333333, %%r9;"
        "movq $0x44444444, %%r10; movq $0x55555555, %%r12; movq $0x66666666, %%r13;"
        "movq $0x77777777, %%r14; movq $0x8888888, %%r15; movq $0x12121212, %%rdi;"
        "movq $0x23232323, %%rsi; movq $0x34343434, %%rdx;"
        "movq %%rbx, %%xmm0; movq %%r8, %%xmm15; fldl %[pi]\n\t"
        "movl %[nr], %%eax; syscall\n\t"
        "movq %%rax, %[ret]\n\t"
        "cmpq $0x11111111, %%rbx; jne 9f; cmpq $0x22222222, %%r8; jne 9f; cmpq $0x33333333, %%r9; jne 9f;"
        "cmpq $0x44444444, %%r10; jne 9f; cmpq $0x55555555, %%r12; jne 9f; cmpq $0x66666666, %%r13; jne 9f;"
        "cmpq $0x77777777, %%r14; jne 9f; cmpq $0x8888888, %%r15; jne 9f; cmpq $0x12121212, %%rdi; jne 9f;"
        "cmpq $0x23232323, %%rsi; jne 9f; cmpq $0x34343434, %%rdx; jne 9f; jmp 8f\n"
        "9: movq $1, %[bad]\n"
        "8: movq %%xmm0, %%rax; movq %%rax, %[xl]; movq %%xmm15, %%rax; movq %%rax, %[xh]; fstpl %[st]"
        : [bad] "+m"(bad), [xl] "=m"(xl), [xh] "=m"(xh), [st] "=m"(st), [ret] "=m"(got)
        : [nr] "i"(SYS_fork), [pi] "m"(pi)
        : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "rbx", "r12", "r13", "r14", "r15", "xmm0",
          "xmm15", "memory", "cc");
    *ret = got;
    return bad + 2 * (xl != 0x11111111) + 4 * (xh != 0x22222222) + 8 * (st != 3.25);
}

int main(void)
{
    for (int i = 0; i < 10; i++) {
        long ret = -1;
        uint64_t bad = check_after_fork(&ret);
        if (ret == 0)
            _exit((int) bad);
        MUST(ret > 0);
        CHECK(bad == 0);
        CHECK(reap((pid_t) ret) == 0);
    }
    return t_end();
}
