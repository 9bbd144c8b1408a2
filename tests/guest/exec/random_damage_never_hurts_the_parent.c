/* covers: execve */
#include <sys/resource.h>

#include "elfmake.h"

/* One header byte after the other takes odd values; the result is what Linux makes of it, told as a sum a field. */
int main(void)
{
    static struct elf_file f;
    static const uint8_t values[] = {0x01, 0x80, 0xff};
    struct rlimit none = {0, 0};
    scratch();
    setrlimit(RLIMIT_CORE, &none);
    for (size_t at = 16; at < 64 + 56; at += 4) {
        printf("byte %zu:", at);
        for (unsigned v = 0; v < ARRAY_SIZE(values); v++) {
            elf_init(&f);
            ((uint8_t *) &f)[at] = values[v];
            elf_write("prog", &f, sizeof(f), 0755);
            int r = elf_try("./prog");
            if (r >= 0x10000)
                printf(" %s", errname(r - 0x10000));
            else if (WIFSIGNALED(r))
                printf(" %s", signame(WTERMSIG(r)));
            else
                printf(" exit %d", WEXITSTATUS(r));
        }
        printf("\n");
    }
    return t_end();
}
