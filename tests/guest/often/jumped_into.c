/* covers: sched_setscheduler */
/* translated: no (instructions of x86-64) */
/* Calls that are made often, where jumps of all kinds lead into the instruction that loads the number: `mov $144, %eax` from its second byte on is
 *     nop; add %al, (%rax); add %cl, (%rdi); add $imm32, %eax
 * with the SYSCALL behind it as the end of an ADD and the start of its number. Then the same without a jump. */
#include "t.h"

#define TIMES 2000

__asm__(".text\n"
        ".macro site name\n"
        ".p2align 4\n"
        "\\name:\n"
        ".byte 0xb8, 0x90, 0, 0, 0, 0x0f, 0x05, 0xc3, 0xc3, 0xc3, 0xc3\n" /* mov $144, %eax; syscall; ret */
        "ret\n"
        ".endm\n"
        ".macro between\n"
        ".skip 70000, 0xcc\n"
        ".endm\n"
        "site by_near\n"
        "enter_near: jmp by_near + 1\n"
        "site by_jmp\n"
        "site by_call\n"
        "site by_jcc\n"
        "site by_nothing\n"
        "between\n"
        "enter_jmp: jmp by_jmp + 1\n"
        "enter_call: call by_call + 1\n"
        "ret\n"
        "enter_jcc: cmp %rax, %rax\n"
        "jz by_jcc + 1\n");

#define SITES(x) x(near) x(jmp) x(call) x(jcc)
#define DECLARE(how) extern const char by_##how[], enter_##how[];
SITES(DECLARE)
extern const char by_nothing[];

/* The call, with arguments that are refused. */
static long call(const char *site)
{
    long ret;
    __asm__ volatile("call *%1" : "=a"(ret) : "r"(site), "D"(0), "S"(-1), "d"(0) : "rcx", "r11", "memory");
    return ret;
}

/* What the other instructions do: the two bytes, and what is added to the address. */
static void enter(const char *how, const char *at)
{
    static uint8_t byte[2] __attribute__((aligned(65536)));
    uint64_t rax = (uint64_t) &byte[0];
    byte[0] = 1, byte[1] = 2;
    __asm__ volatile("call *%1" : "+a"(rax) : "r"(at), "D"(&byte[1]), "c"(5) : "r11", "memory");
    printf("%s: %u %u, added %" PRIx32 "\n", how, byte[0], byte[1], (uint32_t) rax - (uint32_t) (uint64_t) &byte[0]);
}

int main(void)
{
    int refused = 0;
    for (int i = 0; i < TIMES; i++) {
#define CALL(how) refused += call(by_##how) == -EINVAL;
        SITES(CALL)
        refused += call(by_nothing) == -EINVAL;
    }
    printf("%d refused\n", refused);
#define ENTER(how) enter(#how, enter_##how);
    SITES(ENTER)
    return t_end();
}
