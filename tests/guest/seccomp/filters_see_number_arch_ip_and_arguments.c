/* covers: seccomp */
#include "../filter.h"

/* errno 7 when the filter finds all as it is made for, else 8. */
static long ask(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)
{
    return syscall(7777, a, b, c, d, e, f);
}

extern char after[];

static long at_known_place(void)
{
    long r;
    __asm__ volatile("syscall\n.globl after\nafter:" : "=a"(r) : "a"(7778) : "rcx", "r11", "memory");
    return r;
}

int main(void)
{
    uint64_t ip = (uint64_t) after;
    no_new_privs();
    MUST(INSTALL(0, LOAD_NR, EQ(7777, 1, 0), RET(SECCOMP_RET_ALLOW), LOAD(arch), EQ(AUDIT_ARCH_X86_64, 0, 13),
                 LOAD_ARG(0), EQ(0x11111111, 0, 11), LOAD_ARG_HIGH(0), EQ(0xfedcba98, 0, 9), LOAD_ARG(3),
                 EQ(0x44444444, 0, 7), LOAD_ARG(5), EQ(0x66666666, 0, 5), LOAD_ARG_HIGH(5), EQ(0x80000000, 0, 3),
                 LOAD_ARG(1), EQ(0x22222222, 0, 1), RET(ERRNO(7)), RET(ERRNO(8))) == 0);
    show("all", ask(0xfedcba9811111111, 0x22222222, 3, 0x44444444, 5, 0x8000000066666666));
    show("other upper half", ask(0x1111111111, 0x22222222, 3, 0x44444444, 5, 0x8000000066666666));
    show("other sixth", ask(0xfedcba9811111111, 0x22222222, 3, 0x44444444, 5, 0x66666666));
    MUST(INSTALL(0, LOAD_NR, EQ(7778, 1, 0), RET(SECCOMP_RET_ALLOW),
                 BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer)), EQ(ip, 0, 3),
                 BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer) + 4),
                 EQ(ip >> 32, 0, 1), RET(ERRNO(7)), RET(ERRNO(8))) == 0);
    printf("from there %ld\n", at_known_place());
    show("from elsewhere", syscall(7778));
    return t_end();
}
