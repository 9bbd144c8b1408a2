/* covers: lseek pwrite64 ftruncate */
#include "t.h"

int main(void)
{
    int fd;

    scratch();
    fd = open("f", O_RDWR | O_CREAT, 0600);
    MUST(fd >= 0 && ftruncate(fd, 4 << 20) == 0);
    MUST(pwrite(fd, "data", 4, 1 << 20) == 4);
    MUST(pwrite(fd, "data", 4, 3 << 20) == 4);
    show("first data", lseek(fd, 0, SEEK_DATA));
    show("hole after it", lseek(fd, 1 << 20, SEEK_HOLE));
    show("next data", lseek(fd, 2 << 20, SEEK_DATA));
    show("hole at start", lseek(fd, 0, SEEK_HOLE));
    show("data past end", lseek(fd, 4 << 20, SEEK_DATA));
    show("no more data", lseek(fd, (3 << 20) + T_PAGE, SEEK_DATA));
    show("hole past end", lseek(fd, 5 << 20, SEEK_HOLE));
    show("far offset", lseek(fd, 1ll << 40, SEEK_SET));
    show("write there", write(fd, "far", 3));
    show("size", lseek(fd, 0, SEEK_END));
    return t_end();
}
