/* covers: execve */
#include "elfmake.h"

/* A made program writes all its registers as it finds them to descriptor 1: general ones, flags, segments, x87 and MXCSR,
 * vector registers. */
__asm__(".pushsection .rodata\n"
        ".globl dump_start, dump_end\n"
        "dump_start:\n"
        "pushfq\n"
        "pushq %r15\n pushq %r14\n pushq %r13\n pushq %r12\n pushq %r11\n pushq %r10\n pushq %r9\n pushq %r8\n"
        "pushq %rbp\n pushq %rdi\n pushq %rsi\n pushq %rdx\n pushq %rcx\n pushq %rbx\n pushq %rax\n"
        "subq $640, %rsp\n"
        "movq %rsp, %rbx\n"
        "andq $-64, %rsp\n"
        "subq $512, %rsp\n"
        "fxsave64 (%rsp)\n"
        "movw %cs, %ax\n movw %ax, 464(%rsp)\n movw %ss, %ax\n movw %ax, 466(%rsp)\n"
        "movw %ds, %ax\n movw %ax, 468(%rsp)\n movw %es, %ax\n movw %ax, 470(%rsp)\n"
        "movw %fs, %ax\n movw %ax, 472(%rsp)\n movw %gs, %ax\n movw %ax, 474(%rsp)\n"
        "movl $1, %eax\n movl $1, %edi\n movq %rsp, %rsi\n movl $512, %edx\n syscall\n"
        "movl $1, %eax\n movl $1, %edi\n leaq 640(%rbx), %rsi\n movl $136, %edx\n syscall\n"
        /* ARCH_GET_FS and GS */
        "movl $158, %eax\n movl $0x1003, %edi\n movq %rsp, %rsi\n syscall\n"
        "movl $158, %eax\n movl $0x1004, %edi\n leaq 8(%rsp), %rsi\n syscall\n"
        "movl $1, %eax\n movl $1, %edi\n movq %rsp, %rsi\n movl $16, %edx\n syscall\n"
        "movl $231, %eax\n xorl %edi, %edi\n syscall\n"
        "dump_end:\n"
        ".popsection\n");
extern const uint8_t dump_start[], dump_end[];

int main(void)
{
    static struct elf_file f;
    static const char *const names[] = {"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp",   "r8",  "r9",
                                        "r10", "r11", "r12", "r13", "r14", "r15", "flags", "argc"};
    union {
        uint8_t b[512 + 136 + 16];
        uint16_t w[256];
        uint32_t l[128];
        uint64_t q[83];
    } u;
    int p[2], zero = 1;
    scratch();
    elf_init(&f);
    memcpy(f.body, dump_start, (size_t) (dump_end - dump_start));
    elf_write("prog", &f, sizeof(f), 0755);
    MUST(pipe(p) == 0);
    /* spoil what could be inherited */
    uint32_t mxcsr = 0x1f80 | 0x6000;
    __asm__ volatile("ldmxcsr %0; movq %%rsp, %%xmm5; movq %%rsp, %%xmm0" : : "m"(mxcsr) : "xmm5", "xmm0");
    show_status("program", IN_CHILD({
                    dup2(p[1], 1);
                    execl("./prog", "prog", (char *) NULL);
                }));
    MUST(read(p[0], u.b, sizeof(u.b)) == (ssize_t) sizeof(u.b));
    printf("fcw %x fsw %x ftw %x mxcsr %x mask %x\n", u.w[0], u.w[1], u.b[4], u.l[6], u.l[7]);
    for (int i = 32; i < 160 + 256; i++)
        zero &= u.b[i] == 0;
    printf("x87 and vector registers %s\n", zero ? "clear" : "not clear");
    printf("cs %x ss %x ds %x es %x fs %x gs %x\n", u.w[232], u.w[233], u.w[234], u.w[235], u.w[236], u.w[237]);
    for (int i = 0; i < 17; i++)
        printf("%s %lx\n", names[i], (unsigned long) u.q[64 + i]);
    printf("fs base %lx gs base %lx\n", (unsigned long) u.q[81], (unsigned long) u.q[82]);
    return t_end();
}
