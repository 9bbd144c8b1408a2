/* covers: read write pread64 pwrite64 readv writev */
#include "t.h"
#include <sys/uio.h>

/* A buffer that runs into an inaccessible page: what is done before is what the kernel says was done. */
int main(void)
{
    static char text[3 * T_PAGE];
    char *edge = at_edge(100);
    struct iovec v[2];
    int fd, p[2];
    long r;

    scratch();
    memset(text, 't', sizeof(text));
    fd = open("f", O_RDWR | O_CREAT, 0600);
    MUST(fd >= 0 && write(fd, text, sizeof(text)) == sizeof(text));
    memset(edge, 'e', 100);

    show("exact read", raw(pread64, fd, edge, 100, 0));
    r = raw(pread64, fd, edge, 101, 0);
    show("read one over", r);
    CHECK(edge[0] == 't');
    show("exact write", raw(pwrite64, fd, edge, 100, 0));
    r = raw(pwrite64, fd, edge, 200, 0);
    show("write over", r);
    MUST(lseek(fd, 0, SEEK_SET) == 0);
    r = raw(read, fd, edge, 4000);
    show("read over", r);
    show("offset", lseek(fd, 0, SEEK_CUR));

    v[0] = (struct iovec){text, 50};
    v[1] = (struct iovec){edge, 150};
    show("readv over", raw(preadv, fd, v, 2, 0, 0));
    show("writev over", raw(pwritev, fd, v, 2, 0, 0));

    MUST(pipe2(p, O_NONBLOCK) == 0);
    show("pipe write over", raw(write, p[1], edge, 200));
    show("pipe write exact", raw(write, p[1], edge, 100));
    show("pipe read over", raw(read, p[0], edge, 4000));
    show("pipe left", read(p[0], text, sizeof(text)));

    MUST(mprotect((void *) ((uintptr_t) edge & ~4095ul), T_PAGE, PROT_READ) == 0);
    show("read into read-only", raw(pread64, fd, edge, 10, 0));
    show("write from read-only", raw(pwrite64, fd, edge, 10, 0));
    MUST(mprotect((void *) ((uintptr_t) edge & ~4095ul), T_PAGE, PROT_NONE) == 0);
    show("write from none", raw(pwrite64, fd, edge, 10, 0));
    return t_end();
}
