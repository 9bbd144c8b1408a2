/* covers: execve */
#include "elfmake.h"

/* A position-independent program tells where it lies, by its exit status: bit 0 is set when the address is a multiple of
 * what it asked for, bit 1 when it lies in the upper half of user space, bit 2 when its stack is above it. */
static struct elf_file f;

static size_t code(uint8_t *p, uint32_t align)
{
    uint8_t c[] = {
        0x48, 0x8d, 0x05, 0xf9, 0xff, 0xff, 0xff, /* lea -7(%rip), %rax: this instruction */
        0x48, 0x2d, 0,    0,    0,    0,          /* sub $offset, %rax: the base */
        0x31, 0xff,                               /* xor %edi, %edi */
        0xa9, 0,    0,    0,    0,                /* test $mask, %eax */
        0x75, 0x03, 0x83, 0xcf, 0x01,             /* jnz +3; or $1, %edi */
        0x48, 0x89, 0xc1, 0x48, 0xc1, 0xe9, 0x2e, /* mov %rax, %rcx; shr $46, %rcx */
        0x74, 0x03, 0x83, 0xcf, 0x02,             /* jz +3; or $2, %edi */
        0x48, 0x39, 0xc4,                         /* cmp %rax, %rsp */
        0x76, 0x03, 0x83, 0xcf, 0x04,             /* jbe +3; or $4, %edi */
        0xb8, 231,  0,    0,    0,    0x0f, 0x05,
    };
    uint32_t off = (uint32_t) ELF_BODY, mask = align - 1;
    memcpy(c + 9, &off, 4);
    memcpy(c + 16, &mask, 4);
    memcpy(p, c, sizeof(c));
    return sizeof(c);
}

int main(void)
{
    static const uint32_t aligns[] = {4096, 16384, 65536, 0x200000, 0x1000000};
    char name[64];
    scratch();
    for (unsigned i = 0; i < ARRAY_SIZE(aligns); i++) {
        elf_init(&f);
        f.eh.e_type = ET_DYN;
        f.ph[0].p_vaddr = 0;
        f.eh.e_entry = ELF_BODY;
        f.ph[0].p_align = aligns[i];
        code(f.body, aligns[i]);
        snprintf(name, sizeof(name), "align 0x%x", aligns[i]);
        for (int k = 0; k < 3; k++)
            elf_run(name, &f, sizeof(f));
    }
    /* one that wants to start at an address of its own */
    f.ph[0].p_align = 4096;
    f.ph[0].p_vaddr = 0x7000000;
    f.eh.e_entry = 0x7000000 + ELF_BODY;
    code(f.body, 4096);
    elf_run("with an address", &f, sizeof(f));
    return t_end();
}
