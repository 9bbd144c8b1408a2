/* covers: rt_sigaction */
#include <ucontext.h>

#include "t.h"

/* A step of one's own, then INT1, then a step again: each is told for what it is. */
static volatile int code[8], n;

static void on_trap(int sig, siginfo_t *si, void *arg)
{
    ucontext_t *uc = arg;
    (void) sig;
    if (n < 8)
        code[n++] = si->si_code;
    uc->uc_mcontext.gregs[REG_EFL] &= ~0x100;
    /* Some virtual machines show INT1 as a fault. */
    if (*(const uint8_t *) uc->uc_mcontext.gregs[REG_RIP] == 0xf1)
        uc->uc_mcontext.gregs[REG_RIP]++;
}

__attribute__((noinline)) static void step(void)
{
    __asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq; nop; nop" ::: "cc", "memory");
}

__attribute__((noinline)) static void int1(void)
{
    __asm__ volatile(".byte 0xf1" ::: "memory");
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};
    sigaction(SIGTRAP, &sa, NULL);
    int1();
    step();
    int1();
    int1();
    step();
    for (int i = 0; i < n; i++)
        printf("trap %d: code %d\n", i, code[i]);
    return t_end();
}
