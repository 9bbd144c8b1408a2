/* covers: ptrace */
#include "ptrace.h"

#define SINGLEBLOCK 33

/* Three rounds of a loop, and a call: each branch that is taken ends a block. How many stops there are besides is the processor's business. */
static void body(void)
{
    __asm__ volatile("int3\n"
                     "mov $3, %%ecx\n"
                     "1: nop\n"
                     "nop\n"
                     "dec %%ecx\n"
                     "jnz 1b\n"
                     "call 2f\n"
                     "int3\n"
                     "jmp 3f\n"
                     "2: nop\n"
                     "ret\n"
                     "3: nop" ::
                         : "rcx", "memory");
}

enum { LOOP = 5, CALLED = 19, AFTER_CALL = 16 };

int main(void)
{
    pid_t p = TRACED(body());
    go_on(PTRACE_CONT, p, 0, "int3");
    const unsigned long start = regs_of(p).rip;
    int loops = 0, called = 0, returned = 0;
    for (int i = 0; i < 100 && !returned; i++) {
        MUST(ptrace(SINGLEBLOCK, p, NULL, NULL) == 0);
        int status = next_status(p);
        MUST(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP);
        const unsigned long at = regs_of(p).rip - start;
        loops += at == LOOP && regs_of(p).rcx != 3; /* not by falling into it */
        called += at == CALLED;
        returned += at == AFTER_CALL;
    }
    printf("loops %d, called %d, returned %d\n", loops, called, returned);
    show_info("last", p);
    kill(p, SIGKILL);
    show_stop("end", next_status(p));
    return t_end();
}
