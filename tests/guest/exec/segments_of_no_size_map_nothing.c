/* covers: execve */
/* A segment without a byte is no page, wherever in one it begins. */
#include "elfmake.h"

int main(void)
{
    static struct elf_file f;
    /* exit_group(-write(1, 0x30000800, 1)) */
    static const uint8_t probe[] = {0xb8, 1, 0, 0,    0,    0xbf, 1,    0,    0,    0,    0xbe, 0, 8, 0, 0x30, 0xba, 1,
                                    0,    0, 0, 0x0f, 0x05, 0xf7, 0xd8, 0x89, 0xc7, 0xb8, 231,  0, 0, 0, 0x0f, 0x05};
    scratch();
    elf_init(&f);
    memcpy(f.body, probe, sizeof probe);
    f.eh.e_phnum = 2;
    for (unsigned flags = 0; flags < 8; flags++) {
        f.ph[1] = (Elf64_Phdr){
            .p_type = PT_LOAD, .p_flags = flags, .p_vaddr = 0x30000800, .p_offset = 0x800, .p_align = 4096};
        elf_write("prog", &f, sizeof f, 0755);
        elf_show("in the middle of a page", elf_try("./prog"));
    }
    f.ph[1].p_vaddr = 0x30000000;
    elf_write("prog", &f, sizeof f, 0755);
    elf_show("at its beginning", elf_try("./prog"));
    return t_end();
}
