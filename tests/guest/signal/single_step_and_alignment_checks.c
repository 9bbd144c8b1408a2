/* covers: rt_sigaction rt_sigreturn */
#include <ucontext.h>

#include "t.h"

static volatile int steps, code, flag_in_frame, flag_now, bus, bus_code;

static uint64_t flags(void)
{
    uint64_t f;
    __asm__ volatile("pushfq; popq %0" : "=r"(f));
    return f;
}

static void on_trap(int sig, siginfo_t *si, void *arg)
{
    ucontext_t *uc = arg;
    (void) sig;
    steps++;
    code = si->si_code;
    flag_in_frame = (uc->uc_mcontext.gregs[REG_EFL] >> 8) & 1;
    flag_now = (flags() >> 8) & 1;
    if (steps == 5)
        uc->uc_mcontext.gregs[REG_EFL] &= ~0x100l;
}

static void on_bus(int sig, siginfo_t *si, void *arg)
{
    ucontext_t *uc = arg;
    (void) sig;
    bus++;
    bus_code = si->si_code;
    uc->uc_mcontext.gregs[REG_EFL] &= ~0x40000l;
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};
    static char mem[16] __attribute__((aligned(16)));
    MUST(sigaction(SIGTRAP, &sa, NULL) == 0);
    sa.sa_sigaction = on_bus;
    MUST(sigaction(SIGBUS, &sa, NULL) == 0);
    __asm__ volatile("subq $128, %%rsp; pushfq; orq $0x100, (%%rsp); popfq; nop; nop; nop; nop; nop; nop; nop; nop;"
                     "addq $128, %%rsp"
                     :
                     :
                     : "memory", "cc");
    printf("%d steps, code %d, flag in the frame %d, in the handler %d\n", steps, code, flag_in_frame, flag_now);
    uint32_t v = 0;
    __asm__ volatile("subq $128, %%rsp; pushfq; orq $0x40000, (%%rsp); popfq; movl 1(%1), %0; pushfq;"
                     "andq $~0x40000, (%%rsp); popfq; addq $128, %%rsp"
                     : "=r"(v)
                     : "r"(mem)
                     : "memory", "cc");
    printf("alignment check: %d, code %d\n", bus, bus_code);
    return t_end();
}
