/* Memory that is moved while there is no room for a second copy of it: it is where it was, whole, or where it should be. The lower part, a few
 * pages beside the rest, is copied first. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { MIB = 1 << 20 };

int main(int argc, char **argv)
{
    const int flags =
        MREMAP_MAYMOVE | MREMAP_FIXED | (argc > 1 && strcmp(argv[1], "stays") == 0 ? MREMAP_DONTUNMAP : 0);
    const size_t low = 4 * MIB, size = low + 256 * MIB;
    char *const p = (char *) 0x200003c00000, *const to =
                                                 (char *) 0x210003c00000; /* so far below 64 MiB, which come at once */
    if (mmap(p, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != p)
        return 2;
    memset(p + low, 'b', size - low);
    memset(p, 'a', low);
    const char *at = mremap(p, size, size, flags, to) == to ? to : p;
    const int error = at == p ? errno : 0;
    for (size_t i = 0; i < size; i++) {
        if (at[i] != (i < low ? 'a' : 'b')) {
            printf("byte %zu is lost\n", i);
            return 1;
        }
    }
    puts(error ? strerror(error) : "moved");
    return 0;
}
