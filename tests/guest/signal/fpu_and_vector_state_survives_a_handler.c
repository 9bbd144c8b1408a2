/* covers: rt_sigreturn rt_sigaction kill */
#include <cpuid.h>

#include "t.h"

/* x87, MXCSR, XMM, the upper halves of YMM and what is above them: kept across a handler that uses all of it, and the
 * handler starts with a clean state. */
static bool have_avx, have_avx512;
static volatile uint32_t mxcsr_in;
static volatile uint16_t cw_in;
static uint8_t zmm_in[64] __attribute__((aligned(64)));

static bool probe(unsigned leaf7_bit, uint64_t xcr_bits)
{
    unsigned a, b, c, d, lo, hi;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE))
        return false;
    __asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
    if ((lo & xcr_bits) != xcr_bits || !__get_cpuid_count(7, 0, &a, &b, &c, &d))
        return false;
    return (b >> leaf7_bit) & 1;
}

static void handler(int sig)
{
    uint32_t m;
    uint16_t cw, newcw = 0x037f & ~0x0c00;
    (void) sig;
    __asm__ volatile("stmxcsr %0" : "=m"(m));
    __asm__ volatile("fnstcw %0" : "=m"(cw));
    mxcsr_in = m;
    cw_in = cw;
    if (have_avx512)
        __asm__ volatile("vmovdqu64 %%zmm0, %0" : "=m"(zmm_in));
    else if (have_avx)
        __asm__ volatile("vmovdqu %%ymm0, %0" : "=m"(*(uint8_t(*)[32]) zmm_in));
    else
        __asm__ volatile("movdqu %%xmm0, %0" : "=m"(*(uint8_t(*)[16]) zmm_in));
    m = 0x1f80 | 0x6000;
    __asm__ volatile("ldmxcsr %0" : : "m"(m));
    __asm__ volatile("fldcw %0; fldpi; fldpi" : : "m"(newcw));
    if (have_avx512)
        __asm__ volatile("vpternlogd $255, %zmm0, %zmm0, %zmm0; vmovdqa64 %zmm0, %zmm15; vmovdqa64 %zmm0, %zmm31;"
                         "kxnorq %k1, %k1, %k1");
    if (have_avx)
        __asm__ volatile("vpcmpeqd %xmm0, %xmm0, %xmm0; vinsertf128 $1, %xmm0, %ymm0, %ymm0; vmovaps %ymm0, %ymm7");
    else
        __asm__ volatile("pcmpeqd %xmm0, %xmm0; pcmpeqd %xmm7, %xmm7");
}

int main(void)
{
    static uint8_t want[3][64] __attribute__((aligned(64))), got[3][64] __attribute__((aligned(64)));
    uint32_t mxcsr = 0x1f80 | 0x2000 | 0x21, m2 = 0;
    uint16_t cw = 0x037f | 0x0800, cw2 = 0;
    uint64_t mask = 0x123456789abcdef0, mask2 = 0;
    double st = 0;
    have_avx = probe(5, 6);
    have_avx512 = probe(30, 0xe6); /* with BW, for 64-bit masks */
    struct sigaction sa = {.sa_handler = handler};
    MUST(sigaction(SIGUSR1, &sa, NULL) == 0);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 64; j++)
            want[i][j] = (uint8_t) (i * 64 + j + 1);
    long pid = getpid(), ret = SYS_kill;
    size_t width = have_avx512 ? 64 : have_avx ? 32 : 16;
    if (have_avx512)
        __asm__ volatile(
            "ldmxcsr %[mx]; fninit; fldcw %[cw]; fld1; fldl2e\n\t"
            "vmovdqu64 %[w0], %%zmm0; vmovdqu64 %[w1], %%zmm7; vmovdqu64 %[w2], %%zmm31; kmovq %[k], %%k1\n\t"
            "syscall\n\t"
            "vmovdqu64 %%zmm0, %[g0]; vmovdqu64 %%zmm7, %[g1]; vmovdqu64 %%zmm31, %[g2]; kmovq %%k1, %[k2]\n\t"
            "vzeroupper; stmxcsr %[m2]; fnstcw %[cw2]; fstp %%st(0); fstpl %[st]"
            : "+a"(ret), [g0] "=m"(got[0]), [g1] "=m"(got[1]), [g2] "=m"(got[2]), [m2] "=m"(m2), [cw2] "=m"(cw2),
              [k2] "=r"(mask2), [st] "=m"(st)
            : "D"(pid), "S"(SIGUSR1), [mx] "m"(mxcsr), [cw] "m"(cw), [w0] "m"(want[0]), [w1] "m"(want[1]),
              [w2] "m"(want[2]), [k] "r"(mask)
            : "rcx", "r11", "memory");
    else if (have_avx)
        __asm__ volatile(
            "ldmxcsr %[mx]; fninit; fldcw %[cw]; fld1; fldl2e\n\t"
            "vmovdqu %[w0], %%ymm0; vmovdqu %[w1], %%ymm7; vmovdqu %[w2], %%ymm15\n\t"
            "syscall\n\t"
            "vmovdqu %%ymm0, %[g0]; vmovdqu %%ymm7, %[g1]; vmovdqu %%ymm15, %[g2]\n\t"
            "vzeroupper; stmxcsr %[m2]; fnstcw %[cw2]; fstp %%st(0); fstpl %[st]"
            : "+a"(ret), [g0] "=m"(got[0]), [g1] "=m"(got[1]), [g2] "=m"(got[2]), [m2] "=m"(m2), [cw2] "=m"(cw2),
              [st] "=m"(st)
            : "D"(pid),
              "S"(SIGUSR1), [mx] "m"(mxcsr), [cw] "m"(cw), [w0] "m"(want[0]), [w1] "m"(want[1]), [w2] "m"(want[2])
            : "rcx", "r11", "memory");
    else
        __asm__ volatile(
            "ldmxcsr %[mx]; fninit; fldcw %[cw]; fld1; fldl2e\n\t"
            "movdqu %[w0], %%xmm0; movdqu %[w1], %%xmm7; movdqu %[w2], %%xmm15\n\t"
            "syscall\n\t"
            "movdqu %%xmm0, %[g0]; movdqu %%xmm7, %[g1]; movdqu %%xmm15, %[g2]\n\t"
            "stmxcsr %[m2]; fnstcw %[cw2]; fstp %%st(0); fstpl %[st]"
            : "+a"(ret), [g0] "=m"(got[0]), [g1] "=m"(got[1]), [g2] "=m"(got[2]), [m2] "=m"(m2), [cw2] "=m"(cw2),
              [st] "=m"(st)
            : "D"(pid),
              "S"(SIGUSR1), [mx] "m"(mxcsr), [cw] "m"(cw), [w0] "m"(want[0]), [w1] "m"(want[1]), [w2] "m"(want[2])
            : "rcx", "r11", "memory");
    uint32_t normal = 0x1f80;
    __asm__ volatile("ldmxcsr %0; fninit" : : "m"(normal));
    CHECK(ret == 0);
    for (int i = 0; i < 3; i++)
        CHECK(memcmp(got[i], want[i], width) == 0);
    CHECK(!have_avx512 || mask2 == mask);
    printf("mxcsr %x cw %x st %.3f\n", m2, cw2, st);
    printf("in the handler: mxcsr %x cw %x\n", mxcsr_in, cw_in);
    bool zero = true;
    for (size_t i = 0; i < width; i++)
        zero &= zmm_in[i] == 0;
    printf("first vector register %s\n", zero ? "clear" : "as it was");
    return t_end();
}
