/* covers: rt_sigaction */
#include <cpuid.h>

#include "fault.h"

static void run(const char *name, bool promised, bool faulted)
{
    /* what is promised here is another case's question */
    if (promised && faulted)
        show_fault(name, faulted, fault_addr);
}

int main(void)
{
    unsigned a, b, c, d, lo = 0, hi = 0, b7 = 0, c7 = 0, d7 = 0;
    static uint8_t area[64] __attribute__((aligned(64)));
    fault_catch();
    __cpuid(1, a, b, c, d);
    if (c & bit_OSXSAVE)
        __asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
    unsigned max = __get_cpuid_max(0, NULL);
    if (max >= 7)
        __cpuid_count(7, 0, a, b7, c7, d7);
    __cpuid(1, a, b, c, d);
    run("sse3", c & bit_SSE3, FAULTS(__asm__ volatile("haddps %%xmm0, %%xmm0" : : : "xmm0")));
    run("ssse3", c & bit_SSSE3, FAULTS(__asm__ volatile("pabsb %%xmm0, %%xmm0" : : : "xmm0")));
    run("sse4.1", c & bit_SSE4_1, FAULTS(__asm__ volatile("pminsd %%xmm0, %%xmm0" : : : "xmm0")));
    run("sse4.2", c & bit_SSE4_2, FAULTS(__asm__ volatile("crc32b %%al, %%eax" : : : "rax")));
    run("popcnt", c & bit_POPCNT, FAULTS(__asm__ volatile("popcnt %%rax, %%rax" : : : "rax", "cc")));
    run("aes", c & bit_AES, FAULTS(__asm__ volatile("aesenc %%xmm0, %%xmm0" : : : "xmm0")));
    run("pclmul", c & bit_PCLMUL, FAULTS(__asm__ volatile("pclmulqdq $0, %%xmm0, %%xmm0" : : : "xmm0")));
    run("movbe", c & bit_MOVBE, FAULTS(__asm__ volatile("movbe %0, %%eax" : : "m"(area) : "rax")));
    run("rdrand", c & bit_RDRND, FAULTS(__asm__ volatile("rdrand %%rax" : : : "rax", "cc")));
    run("avx", (c & bit_AVX) && (lo & 6) == 6,
        FAULTS(__asm__ volatile("vaddps %%ymm0, %%ymm0, %%ymm0; vzeroupper"
                                :
                                :
                                : "xmm0")));
    run("fma", (c & bit_FMA) && (lo & 6) == 6,
        FAULTS(__asm__ volatile("vfmadd132ps %%ymm0, %%ymm0, %%ymm0; vzeroupper"
                                :
                                :
                                : "xmm0")));
    run("avx2", (b7 & (1 << 5)) && (lo & 6) == 6,
        FAULTS(__asm__ volatile("vpaddd %%ymm0, %%ymm0, %%ymm0; vzeroupper"
                                :
                                :
                                : "xmm0")));
    run("bmi1", b7 & (1 << 3), FAULTS(__asm__ volatile("andn %%rax, %%rax, %%rax" : : : "rax", "cc")));
    run("bmi2", b7 & (1 << 8), FAULTS(__asm__ volatile("pdep %%rax, %%rax, %%rax" : : : "rax", "cc")));
    run("adx", b7 & (1 << 19), FAULTS(__asm__ volatile("adcx %%rax, %%rax" : : : "rax", "cc")));
    run("rdseed", b7 & (1 << 18), FAULTS(__asm__ volatile("rdseed %%rax" : : : "rax", "cc")));
    run("sha", b7 & (1 << 29), FAULTS(__asm__ volatile("sha256msg1 %%xmm0, %%xmm0" : : : "xmm0")));
    run("clflushopt", b7 & (1 << 23), FAULTS(__asm__ volatile("clflushopt %0" : "+m"(area))));
    run("avx512f", (b7 & (1 << 16)) && (lo & 0xe6) == 0xe6,
        FAULTS(__asm__ volatile("vpaddd %%zmm0, %%zmm0, %%zmm0; vpaddd %%zmm31, %%zmm31, %%zmm31; vzeroupper"
                                :
                                :
                                : "xmm0")));
    run("avx512bw", (b7 & (1 << 30)) && (lo & 0xe6) == 0xe6,
        FAULTS(__asm__ volatile("vpaddb %%zmm0, %%zmm0, %%zmm0; kmovq %%k1, %%rax; vzeroupper"
                                :
                                :
                                : "xmm0", "rax")));
    run("fsgsbase", b7 & 1, FAULTS(__asm__ volatile("rdfsbase %%rax" : : : "rax")));
    run("rdpid", c7 & (1 << 22), FAULTS(__asm__ volatile("rdpid %%rax" : : : "rax")));
    __cpuid(0x80000001, a, b, c, d);
    run("lzcnt", c & bit_LZCNT, FAULTS(__asm__ volatile("lzcnt %%rax, %%rax" : : : "rax", "cc")));
    run("rdtscp", d & (1u << 27), FAULTS(__asm__ volatile("rdtscp" : : : "rax", "rcx", "rdx")));
    return t_end();
}
