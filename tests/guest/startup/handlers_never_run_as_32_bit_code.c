/* covers: rt_sigaction */
#include <setjmp.h>

#include "t.h"

/* Code of 32 bits, where a 64-bit program gets to any, ends in a handler that is code of 64 bits again. */
static sigjmp_buf back;
static volatile uint16_t selector;

static void handler(int sig)
{
    uint16_t cs;
    __asm__ volatile("mov %%cs, %0" : "=r"(cs));
    selector = cs;
    siglongjmp(back, sig);
}

int main(void)
{
    static const int faults[] = {SIGSEGV, SIGILL}; /* of the instruction there, or of the jump to it */
    static char stack[65536];
    const stack_t alt = {.ss_sp = stack, .ss_size = sizeof stack};
    const struct sigaction act = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
    uint8_t *code =
        mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    MUST(code != MAP_FAILED && sigaltstack(&alt, NULL) == 0);
    for (unsigned i = 0; i < ARRAY_SIZE(faults); i++)
        MUST(sigaction(faults[i], &act, NULL) == 0);
    *code = 0xf4; /* HLT */
    const struct {
        uint32_t offset;
        uint16_t selector;
    } to = {(uint32_t) (uintptr_t) code, 0x23};
    if (!sigsetjmp(back, 1))
        __asm__ volatile("ljmpl *%0" : : "m"(to) : "memory");
    printf("handler by %x\n", selector);
    return t_end();
}
