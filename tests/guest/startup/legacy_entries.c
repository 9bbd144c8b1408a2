/* covers: getpid */
#include "fault.h"

/* The old way into the kernel, the page at the top of the address space; and numbers that no call has. */
int main(void)
{
    struct timespec tv = {0, 0};
    long r = -1;
    fault_catch();
    bool hit = FAULTS(r = ((long (*)(void *, void *)) 0xffffffffff600000ul)(&tv, NULL));
    printf("vsyscall gettimeofday: %s %ld %s\n", hit ? signame(fault_sig) : "fine", hit ? 0 : r,
           !hit && tv.tv_sec > 1000000000 ? "with a time" : "");
    r = -1;
    hit = FAULTS(r = ((long (*)(void *)) 0xffffffffff600400ul)(NULL));
    printf("vsyscall time: %s %s\n", hit ? signame(fault_sig) : "fine", !hit && r > 1000000000 ? "with a time" : "");
    show_read("vsyscall page", (void *) 0xffffffffff600000ul);
    /* system call numbers that are none */
    static const long nrs[] = {-1, 350, 400, 1000, 100000, 0x40000000 | SYS_getpid, 1l << 32 | SYS_getpid};
    for (unsigned i = 0; i < ARRAY_SIZE(nrs); i++) {
        long got;
        __asm__ volatile("syscall" : "=a"(got) : "a"(nrs[i]) : "rcx", "r11", "memory");
        printf("call %lx: %s\n", (unsigned long) nrs[i],
               got == getpid() ? "the pid"
               : got < 0       ? errname((int) -got)
                               : "else");
    }
    return t_end();
}
