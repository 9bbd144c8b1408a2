/* covers: rt_sigreturn rt_sigaction tgkill */
#include <ucontext.h>

#include "t.h"

/* The program loads every register with a known value and takes a signal, by a trap and by a system call; the handler
 * sees the values, changes them all, and the program goes on with the new ones. */
static struct regs {
    uint64_t r[15]; /* rax rbx rcx rdx rsi rdi rbp r8..r15 */
    uint64_t flags;
} in, out;

static const int order[15] = {REG_RAX, REG_RBX, REG_RCX, REG_RDX, REG_RSI, REG_RDI, REG_RBP, REG_R8,
                              REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
static volatile uint64_t seen[15], seen_flags;
static volatile int by_call, csgsfs, seen_trap;

static void handler(int sig, siginfo_t *si, void *arg)
{
    ucontext_t *uc = arg;
    (void) sig;
    (void) si;
    for (int i = 0; i < 15; i++) {
        seen[i] = (uint64_t) uc->uc_mcontext.gregs[order[i]];
        uc->uc_mcontext.gregs[order[i]] = (greg_t) (0x1111111111111111ul * (uint64_t) (i + 1));
    }
    seen_flags = (uint64_t) uc->uc_mcontext.gregs[REG_EFL];
    seen_trap = (int) uc->uc_mcontext.gregs[REG_TRAPNO];
    csgsfs = (int) (uc->uc_mcontext.gregs[REG_CSGSFS] & 0xffff);
    uc->uc_mcontext.gregs[REG_EFL] = (uc->uc_mcontext.gregs[REG_EFL] & ~0x8d5l) | 0x841; /* OF ZF CF */
}

#define LOAD_ALL                                                                                                       \
    "pushq %%rbp\n\t"                                                                                                  \
    "pushq 120(%%rsi)\n\t"                                                                                             \
    "popfq\n\t"                                                                                                        \
    "movq 0(%%rsi), %%rax\n\t"                                                                                         \
    "movq 8(%%rsi), %%rbx\n\t"                                                                                         \
    "movq 16(%%rsi), %%rcx\n\t"                                                                                        \
    "movq 24(%%rsi), %%rdx\n\t"                                                                                        \
    "movq 40(%%rsi), %%rdi\n\t"                                                                                        \
    "movq 48(%%rsi), %%rbp\n\t"                                                                                        \
    "movq 56(%%rsi), %%r8\n\t"                                                                                         \
    "movq 64(%%rsi), %%r9\n\t"                                                                                         \
    "movq 72(%%rsi), %%r10\n\t"                                                                                        \
    "movq 80(%%rsi), %%r11\n\t"                                                                                        \
    "movq 88(%%rsi), %%r12\n\t"                                                                                        \
    "movq 96(%%rsi), %%r13\n\t"                                                                                        \
    "movq 104(%%rsi), %%r14\n\t"                                                                                       \
    "movq 112(%%rsi), %%r15\n\t"                                                                                       \
    "movq 32(%%rsi), %%rsi\n\t"

#define STORE_ALL                                                                                                      \
    "pushfq\n\t"                                                                                                       \
    "pushq %%rsi\n\t"                                                                                                  \
    "leaq %[out], %%rsi\n\t"                                                                                           \
    "movq %%rax, 0(%%rsi)\n\t"                                                                                         \
    "movq %%rbx, 8(%%rsi)\n\t"                                                                                         \
    "movq %%rcx, 16(%%rsi)\n\t"                                                                                        \
    "movq %%rdx, 24(%%rsi)\n\t"                                                                                        \
    "popq %%rax\n\t"                                                                                                   \
    "movq %%rax, 32(%%rsi)\n\t"                                                                                        \
    "movq %%rdi, 40(%%rsi)\n\t"                                                                                        \
    "movq %%rbp, 48(%%rsi)\n\t"                                                                                        \
    "movq %%r8, 56(%%rsi)\n\t"                                                                                         \
    "movq %%r9, 64(%%rsi)\n\t"                                                                                         \
    "movq %%r10, 72(%%rsi)\n\t"                                                                                        \
    "movq %%r11, 80(%%rsi)\n\t"                                                                                        \
    "movq %%r12, 88(%%rsi)\n\t"                                                                                        \
    "movq %%r13, 96(%%rsi)\n\t"                                                                                        \
    "movq %%r14, 104(%%rsi)\n\t"                                                                                       \
    "movq %%r15, 112(%%rsi)\n\t"                                                                                       \
    "popq 120(%%rsi)\n\t"                                                                                              \
    "popq %%rbp\n\t"

#define CLOBBERS "rax", "rbx", "rcx", "rdx", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory", "cc"

static void report(const char *name)
{
    printf("%s: cs %x\n", name, (unsigned) csgsfs);
    CHECK(by_call || seen_trap == 3);
    for (int i = 0; i < 15; i++)
        if (!(by_call && (i == 0 || i == 2 || i == 10)))
            CHECK(seen[i] == in.r[i]);
    if (by_call) {
        CHECK(seen[0] == 0);
        CHECK((seen[10] & 0x8d5) == (in.flags & 0x8d5));
    }
    CHECK((seen_flags & 0x8d5) == (in.flags & 0x8d5));
    for (int i = 0; i < 15; i++)
        CHECK(out.r[i] == 0x1111111111111111ul * (uint64_t) (i + 1));
    CHECK((out.flags & 0x8d5) == 0x841);
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    struct regs *p = &in;
    MUST(sigaction(SIGTRAP, &sa, NULL) == 0);
    MUST(sigaction(SIGUSR1, &sa, NULL) == 0);
    for (int i = 0; i < 15; i++)
        in.r[i] = 0xa0b0c0d0e0f00000ul + (uint64_t) i * 0x101;
    in.flags = 0x2 | 0x94; /* SF AF PF */
    __asm__ volatile(LOAD_ALL "int3\n\t" STORE_ALL : [out] "=m"(out), "+S"(p) : : CLOBBERS);
    report("int3");

    by_call = 1;
    in.r[0] = SYS_tgkill;
    in.r[5] = (uint64_t) getpid();
    in.r[4] = (uint64_t) getpid();
    in.r[3] = SIGUSR1;
    p = &in;
    __asm__ volatile(LOAD_ALL "syscall\n\t" STORE_ALL : [out] "=m"(out), "+S"(p) : : CLOBBERS);
    report("system call");
    return t_end();
}
