/* covers: mmap write read */
/* Shared memory where only a privileged program can map any: calls still find nothing where nothing is. */
#include "t.h"

int main(void)
{
    char *bad = mmap(NULL, 1ul << 30, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0), text[8];
    int fds[2];
    MUST(bad != MAP_FAILED && munmap(bad, 1ul << 30) == 0 && pipe(fds) == 0);
    bad += 256ul << 20;
    for (uintptr_t at = 0x1000; at < 0x200000; at *= 2) {
        char *p = mmap((void *) at, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        if (p == (char *) at) /* refused to who is not privileged */
            memcpy(p, "secret", 7);
    }
    show("write", write(fds[1], bad, 4));
    show("write at an offset", write(fds[1], bad + 2, 4));
    MUST(write(fds[1], "abcd", 4) == 4);
    show("read", read(fds[0], bad, 4));
    show("read all the same", read(fds[0], text, 4));
    return t_end();
}
