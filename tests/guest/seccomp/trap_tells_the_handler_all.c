/* covers: seccomp rt_sigreturn */
#include <ucontext.h>

#include "../filter.h"

extern char trapped[];
static volatile int seen;

static void on_sys(int sig, siginfo_t *si, void *context)
{
    ucontext_t *uc = context;
    const greg_t *r = uc->uc_mcontext.gregs;
    seen++;
    printf("%s code %d errno %d call %d arch %x\n", signame(sig), si->si_code, si->si_errno, si->si_syscall,
           si->si_arch);
    if (seen == 1)
        printf("address %d rip %d rax %lld rdi %lld rsi %lld rdx %lld r10 %lld r8 %lld r9 %lld\n",
               si->si_call_addr == trapped, r[REG_RIP] == (greg_t) trapped, r[REG_RAX], r[REG_RDI], r[REG_RSI],
               r[REG_RDX], r[REG_R10], r[REG_R8], r[REG_R9]);
    if (seen == 1)
        printf("rcx %d\n", r[REG_RCX] == (greg_t) trapped);
    uc->uc_mcontext.gregs[REG_RAX] = 4711;
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = on_sys, .sa_flags = SA_SIGINFO};
    long r;
    no_new_privs();
    sigaction(SIGSYS, &sa, NULL);
    MUST(filter_one(0, 7000, SECCOMP_RET_TRAP | 0xbeef) == 0);
    register long r10 __asm__("r10") = 4, r8 __asm__("r8") = 5, r9 __asm__("r9") = 6;
    __asm__ volatile("syscall\n.globl trapped\ntrapped:"
                     : "=a"(r)
                     : "a"(0x700000000l + 7000), "D"(1l), "S"(2l), "d"(3l), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    printf("result %ld, handler %d\n", r, seen);
    /* A call that is there, made by the handler's own emulation. */
    MUST(filter_one(0, SYS_getppid, SECCOMP_RET_TRAP) == 0);
    printf("getppid: %ld\n", syscall(SYS_getppid));
    return t_end();
}
