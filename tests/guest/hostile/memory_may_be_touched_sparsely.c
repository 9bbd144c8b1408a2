/* covers: mmap */
/* translated: no (under the translator it takes minutes) */
/* A page here and there in a large reservation: the kernel counts pages, not distances. */
#include "t.h"

int main(void)
{
    const size_t size = 400ull << 30, step = 197ull << 20;
    char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    MUST(p != MAP_FAILED);
    madvise(p, size, MADV_NOHUGEPAGE);
    size_t n = 0;
    for (size_t at = 0; at < size; at += step, n++)
        p[at] = (char) n;
    for (size_t at = 0, i = 0; at < size; at += step, i++)
        if (p[at] != (char) i)
            CHECK(!"kept");
    show("pages", (long) n);
    pid_t pid = fork();
    if (pid == 0) {
        p[0] = 9;
        _exit(p[step] == 1 ? 0 : 1);
    }
    show_wait("child", pid);
    show("munmap", munmap(p, size));
    return t_end();
}
