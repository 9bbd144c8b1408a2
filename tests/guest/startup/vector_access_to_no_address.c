/* covers: rt_sigaction */
/* An address that is not canonical is the access's fault, not the instruction's. */
#include "fault.h"

#define BAD 0x8000000000001000ul

#define TRY(name, text)                                                                                                \
    do {                                                                                                               \
        bool hit = FAULTS(__asm__ volatile("mov %0, %%r15; " text : : "r"(BAD) : "r15", "rax", "memory"));             \
        printf("%s: %s code %d\n", name, hit ? signame(fault_sig) : "fine", hit ? fault_code : 0);                     \
    } while (0)

int main(void)
{
    fault_catch();
    TRY("mov", "mov (%%r15), %%rax");
    TRY("movups", "movups (%%r15), %%xmm0");
    TRY("paddd", "paddd 16(%%r15), %%xmm1");
    TRY("pshufb", "pshufb 4096(%%r15), %%xmm1");
    TRY("mmx", "paddb (%%r15), %%mm0");
    TRY("fld", "fldl (%%r15)");
    TRY("index", "xor %%eax, %%eax; pxor (%%rax,%%r15,1), %%xmm2");
    TRY("store", "movntps %%xmm0, (%%r15)");
    TRY("stack", "mov %%r15, %%rbp; movups 8(%%rbp), %%xmm0");
    TRY("stack, displaced", "mov %%r15, %%rbp; pand 4096(%%rbp), %%xmm0");
    TRY("stack by fs", "mov %%r15, %%rbp; pxor %%fs:8(%%rbp), %%xmm0");
    if (__builtin_cpu_supports("avx2")) {
        TRY("avx", "vmovups (%%r15), %%ymm0");
        TRY("avx, three bytes", "vpaddd 32(%%r15), %%ymm8, %%ymm9");
        TRY("avx, index", "xor %%eax, %%eax; vpshufb (%%rax,%%r15,1), %%ymm1, %%ymm2");
    }
    TRY("cvtsi2sd", "cvtsi2sdq (%%r15), %%xmm0");
    return t_end();
}
