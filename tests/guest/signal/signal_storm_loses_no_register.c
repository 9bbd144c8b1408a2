/* covers: rt_sigreturn setitimer getppid */
#include <sys/time.h>

#include "t.h"

/* Signals at a high rate into code whose registers, flags and vectors are all known: in a loop of plain instructions and
 * around system calls, where a signal may come on the very instruction. */
static volatile int fired;

static void handler(int sig)
{
    volatile double d = fired;
    (void) sig;
    d = d * 3.5 + 1;
    fired++;
    /* spoil whatever is not restored */
    __asm__ volatile("movq $-1, %%rax; movq %%rax, %%rcx; movq %%rax, %%rdx; movq %%rax, %%rsi; movq %%rax, %%rdi;"
                     "movq %%rax, %%r8; movq %%rax, %%r9; movq %%rax, %%r10; movq %%rax, %%r11; movq %%rax, %%xmm0;"
                     "movq %%rax, %%xmm9; std; cld"
                     :
                     :
                     : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "xmm0", "xmm9", "cc");
}

static uint64_t wrong;

static void registers(int with_call)
{
    uint64_t bad = 0;
    long nr = with_call ? SYS_getppid : -1;
    __asm__ volatile(
        "movq $0x11111111, %%rbx; movq $0x22222222, %%r8; movq $0x33333333, %%r9;"
        "movq $0x44444444, %%r10; movq $0x55555555, %%r12; movq $0x66666666, %%r13;"
        "movq $0x77777777, %%r14; movq $0x12121212, %%rdi; movq $0x23232323, %%rsi;"
        "movq $0x34343434, %%rdx; movq %%rbx, %%xmm3; movq %%r8, %%xmm12\n\t"
        "movl $200, %%r15d\n"
        "1: movq %[nr], %%rax; testq %%rax, %%rax; js 3f; stc; syscall\n"
        "3: movl $40, %%ecx\n"
        "2: addq %%rbx, %%r8; subq %%rbx, %%r8; xorq %%r9, %%r10; xorq %%r9, %%r10; loop 2b\n\t"
        "cmpq $0x11111111, %%rbx; jne 9f; cmpq $0x22222222, %%r8; jne 9f; cmpq $0x33333333, %%r9; jne 9f;"
        "cmpq $0x44444444, %%r10; jne 9f; cmpq $0x55555555, %%r12; jne 9f; cmpq $0x66666666, %%r13; jne 9f;"
        "cmpq $0x77777777, %%r14; jne 9f; cmpq $0x12121212, %%rdi; jne 9f; cmpq $0x23232323, %%rsi; jne 9f;"
        "cmpq $0x34343434, %%rdx; jne 9f; movq %%xmm3, %%rax; cmpq %%rax, %%rbx; jne 9f;"
        "movq %%xmm12, %%rax; cmpq %%rax, %%r8; jne 9f\n\t"
        "decl %%r15d; jnz 1b; jmp 8f\n"
        "9: movq $1, %[bad]\n"
        "8:"
        : [bad] "+m"(bad)
        : [nr] "m"(nr)
        : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "xmm3",
          "xmm12", "memory", "cc");
    wrong += bad;
}

int main(void)
{
    struct itimerval it = {.it_value = {0, 200}, .it_interval = {0, 200}};
    signal(SIGALRM, handler);
    MUST(setitimer(ITIMER_REAL, &it, NULL) == 0);
    int64_t end = now_ns(1) + 250000000;
    while (now_ns(1) < end) {
        registers(0);
        registers(1);
    }
    memset(&it, 0, sizeof(it));
    MUST(setitimer(ITIMER_REAL, &it, NULL) == 0);
    CHECK(fired > 20);
    printf("%lu wrong\n", (unsigned long) wrong);
    return t_end();
}
