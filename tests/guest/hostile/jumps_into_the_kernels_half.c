/* covers: mmap memfd_create */
/* Wherever a program jumps in the kernel's half of the address space, with whatever in its registers: it is a SIGSEGV of its own. All of
 * them but r11, the stack pointer too, lead to a page of a file that is past the file's end. */
#include "fault.h"
#include <sys/mman.h>

#define KERNEL 0xffffffff80000000ul

/* It never comes back but by siglongjmp(). */
__attribute__((noinline)) static void jump(uintptr_t to, char *nowhere)
{
    __asm__ volatile(
        "movq %%rdi, %%r15\n\t"
        "movq %%rsi, %%rax\n\t"
        "movq %%rax, %%rsp\n\t"
        "movq %%rax, %%rbx\n\tmovq %%rax, %%rcx\n\tmovq %%rax, %%rdx\n\tmovq %%rax, %%rdi\n\t"
        "movq %%rax, %%rbp\n\tmovq %%rax, %%r8\n\tmovq %%rax, %%r9\n\tmovq %%rax, %%r10\n\txorl %%r11d, %%r11d\n\t"
        "movq %%rax, %%r12\n\tmovq %%rax, %%r13\n\tmovq %%rax, %%r14\n\t"
        "jmp *%%r15\n\t"
        :
        : "D"(to), "S"(nowhere)
        : "memory", "cc");
    __builtin_unreachable();
}

/* One jump, by a child that has no handler. */
static void deadly(const char *what, uintptr_t to, char *nowhere)
{
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0)
        jump(to, nowhere);
    show_wait(what, pid);
}

int main(void)
{
    int fd = memfd_create("x", 0);
    MUST(fd >= 0);
    char *nowhere = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    stack_t ss = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};
    MUST(nowhere != MAP_FAILED && sigaltstack(&ss, NULL) == 0);
    deadly("behind the code", KERNEL + 0x400, nowhere);
    deadly("in the middle", KERNEL + 0x10, nowhere);
    deadly("at the beginning", KERNEL, nowhere);
    fault_catch();
    int other = 0, elsewhere = 0;
    for (uintptr_t at = KERNEL; at < KERNEL + 4 * T_PAGE; at += at % T_PAGE < 0x300 ? 1 : 0x35) {
        CHECK(FAULTS(jump(at, nowhere)));
        other += fault_sig != SIGSEGV;
        /* Of the first two bytes (docs/limits.md) more may be executed than nothing. */
        elsewhere += at > KERNEL + 1 && (fault_addr != (void *) at || fault_code != SEGV_MAPERR);
    }
    show("other signals", other);
    show("elsewhere", elsewhere);
    CHECK(FAULTS(jump(KERNEL + 0x100000 + 0x400, nowhere)) && fault_sig == SIGSEGV);
    CHECK(FAULTS(*(volatile char *) (KERNEL + 2 * T_PAGE)) && fault_sig == SIGSEGV);
    return t_end();
}
