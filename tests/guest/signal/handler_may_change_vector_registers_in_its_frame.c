/* covers: rt_sigreturn rt_sigaction */
#include <cpuid.h>
#include <ucontext.h>

#include "t.h"

static volatile uint32_t magic1, magic2, ext_size, xstate_size, flags;
static volatile uint64_t features, xfeatures;
static volatile int aligned;

static void handler(int sig, siginfo_t *si, void *arg)
{
    ucontext_t *uc = arg;
    uint8_t *fp = (uint8_t *) uc->uc_mcontext.fpregs;
    uint32_t *sw = (uint32_t *) (fp + 464); /* struct _fpx_sw_bytes */
    (void) sig;
    (void) si;
    aligned = ((uintptr_t) fp & 63) == 0;
    flags = (uint32_t) uc->uc_flags;
    magic1 = sw[0];
    ext_size = sw[1];
    memcpy((void *) &features, sw + 2, 8);
    xstate_size = sw[4];
    if (magic1 == 0x46505853) {
        memcpy((void *) &magic2, fp + xstate_size, 4);
        memcpy((void *) &xfeatures, fp + 512, 8);
    }
    memset(fp + 160, 0xee, 16);           /* xmm0 */
    memset(fp + 160 + 15 * 16, 0xdd, 16); /* xmm15 */
    if (magic1 == 0x46505853 && (features & 4)) {
        uint64_t all = xfeatures | 7;
        unsigned a, b, c, d;
        __cpuid_count(13, 2, a, b, c, d); /* ebx: offset of the upper halves */
        memset(fp + b, 0xcc, 16);
        memcpy(fp + 512, &all, 8);
    }
    uint32_t mxcsr = 0x1f80 | 0x4000;
    memcpy(fp + 24, &mxcsr, 4);
}

int main(void)
{
    static uint8_t y0[32], x15[16];
    uint32_t m, normal = 0x1f80;
    unsigned a, b, c, d, lo = 0, hi = 0;
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    MUST(sigaction(SIGTRAP, &sa, NULL) == 0);
    MUST(__get_cpuid(1, &a, &b, &c, &d));
    if (c & bit_OSXSAVE)
        __asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
    bool avx = lo & 4;
    memset(y0, 0x11, 32);
    if (avx)
        __asm__ volatile("vmovdqu %0, %%ymm0; int3; vmovdqu %%ymm0, %0; movdqu %%xmm15, %1; vzeroupper; stmxcsr %2"
                         : "+m"(y0), "=m"(x15), "=m"(m)
                         :
                         : "memory", "xmm0");
    else
        __asm__ volatile("movdqu %0, %%xmm0; int3; movdqu %%xmm0, %0; movdqu %%xmm15, %1; stmxcsr %2"
                         : "+m"(y0), "=m"(x15), "=m"(m)
                         :
                         : "memory", "xmm0");
    __asm__ volatile("ldmxcsr %0" : : "m"(normal));
    printf("xmm0 %02x, its upper half %02x, xmm15 %02x, mxcsr %x\n", y0[0], avx ? y0[16] : 0, x15[15], m);
    printf("aligned %d flags %x magic %x %x\n", aligned, flags, magic1, magic2);
    CHECK(((uint64_t) hi << 32 | lo) == features || (features & ~((uint64_t) hi << 32 | lo)) == 0);
    CHECK(ext_size == xstate_size + 4);
    /* x87 to AVX-512: AMX, keys and MPX may not be offered in a VM. */
    CHECK(xstate_size >= 576);
    printf("features %lx\n", (unsigned long) (features & 0xe7));
    return t_end();
}
