/* covers: madvise mincore */
#include "fault.h"

#define POPULATE_READ 22
#define POPULATE_WRITE 23

int main(void)
{
    char *p, *f;
    unsigned char vec[16];
    int fd;
    scratch();
    fault_catch();
    p = map_anon(16 * T_PAGE, PROT_READ | PROT_WRITE);
    show("populate for writing", madvise(p, 8 * T_PAGE, POPULATE_WRITE));
    MUST(mincore(p, 16 * T_PAGE, vec) == 0);
    CHECK((vec[0] & 1) && (vec[7] & 1) && !(vec[8] & 1));
    CHECK(p[0] == 0);
    show("populate for reading", madvise(p + 8 * T_PAGE, 8 * T_PAGE, POPULATE_READ));
    MUST(mprotect(p, T_PAGE, PROT_READ) == 0);
    show("read-only for writing", madvise(p, 2 * T_PAGE, POPULATE_WRITE));
    show("read-only for reading", madvise(p, 2 * T_PAGE, POPULATE_READ));
    MUST(mprotect(p, T_PAGE, PROT_NONE) == 0);
    show("none for reading", madvise(p, 2 * T_PAGE, POPULATE_READ));
    MUST(munmap(p, T_PAGE) == 0);
    show("a hole", madvise(p, 2 * T_PAGE, POPULATE_READ));

    MUST((fd = open("f", O_RDWR | O_CREAT, 0600)) >= 0);
    MUST(ftruncate(fd, T_PAGE) == 0);
    MUST((f = mmap(NULL, 2 * T_PAGE, PROT_READ, MAP_SHARED, fd, 0)) != MAP_FAILED);
    show("file", madvise(f, T_PAGE, POPULATE_READ));
    show("past its end", madvise(f, 2 * T_PAGE, POPULATE_READ));

    /* freed pages read as what was there or as zeros, and as what was written since */
    memset(p + T_PAGE, 7, 15 * T_PAGE);
    show("free", madvise(p + T_PAGE, 15 * T_PAGE, MADV_FREE));
    for (int i = 1; i < 16; i++)
        CHECK(p[i * T_PAGE] == 7 || p[i * T_PAGE] == 0);
    p[T_PAGE] = 9;
    CHECK(p[T_PAGE] == 9);
    return t_end();
}
