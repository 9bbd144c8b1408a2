/* covers: execve chmod */
#include "elfmake.h"

static struct elf_file f;

static void mode(const char *name, mode_t m)
{
    elf_init(&f);
    elf_write("prog", &f, sizeof(f), m);
    elf_show(name, elf_try("./prog"));
}

int main(void)
{
    scratch();
    mode("for all", 0111);
    mode("for the owner", 0100);
    return t_end();
}
