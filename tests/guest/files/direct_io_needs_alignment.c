/* covers: open read write fcntl */
#include "t.h"

#ifndef O_DIRECT
#define O_DIRECT 040000
#endif

int main(void)
{
    char *buf = mmap(NULL, 8 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int fd;

    scratch();
    MUST(buf != MAP_FAILED);
    fd = open("f", O_RDWR | O_CREAT | O_DIRECT, 0600);
    show_ok("open", fd);
    if (fd < 0)
        return t_end();
    memset(buf, 'd', 2 * T_PAGE);
    show("aligned write", pwrite(fd, buf, 2 * T_PAGE, 0));
    show("aligned read", pread(fd, buf + 4 * T_PAGE, 2 * T_PAGE, 0));
    CHECK(memcmp(buf, buf + 4 * T_PAGE, 2 * T_PAGE) == 0);
    show("odd offset", pread(fd, buf, T_PAGE, 7));
    show("odd length", pread(fd, buf, 100, 0));
    show("odd address", pread(fd, buf + 3, T_PAGE, 0));
    show("flag", !!(fcntl(fd, F_GETFL) & O_DIRECT));
    return t_end();
}
