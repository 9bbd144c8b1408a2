/* covers: execve personality */
#include <sys/personality.h>
#include <sys/resource.h>

#include "elfmake.h"

/* A made program copies "mov $5, %edi; mov $231, %eax; syscall" to its stack and jumps there. */
static const uint8_t jump[] = {
    0x48, 0x8d, 0x35, 0x13, 0,    0,    0, /* lea 19(%rip), %rsi: the bytes behind */
    0x48, 0x81, 0xec, 0x00, 0x01, 0,    0, /* sub $256, %rsp */
    0x48, 0x89, 0xe7,                      /* mov %rsp, %rdi */
    0xb9, 12,   0,    0,    0,             /* mov $12, %ecx */
    0xf3, 0xa4,                            /* rep movsb */
    0xff, 0xe4,                            /* jmp *%rsp */
    0xbf, 5,    0,    0,    0,    0xb8, 231, 0, 0, 0, 0x0f, 0x05,
};

static struct elf_file f;

static void try(const char *name, bool header, uint32_t flags)
{
    elf_init(&f);
    memcpy(f.body, jump, sizeof(jump));
    if (header) {
        f.ph[1] = (Elf64_Phdr){.p_type = PT_GNU_STACK, .p_flags = flags};
        f.eh.e_phnum = 2;
    }
    elf_run(name, &f, sizeof(f));
}

int main(void)
{
    struct rlimit none = {0, 0};
    scratch();
    setrlimit(RLIMIT_CORE, &none);
    try("no header", false, 0);
    try("rw", true, PF_R | PF_W);
    try("rwx", true, PF_R | PF_W | PF_X);
    try("nothing", true, 0);
    int old = personality(0xffffffff);
    show("ask", old);
    show("read implies exec", personality((unsigned long) old | READ_IMPLIES_EXEC) == old);
    try("rw, reading implies executing", true, PF_R | PF_W);
    personality((unsigned long) old);
    return t_end();
}
