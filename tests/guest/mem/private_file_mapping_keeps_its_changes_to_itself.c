/* covers: mmap pread64 pwrite64 */
#include "t.h"

int main(void)
{
    char *p, *q, block[T_PAGE];
    int fd;
    scratch();
    MUST((fd = open("f", O_RDWR | O_CREAT, 0600)) >= 0);
    for (int i = 0; i < 6; i++) {
        memset(block, '0' + i, T_PAGE);
        MUST(write(fd, block, T_PAGE) == T_PAGE);
    }
    MUST((p = mmap(NULL, 6 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0)) != MAP_FAILED);
    MUST((q = mmap(NULL, 3 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 2 * T_PAGE)) != MAP_FAILED);
    p[2 * T_PAGE] = 'p';
    CHECK(p[2 * T_PAGE + 1] == '2');
    CHECK(q[0] == '2');
    q[1] = 'q';
    CHECK(p[2 * T_PAGE + 1] == '2');
    MUST(pread(fd, block, 2, 2 * T_PAGE) == 2);
    CHECK(block[0] == '2' && block[1] == '2');
    /* a page that nobody wrote shows what the file holds now */
    MUST(pwrite(fd, "W", 1, 4 * T_PAGE) == 1);
    CHECK(p[4 * T_PAGE] == 'W' && q[2 * T_PAGE] == 'W');
    /* one that was written does not */
    MUST(pwrite(fd, "X", 1, 2 * T_PAGE + 9) == 1);
    CHECK(p[2 * T_PAGE + 9] == '2');
    close(fd);
    MUST(unlink("f") == 0);
    CHECK(p[5 * T_PAGE] == '5' && q[0] == '2');
    return t_end();
}
