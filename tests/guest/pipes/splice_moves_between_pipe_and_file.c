/* covers: splice tee vmsplice */
#include "t.h"
#include <sys/uio.h>

int main(void)
{
    char buf[64] = "", mem[] = "from memory";
    struct iovec v[2] = {{mem, 5}, {mem + 5, 6}};
    int64_t off = 2;
    int in, out, a[2], b[2];

    scratch();
    put_file("in", "0123456789");
    in = open("in", O_RDONLY);
    out = open("out", O_RDWR | O_CREAT, 0600);
    MUST(in >= 0 && out >= 0 && pipe2(a, O_NONBLOCK) == 0 && pipe2(b, O_NONBLOCK) == 0);

    show("file to pipe", raw(splice, in, &off, a[1], NULL, 4, 0));
    printf("offset %ld\n", (long) off);
    show("position", lseek(in, 0, SEEK_CUR));
    show("file to pipe at position", raw(splice, in, NULL, a[1], NULL, 3, 0));
    show("tee", raw(tee, a[0], b[1], 5, 0));
    show("read copy", read(b[0], buf, sizeof(buf)));
    printf("%s\n", buf);
    off = 10;
    show("pipe to file", raw(splice, a[0], NULL, out, &off, 100, 0));
    printf("offset %ld\n", (long) off);
    show("pipe empty", raw(splice, a[0], NULL, out, NULL, 100, 2));
    show("vmsplice", raw(vmsplice, a[1], v, 2, 0));
    show("pipe to pipe", raw(splice, a[0], NULL, b[1], NULL, 100, 0));
    memset(buf, 0, sizeof(buf));
    show("read", read(b[0], buf, sizeof(buf)));
    printf("%s\n", buf);
    MUST(write(a[1], "out of pipe", 11) == 11);
    memset(buf, 0, sizeof(buf));
    v[0] = (struct iovec){buf, 3};
    v[1] = (struct iovec){buf + 3, 20};
    show("vmsplice from pipe", raw(vmsplice, a[0], v, 2, 0));
    printf("%s\n", buf);
    show("tee of empty", raw(tee, a[0], b[1], 5, 2));
    show("tee to itself", raw(tee, a[0], a[1], 5, 0));
    show("no pipe", raw(splice, in, NULL, out, NULL, 4, 0));
    show("offset of a pipe", raw(splice, in, NULL, a[1], &off, 4, 0));
    show("bad offset", raw(splice, in, BAD_PTR, a[1], NULL, 4, 0));
    show("bad flags", raw(splice, in, NULL, a[1], NULL, 4, 0x100));
    show("vmsplice bad array", raw(vmsplice, a[1], BAD_PTR, 1, 0));
    v[0] = (struct iovec){BAD_PTR, 4};
    show("vmsplice bad memory", raw(vmsplice, a[1], v, 1, 0));
    show("vmsplice of file", raw(vmsplice, in, v, 1, 0));
    show("tee bad fd", raw(tee, 99, a[1], 4, 0));
    return t_end();
}
