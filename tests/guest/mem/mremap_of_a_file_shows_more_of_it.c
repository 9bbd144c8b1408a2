/* covers: mremap mmap pwrite64 */
#include "fault.h"

int main(void)
{
    char *p, *q, block[T_PAGE];
    int fd;
    scratch();
    fault_catch();
    MUST((fd = open("f", O_RDWR | O_CREAT, 0600)) >= 0);
    for (int i = 0; i < 8; i++) {
        memset(block, 'a' + i, T_PAGE);
        MUST(pwrite(fd, block, T_PAGE, i * T_PAGE) == T_PAGE);
    }
    MUST((p = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 2 * T_PAGE)) != MAP_FAILED);
    q = mremap(p, T_PAGE, 4 * T_PAGE, MREMAP_MAYMOVE);
    MUST(q != MAP_FAILED);
    CHECK(q[0] == 'c' && q[T_PAGE] == 'd' && q[3 * T_PAGE] == 'f');
    q[T_PAGE] = 'D';
    MUST(pread(fd, block, 1, 3 * T_PAGE) == 1);
    CHECK(block[0] == 'D');

    MUST((p = mmap(NULL, 2 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0)) != MAP_FAILED);
    p[0] = 'A';
    q = mremap(p, 2 * T_PAGE, 10 * T_PAGE, MREMAP_MAYMOVE);
    MUST(q != MAP_FAILED);
    CHECK(q[0] == 'A' && q[1] == 'a' && q[T_PAGE] == 'b' && q[7 * T_PAGE] == 'h');
    show_read("past the end of the file", q + 8 * T_PAGE);
    MUST(pread(fd, block, 1, 0) == 1);
    CHECK(block[0] == 'a');
    return t_end();
}
