/* covers: fork arch_prctl clone */
#include <asm/prctl.h>
#include <immintrin.h>
#include <sys/prctl.h>

#include "child.h"

/* Vector registers in full, masks, x87 with its control word and a full stack, MXCSR, flags, FS and GS: fork by the instruction
 * itself, then both sides store everything and compare it with what was loaded. */
struct state {
    uint8_t vec[32][64], mask[8][8];
    uint8_t x87[108] __attribute__((aligned(16)));
    uint32_t mxcsr;
    uint64_t flags, fs, gs;
} __attribute__((aligned(64)));

static struct state want, got;
static bool avx, avx512;

/* clang-format off */
#define V16(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)
#define V32(X) V16(X) X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23) X(24) X(25) X(26) X(27) X(28) X(29) X(30) X(31)
#define K8(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#define LOAD_Z(n) "vmovdqu64 " #n "*64(%[w]), %%zmm" #n "\n\t"
#define SAVE_Z(n) "vmovdqu64 %%zmm" #n ", " #n "*64(%[g])\n\t"
#define LOAD_Y(n) "vmovdqu " #n "*64(%[w]), %%ymm" #n "\n\t"
#define SAVE_Y(n) "vmovdqu %%ymm" #n ", " #n "*64(%[g])\n\t"
#define LOAD_X(n) "movdqu " #n "*64(%[w]), %%xmm" #n "\n\t"
#define SAVE_X(n) "movdqu %%xmm" #n ", " #n "*64(%[g])\n\t"
#define LOAD_K(n) "kmovq 2048+" #n "*8(%[w]), %%k" #n "\n\t"
#define SAVE_K(n) "kmovq %%k" #n ", 2048+" #n "*8(%[g])\n\t"
/* clang-format on */

/* The red zone and the stack are not to be touched between load and save: nothing but the call. */
#define FORK_WITH(load, save)                                                                                          \
    __asm__ volatile("ldmxcsr %[mx]\n\t"                                                                               \
                     "frstor %[x87]\n\t" load "pushq %[fl]; popfq\n\t"                                                 \
                     "syscall\n\t"                                                                                     \
                     "pushfq; popq %[flo]\n\t" save "fnsave %[x87o]\n\t"                                               \
                     "stmxcsr %[mxo]\n\t"                                                                              \
                     "cld\n\t"                                                                                         \
                     : "+a"(pid), [flo] "=r"(flags), [x87o] "=m"(got.x87), [mxo] "=m"(got.mxcsr)                       \
                     : [w] "r"(&want), [g] "r"(&got), [mx] "m"(want.mxcsr), [x87] "m"(want.x87), [fl] "r"(want.flags), \
                       "D"((long) SIGCHLD), "S"(0l), "d"(0l)                                                           \
                     : "rcx", "r11", "memory", "cc")

__attribute__((noinline)) static long fork_with_state(void)
{
    long pid = SYS_clone;
    uint64_t flags;
    register long r10 __asm__("r10") = 0;
    register long r8 __asm__("r8") = 0;
    __asm__ volatile("" : "+r"(r10), "+r"(r8));
    if (avx512)
        FORK_WITH(V32(LOAD_Z) K8(LOAD_K), V32(SAVE_Z) K8(SAVE_K));
    else if (avx)
        FORK_WITH(V16(LOAD_Y), V16(SAVE_Y));
    else
        FORK_WITH(V16(LOAD_X), V16(SAVE_X));
    got.flags = flags;
    return pid;
}

/* x87: rounding and precision of its own, eight numbers, status; what fnsave writes is what frstor takes. */
static void prepare_x87(int seed)
{
    uint16_t cw = 0x0f7f; /* truncates, double extended, all exceptions masked */
    double d[8];
    for (int i = 0; i < 8; i++)
        d[i] = seed * 1.5 + i * 0.25;
    __asm__ volatile("fninit; fldcw %0\n\t"
                     "fldl %1; fldl %2; fldl %3; fldl %4; fldl %5; fldl %6; fldl %7; fldl %8\n\t"
                     "fnsave %9"
                     :
                     : "m"(cw), "m"(d[0]), "m"(d[1]), "m"(d[2]), "m"(d[3]), "m"(d[4]), "m"(d[5]), "m"(d[6]), "m"(d[7]),
                       "m"(want.x87)
                     : "memory");
}

static unsigned difference(void)
{
    unsigned d = 0;
    size_t width = avx512 ? 64 : avx ? 32 : 16;
    for (int i = 0; i < (avx512 ? 32 : 16); i++)
        d |= memcmp(got.vec[i], want.vec[i], width) ? 1 : 0;
    d |= avx512 && memcmp(got.mask, want.mask, sizeof(want.mask)) ? 2 : 0;
    /* control, status and tag words, then the numbers; pointers of the last instruction are not kept everywhere */
    for (int at = 0; at < 12; at += 4)
        d |= memcmp(got.x87 + at, want.x87 + at, 2) ? 4 : 0;
    d |= memcmp(got.x87 + 28, want.x87 + 28, 80) ? 8 : 0;
    d |= got.mxcsr != want.mxcsr ? 16 : 0;
    d |= (got.flags ^ want.flags) & 0xcd5 ? 32 : 0; /* CF PF AF ZF SF DF OF */
    return d;
}

int main(void)
{
    struct gate a, b;
    uint32_t x = 12345;
    gate_init(&a);
    gate_init(&b);
    __builtin_cpu_init();
    avx = __builtin_cpu_supports("avx");
    avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
    for (int round = 0; round < 8; round++) {
        uint8_t *fill = (uint8_t *) &want; /* vec, then mask */
        for (size_t i = 0; i < offsetof(struct state, x87); i++)
            fill[i] = (uint8_t) ((x = x * 1103515245 + 12345) >> 16);
        want.mxcsr = 0x1f80 | (uint32_t) (round & 3) << 13 | (round & 4 ? 0x8040 : 0) | (uint32_t) round;
        /* DF and the arithmetic flags by turns; the direction flag is legal across a system call */
        want.flags = 0x202 | (round & 1 ? 0x8d5 : 0) | (round & 2 ? 0x400 : 0);
        prepare_x87(round + 1);
        memset(&got, 0xee, sizeof(got));
        long pid = fork_with_state();
        MUST(pid >= 0);
        if (pid == 0)
            _exit((int) difference());
        printf("round %d: parent %u", round, difference());
        fflush(stdout);
        int status = reap((pid_t) pid);
        printf(", child %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    }

    /* GS is free in a 64-bit program; FS is the C library's and was right if we are here */
    uint64_t word = 0x1122334455667788, base = 0;
    MUST(raw(arch_prctl, ARCH_SET_GS, &word) == 0);
    show_status("child", IN_CHILD({
                    uint64_t v = 0;
                    __asm__ volatile("movq %%gs:0, %0" : "=r"(v));
                    CHECK(v == word);
                    MUST(raw(arch_prctl, ARCH_GET_GS, &base) == 0 && base == (uintptr_t) &word);
                    MUST(raw(arch_prctl, ARCH_SET_GS, 0x1000) == 0);
                    MUST(IN_CHILD({
                             MUST(raw(arch_prctl, ARCH_GET_GS, &base) == 0);
                             CHECK(base == 0x1000);
                         }) == 0);
                }));
    MUST(raw(arch_prctl, ARCH_GET_GS, &base) == 0);
    CHECK(base == (uintptr_t) &word);
    return t_end();
}
