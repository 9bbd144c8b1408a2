/* covers: getpid */
#include "fault.h"

/* System calls with the numbers of 32-bit programs, from a 64-bit one. */
int main(void)
{
    long r = 0;
    fault_catch();
    bool hit = FAULTS(__asm__ volatile("int $0x80" : "=a"(r) : "a"(20l) : "memory", "r8", "r9", "r10", "r11"));
    printf("getpid: %s %s\n", hit ? signame(fault_sig) : "fine", !hit && r == getpid() ? "right" : "");
    return t_end();
}
