/* covers: mmap msync ftruncate */
#include "t.h"

int main(void)
{
    char *p, *q, buf[64];
    struct stat st;
    int fd;
    scratch();
    put_file("f", "0123456789");
    MUST((fd = open("f", O_RDWR)) >= 0);
    MUST((p = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) != MAP_FAILED);
    MUST((q = mmap(NULL, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0)) != MAP_FAILED);
    for (int i = 10; i < T_PAGE; i++)
        if (!CHECK(p[i] == 0 && q[i] == 0))
            break;
    p[9] = '!';
    p[10] = 'x';
    MUST(msync(p, T_PAGE, MS_SYNC) == 0);
    MUST(fstat(fd, &st) == 0);
    printf("size %ld\n", (long) st.st_size);
    show("read", pread(fd, buf, sizeof(buf), 0));
    CHECK(memcmp(buf, "012345678!", 10) == 0);
    return t_end();
}
