/* covers: execve */
#include <sys/resource.h>

#include "elfmake.h"

/* Cut off after each number of bytes that could matter; equal neighbours are told together. */
int main(void)
{
    static struct elf_file f;
    int last = -1, from = 0, r = 0;
    struct rlimit none = {0, 0};
    char name[64];
    scratch();
    setrlimit(RLIMIT_CORE, &none);
    elf_init(&f);
    f.ph[1] = (Elf64_Phdr){.p_type = PT_LOAD,
                           .p_flags = PF_R | PF_W,
                           .p_vaddr = ELF_BASE + 0x10000,
                           .p_offset = 4096,
                           .p_filesz = 4096,
                           .p_memsz = 4096,
                           .p_align = 4096};
    f.eh.e_phnum = 2;
    f.ph[0].p_filesz = f.ph[0].p_memsz = 4096;
    int size = 0;
    for (; size <= (int) sizeof(f);) {
        elf_write("prog", &f, (size_t) size, 0755);
        r = elf_try("./prog");
        if (r != last && last >= 0) {
            snprintf(name, sizeof(name), "from %d bytes", from);
            elf_show(name, last);
        }
        if (r != last) {
            from = size;
            last = r;
        }
        /* each byte of the headers' ends, and steps elsewhere */
        bool edge =
            size < 20 || (size >= 62 && size < 66) || (size >= 118 && size < 122) || (size >= 174 && size < 178);
        size += edge ? 1 : size < 180 ? 2 : size < 700 ? 100 : 1024;
    }
    snprintf(name, sizeof(name), "from %d bytes", from);
    elf_show(name, last);
    return t_end();
}
