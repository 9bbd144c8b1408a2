/* covers: mmap read write pread64 pwrite64 ftruncate */
#include "child.h"

int main(void)
{
    char *p, *q, *ro, c;
    int fd, fd2;
    scratch();
    MUST((fd = open("f", O_RDWR | O_CREAT, 0600)) >= 0);
    MUST(ftruncate(fd, 4 << 20) == 0);
    MUST((p = mmap(NULL, 4 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) != MAP_FAILED);
    MUST((fd2 = open("f", O_RDONLY)) >= 0);
    MUST((ro = mmap(NULL, 4 << 20, PROT_READ, MAP_SHARED, fd2, 0)) != MAP_FAILED);
    MUST((q = mmap(NULL, 2 * T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 3 << 20)) != MAP_FAILED);
    for (int i = 0; i < 4 << 20; i += 12345) {
        p[i] = (char) i;
        MUST(pread(fd2, &c, 1, i) == 1);
        CHECK(c == (char) i && ro[i] == (char) i);
        c = (char) (i + 1);
        MUST(pwrite(fd, &c, 1, i) == 1);
        CHECK(p[i] == c && ro[i] == c);
    }
    q[5] = 'q';
    CHECK(p[(3 << 20) + 5] == 'q' && ro[(3 << 20) + 5] == 'q');
    show_status("child writes", IN_CHILD({
                    p[77] = 'c';
                    q[T_PAGE] = 'd';
                }));
    CHECK(p[77] == 'c' && ro[(3 << 20) + T_PAGE] == 'd');
    /* a call that reads into the mapping of the very file */
    MUST(lseek(fd, 0, SEEK_SET) == 0);
    CHECK(read(fd2, p + 8192, 4096) == 4096);
    CHECK(memcmp(p, p + 8192, 4096) == 0);
    CHECK(pwrite(fd, p, 4096, 1 << 20) == 4096);
    CHECK(memcmp(p, ro + (1 << 20), 4096) == 0);
    return t_end();
}
