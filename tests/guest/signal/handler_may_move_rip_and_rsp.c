/* covers: rt_sigreturn rt_sigaction */
#include <ucontext.h>

#include "t.h"

static char other[32768] __attribute__((aligned(16)));
static volatile int landed, on_other;
extern char skip_from[], skip_to[];

static void land(void)
{
    char here;
    landed++;
    on_other = &here >= other && &here < other + sizeof(other);
    t_end();
    _exit(landed == 1 && on_other ? 42 : 43);
}

static void on_segv(int sig, siginfo_t *si, void *arg)
{
    ucontext_t *uc = arg;
    (void) sig;
    (void) si;
    CHECK(uc->uc_mcontext.gregs[REG_RIP] == (greg_t) (uintptr_t) skip_from);
    uc->uc_mcontext.gregs[REG_RIP] = (greg_t) (uintptr_t) skip_to;
}

static void on_usr1(int sig, siginfo_t *si, void *arg)
{
    ucontext_t *uc = arg;
    (void) sig;
    (void) si;
    uc->uc_mcontext.gregs[REG_RIP] = (greg_t) (uintptr_t) land;
    uc->uc_mcontext.gregs[REG_RSP] = (greg_t) (uintptr_t) (other + sizeof(other) - 8);
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = on_segv, .sa_flags = SA_SIGINFO};
    int skipped = 1;
    MUST(sigaction(SIGSEGV, &sa, NULL) == 0);
    sa.sa_sigaction = on_usr1;
    MUST(sigaction(SIGUSR1, &sa, NULL) == 0);
    __asm__ volatile(".globl skip_from, skip_to\n"
                     "skip_from: movb $0, (%1)\n\t"
                     "movl $0, %0\n"
                     "skip_to:"
                     : "+r"(skipped)
                     : "r"(16ul)
                     : "memory");
    printf("skipped %d\n", skipped);
    raise(SIGUSR1);
    printf("not reached\n");
    return 1;
}
