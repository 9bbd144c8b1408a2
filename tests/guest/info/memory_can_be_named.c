/* covers: prctl mmap */
#include "t.h"

int main(void)
{
    char *p = mmap(NULL, 4 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    long r;

    MUST(p != MAP_FAILED);
    r = raw(prctl, 0x53564d41, 0, p, T_PAGE, "buffer");
    show("name", r);
    show("unaligned", raw(prctl, 0x53564d41, 0, p + 1, T_PAGE, "buffer"));
    show("bad name", raw(prctl, 0x53564d41, 0, p, T_PAGE, "a]b"));
    show("name EFAULT", raw(prctl, 0x53564d41, 0, p, T_PAGE, BAD_PTR));
    show("take away", raw(prctl, 0x53564d41, 0, p, T_PAGE, 0));
    show("unmapped", (munmap(p, 4 * T_PAGE), raw(prctl, 0x53564d41, 0, p, T_PAGE, "buffer")));
    return t_end();
}
