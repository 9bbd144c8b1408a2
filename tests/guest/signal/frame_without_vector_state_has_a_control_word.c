/* covers: rt_sigreturn rt_sigaction */
/* What a handler takes out of its frame is as at a program's start, but for MXCSR, which is the frame's; what is not to be restored is so with it. */
#include "t.h"

#include <ucontext.h>

#define FXSAVE_SIZE 512
#define SW_XFEATURES (464 + 8) /* struct _fpx_sw_bytes */

static uint64_t taken, kept; /* state components: x87, SSE, AVX */

static void handler(int sig, siginfo_t *si, void *arg)
{
    ucontext_t *uc = arg;
    uint8_t *fp = (uint8_t *) uc->uc_mcontext.fpregs;
    (void) sig;
    (void) si;
    *(uint32_t *) (fp + 24) = 0x9fc0; /* flush to zero, denormals are zeros */
    memset(fp + 160, 0x5a, 256);
    *(uint64_t *) (fp + FXSAVE_SIZE) &= ~taken;
    *(uint64_t *) (fp + SW_XFEATURES) &= kept;
}

/* MXCSR and a register, before and after. */
static void look(const char *what)
{
    uint64_t x[2] = {1, 2};
    uint32_t before = 0x1f80 | 0x6000, after = 0;
    long r = SYS_getpid;
    __asm__ volatile("ldmxcsr %3\n"
                     "movups %1, %%xmm5\n"
                     "syscall\n"
                     "movl %%eax, %%edi\n"
                     "movl $10, %%esi\n"
                     "movl $62, %%eax\n"
                     "syscall\n"
                     "stmxcsr %2\n"
                     "movups %%xmm5, %1\n"
                     : "+a"(r), "+m"(x), "=m"(after)
                     : "m"(before)
                     : "rcx", "r11", "rdi", "rsi", "xmm5", "memory");
    printf("%s: MXCSR %x, register %" PRIx64 " %" PRIx64 "\n", what, after, x[0], x[1]);
    before = 0x1f80;
    __asm__ volatile("ldmxcsr %0" : : "m"(before));
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    MUST(SIGUSR1 == 10 && SYS_kill == 62 && sigaction(SIGUSR1, &sa, NULL) == 0);
    for (uint64_t bits = 0; bits < 8; bits++) {
        char what[64];
        snprintf(what, sizeof what, "without the state of %" PRIx64, bits);
        taken = bits;
        kept = ~0ull;
        look(what);
        if ((bits & 6) == 4) /* goes by the form in which the kernel keeps such states */
            continue;
        taken = 0;
        kept = ~bits;
        snprintf(what, sizeof what, "not restored %" PRIx64, bits);
        look(what);
    }
    return t_end();
}
