/* covers: rt_sigaction rt_sigreturn */
#include "fault.h"

/* What the processor refuses, and what the kernel makes of it. */
static void report(const char *name, bool hit, const void *at)
{
    if (!hit) {
        printf("%s: fine\n", name);
        return;
    }
    printf("%s: %s %s trap %ld error %lx, %s, rip %+ld\n", name, signame(fault_sig),
           fault_code_name(fault_sig, fault_code), (long) fault_trap, (unsigned long) fault_err,
           fault_addr == at     ? "address of the instruction"
           : fault_addr == NULL ? "address 0"
                                : "another address",
           (long) ((uintptr_t) fault_rip - (uintptr_t) at));
}

/* Each is a function of its own in assembly: its address is where it starts. */
#define FN(sym, body)                                                                                                  \
    __asm__(".text\n" #sym ": " body "\n\tret\n");                                                                     \
    extern void sym(void)

FN(i_ud2, "ud2");
FN(i_bad, ".byte 0x0f, 0xff, 0xc0");
FN(i_06, ".byte 0x06");
FN(i_hlt, "hlt");
FN(i_cli, "cli");
FN(i_sti, "sti");
FN(i_in, "inb $0x80, %al");
FN(i_out, "outb %al, $0x80");
FN(i_outdx, "movw $0x3f8, %dx; outb %al, %dx");
FN(i_insb, "movw $0x3f8, %dx; leaq -64(%rsp), %rdi; insb");
FN(i_cr0, "movq %cr0, %rax");
FN(i_cr3, "movq %rax, %cr3");
FN(i_dr7, "movq %dr7, %rax");
FN(i_lgdt, "lgdt -64(%rsp)");
FN(i_rdmsr, "movl $0xc0000080, %ecx; rdmsr");
FN(i_wrmsr, "movl $0xc0000080, %ecx; wrmsr");
FN(i_invlpg, "invlpg (%rsp)");
FN(i_wbinvd, "wbinvd");
FN(i_swapgs, "swapgs");
FN(i_sysret, "sysretq");
FN(i_clts, "clts");
FN(i_int20, "int $0x20");
FN(i_int0e, "int $0x0e");
FN(i_intff, "int $0xff");
FN(i_int3, "int3");
FN(i_int3long, ".byte 0xcd, 0x03");
FN(i_into, ".byte 0xce");
FN(i_icebp, ".byte 0xf1");
FN(i_div0, "xorl %ecx, %ecx; movl $1, %eax; xorl %edx, %edx; divl %ecx");
FN(i_idivovf, "movl $0x80000000, %eax; cltd; movl $-1, %ecx; idivl %ecx");
FN(i_badseg, "movw $0x1234, %ax; movw %ax, %fs");
FN(i_fpe, "movl $0x1f80, -8(%rsp); andl $~0x200, -8(%rsp); ldmxcsr -8(%rsp); pxor %xmm1, %xmm1;"
          "movl $1, %eax; cvtsi2sd %eax, %xmm0; divsd %xmm1, %xmm0");
FN(i_fpinv, "movl $0x1f80, -8(%rsp); andl $~0x80, -8(%rsp); ldmxcsr -8(%rsp); pxor %xmm1, %xmm1; pxor %xmm0, %xmm0;"
            "divsd %xmm1, %xmm0");
FN(i_x87, "fninit; movw $0x037b, -8(%rsp); fldcw -8(%rsp); fld1; fldz; fdivrp; fwait");
FN(i_unaligned, "movaps 1(%rsp), %xmm0");
FN(i_cpuid, "pushq %rbx; xorl %eax, %eax; cpuid; popq %rbx");
FN(i_rdtsc, "rdtsc");
FN(i_pause, "pause; lfence; mfence");
FN(i_xsetbv, "xorl %ecx, %ecx; xorl %eax, %eax; xorl %edx, %edx; xsetbv");

static const struct {
    const char *name;
    void (*fn)(void);
} insns[] = {
#define I(n)                                                                                                           \
    {                                                                                                                  \
#n, i_##n                                                                                                      \
    }
    I(ud2),    I(bad),   I(06),    I(hlt),   I(cli),       I(sti),      I(in),     I(out),    I(outdx),  I(insb),
    I(cr0),    I(cr3),   I(dr7),   I(lgdt),  I(rdmsr),     I(wrmsr),    I(invlpg), I(wbinvd), I(swapgs), I(sysret),
    I(clts),   I(int20), I(int0e), I(intff), I(int3),      I(int3long), I(into),   I(icebp),  I(div0),   I(idivovf),
    I(badseg), I(fpe),   I(fpinv), I(x87),   I(unaligned), I(cpuid),    I(rdtsc),  I(pause),  I(xsetbv),
#undef I
};

int main(void)
{
    fault_catch();
    for (unsigned i = 0; i < ARRAY_SIZE(insns); i++) {
        uint32_t normal = 0x1f80;
        bool hit = FAULTS(insns[i].fn());
        __asm__ volatile("ldmxcsr %0; fninit" : : "m"(normal));
        report(insns[i].name, hit, (const void *) (uintptr_t) insns[i].fn);
    }
    return t_end();
}
