/* covers: execve */
#include <sys/resource.h>

#include "elfmake.h"

static struct elf_file f;

#define TRY(name, change)                                                                                              \
    do {                                                                                                               \
        elf_init(&f);                                                                                                  \
        change;                                                                                                        \
        elf_run(name, &f, sizeof(f));                                                                                  \
    } while (0)

int main(void)
{
    struct rlimit none = {0, 0};
    scratch();
    setrlimit(RLIMIT_CORE, &none);
    TRY("good", (void) 0);
    TRY("no magic", f.eh.e_ident[0] = 0x7e);
    TRY("class 32", f.eh.e_ident[EI_CLASS] = ELFCLASS32);
    TRY("class 0", f.eh.e_ident[EI_CLASS] = 0);
    TRY("big endian", f.eh.e_ident[EI_DATA] = ELFDATA2MSB);
    TRY("ident version", f.eh.e_ident[EI_VERSION] = 9);
    TRY("other system", f.eh.e_ident[EI_OSABI] = 9);
    TRY("version", f.eh.e_version = 77);
    TRY("machine 386", f.eh.e_machine = EM_386);
    TRY("machine arm", f.eh.e_machine = EM_ARM);
    TRY("machine 0", f.eh.e_machine = 0);
    TRY("relocatable", f.eh.e_type = ET_REL);
    TRY("core", f.eh.e_type = ET_CORE);
    TRY("type 0", f.eh.e_type = 0);
    TRY("header size", f.eh.e_ehsize = 7);
    TRY("no program headers", f.eh.e_phnum = 0);
    TRY("program header size 55", f.eh.e_phentsize = 55);
    TRY("program header size 64", f.eh.e_phentsize = 64);
    TRY("many program headers", f.eh.e_phnum = 146);
    TRY("too many program headers", f.eh.e_phnum = 1171);
    TRY("program headers past the end", f.eh.e_phoff = 1 << 20);
    TRY("program headers at 2^63", f.eh.e_phoff = 1ul << 63);
    TRY("program headers at the very top", f.eh.e_phoff = ~0ul);
    TRY("program headers not aligned", (memmove((char *) &f + 67, f.ph, sizeof(Elf64_Phdr)), f.eh.e_phoff = 67));
    TRY("section headers nowhere", (f.eh.e_shoff = ~0ul, f.eh.e_shnum = 77));
    TRY("nothing to load", f.ph[0].p_type = PT_NOTE);
    TRY("entry 0", f.eh.e_entry = 0);
    TRY("entry in the kernel", f.eh.e_entry = 0xffff800000000000ul);
    TRY("entry nowhere", f.eh.e_entry = 0x20000000);
    TRY("entry behind a hole", f.eh.e_entry = ELF_BASE + 0x100000);
    TRY("not executable", f.ph[0].p_flags = PF_R);
    TRY("no rights", f.ph[0].p_flags = 0);
    TRY("executable only", f.ph[0].p_flags = PF_X);
    TRY("all rights", f.ph[0].p_flags = PF_R | PF_W | PF_X);
    TRY("unknown rights", f.ph[0].p_flags = PF_R | PF_X | 0x100);
    return t_end();
}
