/* covers: rt_sigreturn rt_sigaction */
#include "t.h"

static volatile uint64_t flags_in;

static void handler(int sig)
{
    uint64_t f;
    volatile char mess[512];
    (void) sig;
    __asm__ volatile("pushfq; popq %0" : "=r"(f));
    flags_in = f;
    for (unsigned i = 0; i < sizeof(mess); i++)
        mess[i] = (char) 0xee;
}

int main(void)
{
    struct sigaction sa = {.sa_handler = handler};
    uint64_t sum = 0, flags = 0;
    sigaction(SIGTRAP, &sa, NULL);
    /* 128 bytes below the stack pointer are the function's own; DF is cleared for the handler and set again */
    __asm__ volatile("subq $256, %%rsp\n\t"
                     "movl $16, %%ecx\n"
                     "1: movq %%rcx, %%rax; negq %%rax; leaq (%%rsp,%%rax,8), %%rdx; movq %%rcx, (%%rdx); loop 1b\n\t"
                     "std; int3; cld\n\t"
                     "movl $16, %%ecx; xorl %%esi, %%esi\n"
                     "2: movq %%rcx, %%rax; negq %%rax; addq (%%rsp,%%rax,8), %%rsi; loop 2b\n\t"
                     "addq $256, %%rsp\n\t"
                     "movq %%rsi, %0"
                     : "=r"(sum)
                     :
                     : "rax", "rcx", "rdx", "rsi", "memory", "cc");
    printf("sum %lu, direction flag in the handler %lu\n", (unsigned long) sum, (unsigned long) (flags_in >> 10) & 1);
    __asm__ volatile("subq $256, %%rsp; std; int3; pushfq; popq %0; cld; addq $256, %%rsp"
                     : "=r"(flags)
                     :
                     : "memory", "cc");
    printf("direction flag afterwards %lu\n", (unsigned long) (flags >> 10) & 1);
    return t_end();
}
