/* covers: rt_sigreturn */
#include <ucontext.h>

#include "t.h"

/* The handler fills all registers of the frame; the code after `ud2` stores what it finds. */
uint64_t found[16], kept_sp;
extern const char regs_fault[];
void regs_run(void);
__asm__(
    ".text\n"
    "regs_run:\n"
    "    pushq %rbx; pushq %rbp; pushq %r12; pushq %r13; pushq %r14; pushq %r15\n"
    "    movq %rsp, kept_sp(%rip)\n"
    "regs_fault: ud2\n"
    "    movq %rax, found(%rip); movq %rbx, 8+found(%rip); movq %rcx, 16+found(%rip); movq %rdx, 24+found(%rip)\n"
    "    movq %rsi, 32+found(%rip); movq %rdi, 40+found(%rip); movq %rbp, 48+found(%rip); movq %rsp, 56+found(%rip)\n"
    "    movq %r8, 64+found(%rip); movq %r9, 72+found(%rip); movq %r10, 80+found(%rip); movq %r11, 88+found(%rip)\n"
    "    movq %r12, 96+found(%rip); movq %r13, 104+found(%rip); movq %r14, 112+found(%rip); movq %r15, "
    "120+found(%rip)\n"
    "    movq kept_sp(%rip), %rsp\n"
    "    popq %r15; popq %r14; popq %r13; popq %r12; popq %rbp; popq %rbx\n"
    "    cld\n"
    "    ret\n");

static uint64_t round_;

static void handler(int sig, siginfo_t *si, void *arg)
{
    ucontext_t *uc = arg;
    static const int regs[] = {REG_RAX, REG_RBX, REG_RCX, REG_RDX, REG_RSI, REG_RDI, REG_RBP, REG_RSP,
                               REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
    (void) sig;
    (void) si;
    for (unsigned i = 0; i < 16; i++)
        uc->uc_mcontext.gregs[regs[i]] = (greg_t) (0x1010101010101010ul * i + round_);
    uc->uc_mcontext.gregs[REG_RIP] += 2;
    uc->uc_mcontext.gregs[REG_EFL] |= 0x400;
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigaction(SIGILL, &sa, NULL);
    for (round_ = 0; round_ < 50; round_++) {
        regs_run();
        for (unsigned i = 0; i < 16; i++)
            CHECK(found[i] == 0x1010101010101010ul * i + round_);
    }
    return t_end();
}
