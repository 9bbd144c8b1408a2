/* covers: execve */
#include <sys/resource.h>

#include "elfmake.h"

static struct elf_file f;

#define TRY(name, ...)                                                                                                 \
    do {                                                                                                               \
        elf_init(&f);                                                                                                  \
        f.ph[1] = (Elf64_Phdr){.p_type = PT_LOAD,                                                                      \
                               .p_flags = PF_R | PF_W,                                                                 \
                               .p_vaddr = ELF_BASE + 0x100000,                                                         \
                               .p_memsz = 4096,                                                                        \
                               .p_filesz = 4096,                                                                       \
                               .p_offset = 4096,                                                                       \
                               .p_align = 4096};                                                                       \
        f.eh.e_phnum = 2;                                                                                              \
        Elf64_Phdr *a = &f.ph[0], *b = &f.ph[1];                                                                       \
        (void) a;                                                                                                      \
        (void) b;                                                                                                      \
        __VA_ARGS__;                                                                                                   \
        elf_run(name, &f, sizeof(f));                                                                                  \
    } while (0)

int main(void)
{
    struct rlimit none = {0, 0};
    scratch();
    setrlimit(RLIMIT_CORE, &none);
    TRY("good", (void) 0);
    TRY("memory of 2^63", b->p_memsz = 1ul << 63);
    TRY("memory of 2^47", b->p_memsz = 1ul << 47);
    TRY("memory of 2^46", b->p_memsz = 1ul << 46);
    TRY("memory of all", b->p_memsz = ~0ul);
    TRY("memory of almost all", b->p_memsz = ~0xffful);
    TRY("file of 2^63", b->p_filesz = 1ul << 63);
    TRY("file and memory of 2^63", b->p_filesz = b->p_memsz = 1ul << 63);
    TRY("more file than memory", b->p_filesz = 8192);
    TRY("file past the end", b->p_offset = 1 << 20);
    TRY("file at 2^63", b->p_offset = (1ul << 63));
    TRY("address wraps", (b->p_vaddr = ~0xffful, b->p_memsz = 8192));
    TRY("address in the kernel", b->p_vaddr = 0xffff800000000000ul);
    TRY("address at the top of user space", b->p_vaddr = 0x7ffffffff000ul - 4096);
    TRY("address past user space", b->p_vaddr = 0x800000000000ul);
    TRY("zero page", b->p_vaddr = 0);
    TRY("page one", b->p_vaddr = 4096);
    TRY("nothing at the zero page", (b->p_vaddr = 0, b->p_filesz = b->p_memsz = 0));
    TRY("address and offset disagree", b->p_vaddr += 8);
    TRY("not page-aligned", (b->p_vaddr += 8, b->p_offset += 8, b->p_filesz -= 8, b->p_memsz -= 8));
    TRY("alignment 3", b->p_align = 3);
    TRY("alignment 0", b->p_align = 0);
    TRY("alignment 2^63", b->p_align = 1ul << 63);
    TRY("no memory", (b->p_memsz = b->p_filesz = 0));
    TRY("no file", b->p_filesz = 0);
    TRY("overlapping, same bytes", (*b = *a));
    TRY("overlapping, over the code", (b->p_vaddr = ELF_BASE, b->p_flags = PF_R | PF_X));
    TRY("overlapping, partly", b->p_vaddr = ELF_BASE + 4096);
    TRY("descending", ({
            Elf64_Phdr t = *a;
            *a = *b;
            *b = t;
        }));
    TRY("first one is empty", (a->p_filesz = a->p_memsz = 0));
    TRY("interpreter of no bytes", (b->p_type = PT_INTERP, b->p_filesz = 0));
    TRY("interpreter name past the end", (b->p_type = PT_INTERP, b->p_offset = 1 << 20, b->p_filesz = 20));
    TRY("interpreter name without an end", (b->p_type = PT_INTERP, b->p_filesz = 20, memset(f.body, 'x', 8192)));
    TRY("interpreter name too long", (b->p_type = PT_INTERP, b->p_filesz = 5000));
    TRY("interpreter name huge", (b->p_type = PT_INTERP, b->p_filesz = 1ul << 40));
    TRY("two stacks", (b->p_type = PT_GNU_STACK, f.ph[2] = *b, f.eh.e_phnum = 3));
    TRY("unknown types", (b->p_type = 0x12345678, f.ph[2].p_type = 0x7fffffff, f.eh.e_phnum = 3));
    return t_end();
}
