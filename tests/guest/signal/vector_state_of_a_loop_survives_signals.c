/* covers: setitimer rt_sigreturn */
#include <sys/time.h>

#include "told.h"

/* A loop over XMM (and YMM, ZMM where there) registers is interrupted by handlers that use and change them all. */
static volatile sig_atomic_t hits;

static void handler(int sig)
{
    (void) sig;
    hits++;
    __asm__ volatile("pxor %%xmm0, %%xmm0; movdqa %%xmm0, %%xmm1; movdqa %%xmm0, %%xmm7; movdqa %%xmm0, %%xmm15"
                     :
                     :
                     : "xmm0", "xmm1", "xmm7", "xmm15");
    if (__builtin_cpu_supports("avx"))
        __asm__ volatile("vzeroall");
    __asm__ volatile("fninit; fldz; fldz");
    __asm__ volatile("fninit");
}

int main(void)
{
    struct itimerval itv = {{0, 500}, {0, 500}};
    signal(SIGALRM, handler);
    MUST(setitimer(ITIMER_REAL, &itv, NULL) == 0);
    uint64_t in[8] = {1, 2, 3, 4, 5, 6, 7, 8}, out[8], bad = 0;
    while (hits < 200) {
        memset(out, 0, sizeof(out));
        if (__builtin_cpu_supports("avx512f"))
            __asm__ volatile("vmovdqu64 %1, %%zmm17; movl $2000, %%ecx; 1: decl %%ecx; jnz 1b; vmovdqu64 %%zmm17, %0"
                             : "=m"(out)
                             : "m"(in)
                             : "ecx", "cc");
        else if (__builtin_cpu_supports("avx"))
            __asm__ volatile("vmovdqu %1, %%ymm7; movl $2000, %%ecx; 1: decl %%ecx; jnz 1b; vmovdqu %%ymm7, %0"
                             : "=m"(out)
                             : "m"(in)
                             : "ecx", "cc", "xmm7");
        else
            __asm__ volatile("movdqu %1, %%xmm7; movl $2000, %%ecx; 1: decl %%ecx; jnz 1b; movdqu %%xmm7, %0"
                             : "=m"(out)
                             : "m"(in)
                             : "ecx", "cc", "xmm7");
        bad += out[0] != 1 || out[1] != 2;
        if (__builtin_cpu_supports("avx"))
            bad += out[2] != 3 || out[3] != 4;
        if (__builtin_cpu_supports("avx512f"))
            bad += out[7] != 8;
        long double pi, got;
        __asm__ volatile("fldpi; fstpt %0" : "=m"(pi));
        __asm__ volatile("fldpi; movl $2000, %%ecx; 1: decl %%ecx; jnz 1b; fstpt %0" : "=m"(got) : : "ecx", "cc");
        bad += memcmp(&pi, &got, 10) != 0;
    }
    printf("bad %lu\n", bad);
    return t_end();
}
