/* covers: getpid */
#include "fault.h"

static unsigned sel(int which)
{
    unsigned short v = 0;
    switch (which) {
    case 0:
        __asm__ volatile("movw %%cs, %0" : "=r"(v));
        break;
    case 1:
        __asm__ volatile("movw %%ss, %0" : "=r"(v));
        break;
    case 2:
        __asm__ volatile("movw %%ds, %0" : "=r"(v));
        break;
    case 3:
        __asm__ volatile("movw %%es, %0" : "=r"(v));
        break;
    case 4:
        __asm__ volatile("movw %%fs, %0" : "=r"(v));
        break;
    case 5:
        __asm__ volatile("movw %%gs, %0" : "=r"(v));
        break;
    }
    return v;
}

static uint64_t flags(void)
{
    uint64_t f;
    __asm__ volatile("pushfq; popq %0" : "=r"(f));
    return f;
}

int main(void)
{
    uint64_t f, r11, rcx, rip;
    fault_catch();
    printf("cs %x ss %x ds %x es %x fs %x gs %x\n", sel(0), sel(1), sel(2), sel(3), sel(4), sel(5));
    /* interrupts on, I/O privilege 0, nothing nested */
    printf("flags %lx\n", (unsigned long) flags() & ~0x8d5ul);
    /* what a system call leaves: rip in rcx, flags in r11 */
    __asm__ volatile("stc; syscall\n1: leaq 1b(%%rip), %2; pushfq; popq %3"
                     : "=c"(rcx), "=a"(f), "=&r"(rip), "=&r"(r11)
                     : "a"(SYS_getpid)
                     : "r11", "memory", "cc");
    CHECK(rcx == rip);
    printf("carry after a system call %d\n", (int) (r11 & 1));
    __asm__ volatile("cld; stc; syscall; movq %%r11, %0" : "=r"(r11) : "a"(SYS_getpid) : "rcx", "r11", "memory", "cc");
    printf("r11 %lx\n", (unsigned long) r11 & ~0x8d4ul);
    /* flags that user mode may set */
    __asm__ volatile("pushfq; orq $0x200000, (%%rsp); popfq; pushfq; popq %0" : "=r"(f) : : "cc", "memory");
    printf("id flag %d\n", (int) (f >> 21) & 1);
    __asm__ volatile("pushfq; andq $~0x200000, (%%rsp); orq $0x3200, (%%rsp); popfq; pushfq; popq %0"
                     : "=r"(f)
                     :
                     : "cc", "memory");
    printf("privilege asked for %d\n", (int) (f >> 12) & 3);
    __asm__ volatile("pushfq; andq $~0x200, (%%rsp); popfq; pushfq; popq %0" : "=r"(f) : : "cc", "memory");
    printf("interrupt flag cleared by popf %d\n", (int) (f >> 9) & 1);
    __asm__ volatile("std; syscall; pushfq; popq %0; cld" : "=r"(f) : "a"(SYS_getpid) : "rcx", "r11", "memory", "cc");
    printf("direction flag after a system call %d\n", (int) (f >> 10) & 1);
    return t_end();
}
