/* covers: rt_sigaction rt_sigreturn */
#include "told.h"

/* MXCSR and the x87 control word are reset for a handler, and back afterwards; flags DF, TF and AC likewise. */
static volatile uint32_t mxcsr_in;
static volatile uint16_t cw_in;
static volatile uint64_t flags_in;

static void handler(int sig)
{
    uint32_t m;
    uint16_t c;
    uint64_t f;
    (void) sig;
    __asm__ volatile("stmxcsr %0; fnstcw %1; pushfq; popq %2" : "=m"(m), "=m"(c), "=r"(f));
    mxcsr_in = m;
    cw_in = c;
    flags_in = f;
    m = 0x1f80 | 0x8000;
    __asm__ volatile("ldmxcsr %0" : : "m"(m));
}

int main(void)
{
    uint32_t m = 0x1f80 | 0x6000, m2;
    uint16_t c = 0x0c7f, c2;
    signal(SIGUSR1, handler);
    long pid = getpid(), tid = gettid(), nr = SYS_tgkill, r;
    uint64_t f;
    __asm__ volatile("ldmxcsr %0; fldcw %1" : : "m"(m), "m"(c));
    __asm__ volatile("std\n"
                     "syscall\n"
                     "pushfq; popq %1\n"
                     "cld\n"
                     : "=a"(r), "=r"(f)
                     : "0"(nr), "D"(pid), "S"(tid), "d"((long) SIGUSR1)
                     : "rcx", "r11", "memory");
    __asm__ volatile("stmxcsr %0; fnstcw %1" : "=m"(m2), "=m"(c2));
    m = 0x1f80;
    __asm__ volatile("ldmxcsr %0; fninit" : : "m"(m));
    printf("inside: mxcsr %x cw %x direction %d\n", mxcsr_in, cw_in, (int) (flags_in >> 10 & 1));
    printf("after: %ld mxcsr %x cw %x direction %d\n", r, m2, c2, (int) (f >> 10 & 1));
    return t_end();
}
