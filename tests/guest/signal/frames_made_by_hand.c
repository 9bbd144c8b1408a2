/* covers: rt_sigreturn rt_sigaction */
#include <ucontext.h>

#include "child.h"

/* sigreturn without a signal: a copy of an old frame works for ever, and one that is nowhere is death. */
static char copy[16384] __attribute__((aligned(64)));

static void handler(int sig, siginfo_t *si, void *arg)
{
    (void) sig;
    (void) si;
    ucontext_t *uc = arg;
    uint64_t fp = (uint64_t) (uintptr_t) uc->uc_mcontext.fpregs;
    uint32_t size = *(uint32_t *) (uintptr_t) (fp + 468);
    memcpy(copy + 64, (void *) (uintptr_t) fp, size);
}

static void by_hand(void)
{
    static ucontext_t uc;
    static char stack[8192];
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigaction(SIGUSR1, &sa, NULL);
    raise(SIGUSR1);
    memset(&uc, 0, sizeof(uc));
    uc.uc_mcontext.gregs[REG_RIP] = (greg_t) (uintptr_t) _exit;
    uc.uc_mcontext.gregs[REG_RDI] = 5;
    uc.uc_mcontext.gregs[REG_RSP] = (greg_t) (uintptr_t) (stack + sizeof(stack) - 8);
    uc.uc_mcontext.gregs[REG_CSGSFS] = 0x2b000000000033l;
    uc.uc_mcontext.fpregs = (void *) (copy + 64);
    __asm__ volatile("movq %0, %%rsp\n"
                     "movl $15, %%eax\n"
                     "syscall\n"
                     :
                     : "r"((char *) &uc)
                     : "memory");
    __builtin_unreachable();
}

static void without_state(void)
{
    static ucontext_t uc;
    static char stack[8192];
    uc.uc_mcontext.gregs[REG_RIP] = (greg_t) (uintptr_t) _exit;
    uc.uc_mcontext.gregs[REG_RDI] = 6;
    uc.uc_mcontext.gregs[REG_RSP] = (greg_t) (uintptr_t) (stack + sizeof(stack) - 8);
    uc.uc_mcontext.gregs[REG_CSGSFS] = 0x2b000000000033l;
    __asm__ volatile("movq %0, %%rsp\n"
                     "movl $15, %%eax\n"
                     "syscall\n"
                     :
                     : "r"((char *) &uc)
                     : "memory");
    __builtin_unreachable();
}

static void nowhere(uint64_t sp)
{
    __asm__ volatile("movq %0, %%rsp\n"
                     "movl $15, %%eax\n"
                     "syscall\n"
                     :
                     : "r"(sp)
                     : "memory");
    __builtin_unreachable();
}

int main(void)
{
    show_status("with a state", IN_CHILD(by_hand()));
    show_status("without", IN_CHILD(without_state()));
    show_status("at 0", IN_CHILD(nowhere(0)));
    show_status("in the kernel", IN_CHILD(nowhere((uint64_t) BAD_KERNEL)));
    return t_end();
}
