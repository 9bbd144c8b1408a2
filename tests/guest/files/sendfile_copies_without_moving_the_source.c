/* covers: sendfile */
#include "t.h"

int main(void)
{
    char buf[64] = "";
    off_t off = 3;
    int in, out, p[2];

    scratch();
    put_file("in", "0123456789abcdef");
    in = open("in", O_RDONLY);
    out = open("out", O_RDWR | O_CREAT, 0600);
    MUST(in >= 0 && out >= 0 && pipe(p) == 0);
    show("with offset", raw(sendfile, out, in, &off, 5));
    printf("offset %ld\n", (long) off);
    show("source position", lseek(in, 0, SEEK_CUR));
    show("without offset", raw(sendfile, out, in, NULL, 4));
    show("source position", lseek(in, 0, SEEK_CUR));
    show("more than there is", raw(sendfile, out, in, NULL, 100));
    show("at the end", raw(sendfile, out, in, NULL, 100));
    show("to pipe", (off = 0, raw(sendfile, p[1], in, &off, 6)));
    show("from pipe", raw(sendfile, out, p[0], NULL, 6));
    show("size", get_file("out", buf, sizeof(buf)));
    printf("%s\n", buf);
    show("bad offset pointer", raw(sendfile, out, in, BAD_PTR, 4));
    off = -1;
    show("negative offset", raw(sendfile, out, in, &off, 4));
    show("bad in", raw(sendfile, out, 99, NULL, 4));
    show("bad out", raw(sendfile, 99, in, NULL, 4));
    show("read-only out", raw(sendfile, in, in, NULL, 4));
    show("write-only in", (close(in), in = open("in", O_WRONLY), raw(sendfile, out, in, NULL, 4)));
    return t_end();
}
