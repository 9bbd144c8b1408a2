/* covers: openat read */
#include <elf.h>

#include "t.h"

extern char **environ;

int main(void)
{
    unsigned char buf[4096];
    char **e = environ;
    while (*e)
        e++;
    Elf64_auxv_t *v = (Elf64_auxv_t *) (e + 1), *end = v;
    while (end->a_type != AT_NULL)
        end++;
    int fd = open("/proc/self/auxv", O_RDONLY);
    ssize_t n = read(fd, buf, sizeof(buf));
    size_t size = (size_t) ((char *) (end + 1) - (char *) v);
    CHECK(n >= (ssize_t) size);
    CHECK(memcmp(buf, v, size) == 0);
    for (ssize_t i = (ssize_t) size; i < n; i++)
        if (!CHECK(buf[i] == 0))
            break;
    CHECK(size / sizeof(*v) > 15);
    return t_end();
}
