/* covers: open read write fcntl */
#include "t.h"

#ifndef O_DIRECT
#define O_DIRECT 040000
#endif

#define LARGE (64ul << 20)

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
    /* Memory that is used from its end on is nowhere contiguous in a virtual machine. */
    int whole = 0, odd = 0;
    char *area = mmap(NULL, 8 * LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    MUST(area != MAP_FAILED);
    for (char *end = area + 8 * LARGE; end > area; end -= LARGE)
        end[-1] = 1;
    for (char *at = area - ((uintptr_t) area & (LARGE - 1)) + LARGE; at < area + 8 * LARGE - T_PAGE; at += LARGE) {
        whole += pread(fd, at - T_PAGE / 2, T_PAGE, 0) == T_PAGE && pwrite(fd, at - T_PAGE / 2, T_PAGE, 0) == T_PAGE;
        odd += pread(fd, at - 1000, T_PAGE, 0) < 0 && errno == EINVAL && pwrite(fd, at - 9, T_PAGE, 0) < 0 &&
               errno == EINVAL;
    }
    CHECK(whole >= 7);
    show("refused for their addresses", odd == whole ? 1 : odd ? -1 : 0);
    show("flag", !!(fcntl(fd, F_GETFL) & O_DIRECT));
    return t_end();
}
