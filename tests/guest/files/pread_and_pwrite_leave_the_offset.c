/* covers: pread64 pwrite64 lseek read write */
#include "t.h"

int main(void)
{
    char buf[16] = "";
    int fd;

    scratch();
    fd = open("f", O_RDWR | O_CREAT, 0600);
    MUST(fd >= 0);
    show("write", write(fd, "0123456789", 10));
    show("pwrite", pwrite(fd, "ab", 2, 4));
    show("offset", lseek(fd, 0, SEEK_CUR));
    show("pread", pread(fd, buf, 5, 3));
    printf("%s\n", buf);
    show("offset", lseek(fd, 0, SEEK_CUR));
    show("pread at end", pread(fd, buf, 5, 10));
    show("pread past end", pread(fd, buf, 5, 100));
    show("pread negative", pread(fd, buf, 5, -1));
    show("pwrite past end", pwrite(fd, "z", 1, 20));
    show("size", lseek(fd, 0, SEEK_END));
    show("pread hole", pread(fd, buf, 3, 14));
    CHECK(buf[0] == 0 && buf[1] == 0 && buf[2] == 0);
    show("pread EFAULT", raw(pread64, fd, BAD_PTR, 4, 0));
    show("pwrite EFAULT", raw(pwrite64, fd, BAD_KERNEL, 4, 0));
    show("read EFAULT", (lseek(fd, 0, SEEK_SET), raw(read, fd, BAD_HOLE, 4)));
    show("write EFAULT", raw(write, fd, BAD_PTR, 4));
    show("read none", raw(read, fd, BAD_PTR, 0));
    show("pread of bad fd", pread(77, buf, 1, 0));
    return t_end();
}
