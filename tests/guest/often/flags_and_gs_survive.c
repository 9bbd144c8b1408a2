/* covers: getppid arch_prctl */
/* translated: no (instructions of x86-64) */
/* The flags that a call finds it leaves, and what GS points to is the program's alone, even where that looks like a structure that knows its own
 * address. */
#include <asm/prctl.h>

#include "t.h"

#define OFTEN 1500
#define ARITHMETIC 0x8d5

/* The flags after the call, from its R11 and from the processor: true if they are `flags` both times. */
static bool keeps(uint64_t flags)
{
    uint64_t after, r11;
    __asm__ volatile("sub $128, %%rsp\n"
                     "push %2\n"
                     "popf\n"
                     "mov $110, %%eax\n"
                     "syscall\n"
                     "pushf\n"
                     "pop %0\n"
                     "mov %%r11, %1\n"
                     "add $128, %%rsp"
                     : "=&r"(after), "=&r"(r11)
                     : "r"(flags | 0x202)
                     : "rax", "rcx", "r11", "memory", "cc");
    return (after & ARITHMETIC) == flags && (r11 & ARITHMETIC) == flags;
}

static unsigned wrong(void)
{
    static const uint64_t bit[] = {0x1, 0x4, 0x10, 0x40, 0x80, 0x800};
    unsigned bad = 0;
    for (unsigned i = 0; i < OFTEN; i++) {
        uint64_t flags = 0;
        for (unsigned k = 0; k < ARRAY_SIZE(bit); k++)
            flags |= i >> k & 1 ? bit[k] : 0;
        bad += !keeps(flags);
    }
    return bad;
}

int main(void)
{
    uint64_t *own = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(own != MAP_FAILED);
    printf("flags: %u wrong\n", wrong());
    for (unsigned kind = 0; kind < 3; kind++) {
        for (unsigned i = 0; i < T_PAGE / 8; i++)
            own[i] = kind == 0 ? 0 : kind == 1 ? (uint64_t) own : ~(uint64_t) own;
        MUST(syscall(SYS_arch_prctl, ARCH_SET_GS, own) == 0);
        unsigned bad = wrong(), changed = 0;
        for (unsigned i = 0; i < T_PAGE / 8; i++)
            changed += own[i] != (kind == 0 ? 0 : kind == 1 ? (uint64_t) own : ~(uint64_t) own);
        uint64_t gs = 0;
        MUST(syscall(SYS_arch_prctl, ARCH_GET_GS, &gs) == 0);
        printf("GS %u: %u flags wrong, %u words changed, %s\n", kind, bad, changed,
               gs == (uint64_t) own ? "kept" : "lost");
    }
    return t_end();
}
