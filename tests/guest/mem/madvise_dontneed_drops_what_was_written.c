/* covers: madvise mmap */
#include "fault.h"

int main(void)
{
    char *p, block[2 * T_PAGE];
    int fd;
    scratch();
    fault_catch();
    MUST((fd = open("f", O_RDWR | O_CREAT, 0600)) >= 0);
    memset(block, 'f', sizeof(block));
    MUST(write(fd, block, sizeof(block)) == (ssize_t) sizeof(block));

    p = map_anon(16 * T_PAGE, PROT_READ | PROT_WRITE);
    memset(p, 1, 16 * T_PAGE);
    show("anonymous", madvise(p + 2 * T_PAGE, 4 * T_PAGE, MADV_DONTNEED));
    for (int i = 0; i < 16; i++)
        CHECK(p[i * T_PAGE] == (i >= 2 && i < 6 ? 0 : 1));
    p[2 * T_PAGE] = 3;
    CHECK(p[2 * T_PAGE] == 3);
    MUST(mprotect(p + 8 * T_PAGE, T_PAGE, PROT_READ) == 0);
    MUST(mprotect(p + 9 * T_PAGE, T_PAGE, PROT_NONE) == 0);
    show("read-only and none", madvise(p + 8 * T_PAGE, 2 * T_PAGE, MADV_DONTNEED));
    CHECK(p[8 * T_PAGE] == 0);
    show_write("still read-only", p + 8 * T_PAGE);
    show_read("still none", p + 9 * T_PAGE);

    MUST((p = mmap(NULL, 2 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0)) != MAP_FAILED);
    memset(p, 2, 2 * T_PAGE);
    show("private file", madvise(p, T_PAGE, MADV_DONTNEED));
    CHECK(p[0] == 'f' && p[T_PAGE] == 2);

    MUST((p = mmap(NULL, 2 * T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) != MAP_FAILED);
    memset(p, 4, 2 * T_PAGE);
    show("shared file", madvise(p, 2 * T_PAGE, MADV_DONTNEED));
    CHECK(p[0] == 4 && p[T_PAGE] == 4);

    MUST((p = mmap(NULL, 2 * T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) != MAP_FAILED);
    memset(p, 5, 2 * T_PAGE);
    show("shared anonymous", madvise(p, 2 * T_PAGE, MADV_DONTNEED));
    CHECK(p[0] == 5);
    show("removed", madvise(p, T_PAGE, MADV_REMOVE));
    CHECK(p[0] == 0 && p[T_PAGE] == 5);

    /* large and again and again: what an allocator does */
    p = map_anon(16 << 20, PROT_READ | PROT_WRITE);
    for (int round = 1; round <= 5; round++) {
        size_t dirty = 0;
        for (size_t i = 0; i < 16 << 20; i += T_PAGE)
            dirty += p[i] != 0;
        CHECK(dirty == 0);
        for (size_t i = 0; i < 16 << 20; i += T_PAGE)
            p[i] = (char) round;
        CHECK(madvise(p, 16 << 20, MADV_DONTNEED) == 0);
    }
    return t_end();
}
