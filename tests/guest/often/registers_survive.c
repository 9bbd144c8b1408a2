/* covers: getppid read */
#include "t.h"

/* What a call leaves alone it leaves alone, and what it changes it changes in the same way, however often it is made from one place. */
#define OFTEN 1500

struct regs {
    uint64_t in[8], out[8], rcx, r11, behind, stack;
    uint8_t xmm_in[16][16], xmm_out[16][16];
    uint8_t x87_in[512] __attribute__((aligned(16))), x87_out[512] __attribute__((aligned(16)));
    uint32_t mxcsr;
};

/* 0: getppid, by MOV; 1: read, by XOR. */
static long called(struct regs *r, int kind, int fd, void *buf)
{
    long ret;
    for (int i = 0; i < 8; i++)
        r->in[i] = (uint64_t) rand() << 32 ^ (uint64_t) rand();
    for (int i = 0; i < 256; i++)
        r->xmm_in[i / 16][i % 16] = (uint8_t) rand();
#define LOAD(i) "movups " #i "*16+160(%%r14), %%xmm" #i "\n"
#define STORE(i) "movups %%xmm" #i ", " #i "*16+416(%%r14)\n"
#define ALL(m) m(0) m(1) m(2) m(3) m(4) m(5) m(6) m(7) m(8) m(9) m(10) m(11) m(12) m(13) m(14) m(15)
    register struct regs *at __asm__("r14") = r;
    __asm__ volatile(
        "push %%rbp\n" ALL(
            LOAD) "fninit; fldpi; fldl2e\n"
                  "mov 0(%%r14), %%rbx; mov 8(%%r14), %%r8; mov 16(%%r14), %%r9; mov 24(%%r14), %%r10\n"
                  "mov 32(%%r14), %%r12; mov 40(%%r14), %%r13; mov 48(%%r14), %%r15; mov 56(%%r14), %%rbp\n"
                  "mov %%rsp, 152(%%r14)\n"
                  "test %%ecx, %%ecx\n"
                  "jnz 2f\n"
                  "std\n"
                  "mov $110, %%eax\n"
                  "syscall\n"
                  "1: mov %%rcx, 128(%%r14)\n"
                  "lea 1b(%%rip), %%rcx\n"
                  "jmp 4f\n"
                  "2: cmp $1, %%ecx\n"
                  "xor %%eax, %%eax\n"
                  "syscall\n"
                  "3: mov %%rcx, 128(%%r14)\n"
                  "lea 3b(%%rip), %%rcx\n"
                  "4: mov %%r11, 136(%%r14)\n"
                  "cld\n"
                  "mov %%rcx, 144(%%r14)\n"
                  "sub %%rsp, 152(%%r14)\n"
                  "mov %%rbx, 64(%%r14); mov %%r8, 72(%%r14); mov %%r9, 80(%%r14); mov %%r10, 88(%%r14)\n"
                  "mov %%r12, 96(%%r14); mov %%r13, 104(%%r14); mov %%r15, 112(%%r14); mov %%rbp, 120(%%r14)\n"
                  "pop %%rbp\n" ALL(STORE) "fstpt 1184(%%r14); fstpt 1200(%%r14); stmxcsr 1696(%%r14)\n"
        : "=a"(ret), "+D"(fd), "+S"(buf), "+c"(kind)
        : "r"(at), "d"(8)
        : "rbx", "r8", "r9", "r10", "r11", "r12", "r13", "r15", "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4",
          "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "st", "st(1)",
          "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)");
    return ret;
}

int main(void)
{
    static struct regs r;
    long double log2e = 0, pi = 0;
    char buf[8];
    int fd = open("/dev/zero", O_RDONLY), bad = 0;
    _Static_assert(offsetof(struct regs, xmm_in) == 160 && offsetof(struct regs, x87_out) == 1184 &&
                       offsetof(struct regs, mxcsr) == 1696,
                   "as in the assembler");
    for (int kind = 0; kind < 2; kind++) {
        for (int i = 0; i < OFTEN; i++) {
            long ret = called(&r, kind, fd, buf);
            memcpy(&log2e, r.x87_out, 10);
            memcpy(&pi, r.x87_out + 16, 10);
            bad += ret != (kind ? 8 : getppid());
            bad += memcmp(r.in, r.out, sizeof r.in) || memcmp(r.xmm_in, r.xmm_out, sizeof r.xmm_in);
            bad += r.rcx != r.behind || r.stack != 0 || r.mxcsr != 0x1f80;
            bad += log2e < 1.44L || log2e > 1.45L || pi < 3.14L || pi > 3.15L;
        }
        printf("%d: flags %lx, wrong %d\n", kind, (unsigned long) r.r11, bad);
    }
    return t_end();
}
