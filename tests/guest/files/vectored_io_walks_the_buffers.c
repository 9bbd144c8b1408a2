/* covers: readv writev preadv pwritev preadv2 pwritev2 */
#include "t.h"
#include <sys/uio.h>

int main(void)
{
    char a[4] = "", b[5] = "", c[8] = "";
    struct iovec out[3] = {{"one", 3}, {"", 0}, {"two!", 4}};
    struct iovec in[3] = {{a, 3}, {b, 4}, {c, 7}};
    struct iovec bad[2] = {{a, 3}, {BAD_PTR, 4}};
    struct iovec many[1100];
    int fd;

    scratch();
    fd = open("f", O_RDWR | O_CREAT, 0600);
    MUST(fd >= 0);
    show("writev", raw(writev, fd, out, 3));
    show("pwritev", raw(pwritev, fd, out, 3, 7, 0));
    show("pwritev2 at offset", raw(pwritev2, fd, out, 1, 14, 0, 0));
    show("pwritev2 appends", raw(pwritev2, fd, out, 1, 0, 0, 0x10));
    show("pwritev2 at current", raw(pwritev2, fd, out, 1, -1, -1, 0));
    show("offset", lseek(fd, 0, SEEK_CUR));
    MUST(lseek(fd, 0, SEEK_SET) == 0);
    show("readv", raw(readv, fd, in, 3));
    printf("%.3s|%.4s|%.7s\n", a, b, c);
    show("preadv", raw(preadv, fd, in, 3, 4, 0));
    printf("%.3s|%.4s|%.7s\n", a, b, c);
    show("preadv2", raw(preadv2, fd, in, 2, 10, 0, 0));
    printf("%.3s|%.4s\n", a, b);
    show("preadv2 unknown flag", raw(preadv2, fd, in, 2, 0, 0, 0x40000000));
    show("offset", lseek(fd, 0, SEEK_CUR));
    show("short file", raw(preadv, fd, in, 3, 18, 0));
    show("negative offset", raw(preadv, fd, in, 3, -5, -1));
    show("no buffers", raw(readv, fd, in, 0));
    show("negative count", raw(readv, fd, in, -1));
    for (int i = 0; i < 1100; i++)
        many[i] = (struct iovec){a, 1};
    show("1024 buffers", raw(writev, fd, many, 1024));
    show("1025 buffers", raw(writev, fd, many, 1025));
    show("bad array", raw(readv, fd, BAD_PTR, 1));
    show("bad array at edge", raw(readv, fd, at_edge(sizeof(struct iovec)), 2));
    show("second bad, read", raw(preadv, fd, bad, 2, 0, 0));
    show("second bad, write", raw(pwritev, fd, bad, 2, 0, 0));
    bad[0].iov_base = BAD_KERNEL;
    show("first bad, read", raw(preadv, fd, bad, 2, 0, 0));
    in[0].iov_len = (size_t) -1;
    show("length too big", raw(readv, fd, in, 2));
    in[0].iov_len = 3;
    show("bad fd", raw(readv, 99, in, 2));
    show("writev to read only", (fd = open("f", O_RDONLY), raw(writev, fd, out, 1)));
    return t_end();
}
