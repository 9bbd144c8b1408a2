/* covers: msync */
#include "t.h"

int main(void)
{
    char *p, c;
    int fd;
    scratch();
    MUST((fd = open("f", O_RDWR | O_CREAT, 0600)) >= 0);
    MUST(ftruncate(fd, 8 * T_PAGE) == 0);
    MUST((p = mmap(NULL, 8 * T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) != MAP_FAILED);
    p[3 * T_PAGE] = 'x';
    show("sync", msync(p, 8 * T_PAGE, MS_SYNC));
    MUST(pread(fd, &c, 1, 3 * T_PAGE) == 1);
    CHECK(c == 'x');
    show("async", msync(p, T_PAGE, MS_ASYNC));
    show("invalidate", msync(p, T_PAGE, MS_INVALIDATE));
    show("none", msync(p, T_PAGE, 0));
    show("sync and async", msync(p, T_PAGE, MS_SYNC | MS_ASYNC));
    show("unknown flag", msync(p, T_PAGE, 64));
    show("not aligned", msync(p + 1, T_PAGE, MS_SYNC));
    show("zero length", msync(p, 0, MS_SYNC));
    show("odd length", msync(p, 5000, MS_SYNC));
    show("wraps", msync(p, ~0ul, MS_SYNC));
    MUST(munmap(p + 4 * T_PAGE, T_PAGE) == 0);
    show("over a hole", msync(p, 8 * T_PAGE, MS_SYNC));
    show("a hole", msync(p + 4 * T_PAGE, T_PAGE, MS_ASYNC));
    show("nothing there", msync((void *) 0x210000000000ul, T_PAGE, MS_SYNC));
    MUST(mlock(p, T_PAGE) == 0);
    show("invalidate what is locked", msync(p, T_PAGE, MS_INVALIDATE));
    MUST((p = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) != MAP_FAILED);
    show("anonymous", msync(p, T_PAGE, MS_SYNC));
    return t_end();
}
