/* covers: rt_sigreturn rt_sigaction */
#include <ucontext.h>

#include "child.h"

/* What a program writes into the frame of its handler: taken, corrected, or its death. */
static int what;

static void handler(int sig, siginfo_t *si, void *arg)
{
    ucontext_t *uc = arg;
    greg_t *r = uc->uc_mcontext.gregs;
    uint8_t *fp = (uint8_t *) uc->uc_mcontext.fpregs;
    (void) sig;
    (void) si;
    switch (what) {
    case 0:
        r[REG_RIP] = 0;
        break;
    case 1:
        r[REG_RIP] = 0x0000900000000000l;
        break;
    case 2:
        r[REG_RIP] = (greg_t) 0xffffffff81000000ul;
        break;
    case 3:
        uc->uc_mcontext.fpregs = (void *) 16;
        break;
    case 4:
        uc->uc_mcontext.fpregs = (void *) ((char *) uc->uc_mcontext.fpregs + 8);
        break;
    case 5:
        uc->uc_mcontext.fpregs = NULL;
        break;
    case 6:
        *(uint32_t *) (fp + 24) |= 0xffff0000; /* reserved bits of MXCSR */
        break;
    case 7:
        *(uint64_t *) (fp + 512) |= 1ull << 60; /* a component that nobody has */
        break;
    case 8:
        fp[512 + 16] = 1; /* reserved bytes of the header */
        break;
    case 9:
        *(uint32_t *) (fp + 464) = 0; /* no magic: the legacy state only */
        break;
    case 10:
        *(uint32_t *) (fp + 480) = 100; /* a size too small */
        break;
    case 11:
        *(uint64_t *) (fp + 512 + 8) = 1ull << 63; /* a compacted area */
        break;
    case 12:
        uc->uc_stack.ss_flags = 77;
        break;
    case 13:
        uc->uc_stack.ss_size = 5;
        uc->uc_stack.ss_flags = 0;
        break;
    case 14:
        r[REG_EFL] |= 0x3000 | 0x20000 | 0x80000 | 0x4000; /* IOPL, VM, VIF, NT */
        break;
    case 15:
        r[REG_EFL] = 0;
        break;
    case 16:
        uc->uc_mcontext.gregs[REG_CSGSFS] = 0x2b000000000000l | 0x10; /* the kernel's code */
        break;
    case 17:
        uc->uc_mcontext.gregs[REG_CSGSFS] = 0x2b000000000000l | 0x1b33;
        break;
    case 18:
        uc->uc_mcontext.gregs[REG_CSGSFS] = 0x33;
        break;
    case 19:
        uc->uc_mcontext.gregs[REG_CSGSFS] = 0x33000000000033l;
        break;
    case 20:
        *(uint64_t *) (fp + 512 + 40) = 77; /* which the processor does not look at */
        break;
    case 21:
        *(uint64_t *) (fp + 472) = 3; /* nothing but x87 and SSE */
        break;
    case 22:
        *(uint32_t *) (fp + *(uint32_t *) (fp + 480)) = 0; /* no second magic */
        break;
    case 23:
        sigfillset(&uc->uc_sigmask);
        break;
    case 24:
        uc->uc_flags &= ~4ul; /* UC_STRICT_RESTORE_SS */
        uc->uc_mcontext.gregs[REG_CSGSFS] = 0x33;
        break;
    case 25:
        uc->uc_flags &= ~4ul;
        uc->uc_mcontext.gregs[REG_CSGSFS] = 0x1234000000000033l;
        break;
    case 26:
        uc->uc_flags &= ~4ul;
        uc->uc_mcontext.gregs[REG_CSGSFS] = 0;
        break;
    case 27:
        uc->uc_mcontext.gregs[REG_CSGSFS] = 0x33;
        uc->uc_mcontext.fpregs = (void *) 16;
        break;
    }
}

static const char *const names[] = {
    "instruction at 0",
    "instruction in the hole",
    "instruction in the kernel",
    "state at 16",
    "state not aligned",
    "no state",
    "reserved bits of MXCSR",
    "unknown component",
    "reserved bytes of the header",
    "no magic",
    "size too small",
    "compacted",
    "unknown flags of the stack",
    "stack too small",
    "flags of the system",
    "no flags",
    "code segment of the kernel",
    "code segment out of the table",
    "no stack segment",
    "code segment for the stack",
    "the header's end",
    "fewer components",
    "no second magic",
    "everything blocked",
    "no stack segment, not strictly",
    "stack segment out of the table, not strictly",
    "no segments, not strictly",
    "no stack segment, state at 16",
};

static void on_segv(int sig, siginfo_t *si, void *arg)
{
    ucontext_t *uc = arg;
    (void) sig;
    const unsigned long segments = (unsigned long) uc->uc_mcontext.gregs[REG_CSGSFS];
    printf("  code %d at %p trap %d error %lx\n", si->si_code, si->si_addr, (int) uc->uc_mcontext.gregs[REG_TRAPNO],
           (long) uc->uc_mcontext.gregs[REG_ERR]);
    printf("  code segment %lx stack segment %lx flags %lx\n", segments & 0xffff, segments >> 48,
           (long) uc->uc_flags & ~1l);
    _exit(9);
}

static void once(void)
{
    static char alt[65536];
    stack_t ss = {.ss_sp = alt, .ss_size = sizeof(alt)};
    struct sigaction segv = {.sa_sigaction = on_segv, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigaltstack(&ss, NULL);
    sigaction(SIGSEGV, &segv, NULL);
    struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    uint64_t flags;
    sigset_t now;
    int blocked = 0;
    sigaction(SIGUSR1, &sa, NULL);
    raise(SIGUSR1);
    __asm__ volatile("pushfq; popq %0" : "=r"(flags));
    sigprocmask(SIG_SETMASK, NULL, &now);
    for (int s = 1; s <= 64; s++)
        blocked += sigismember(&now, s) == 1;
    printf("  flags of the system %lx, blocked %d\n", flags & 0x1f7200, blocked > 32 ? 64 : blocked);
}

int main(void)
{
    for (what = 0; what < (int) ARRAY_SIZE(names); what++)
        show_status(names[what], IN_CHILD(once()));
    return t_end();
}
