/* covers: copy_file_range */
#include "t.h"

int main(void)
{
    char buf[64] = "";
    off_t from = 2, to = 1;
    int in, out, ap, p[2];

    scratch();
    put_file("in", "0123456789abcdef");
    in = open("in", O_RDONLY);
    out = open("out", O_RDWR | O_CREAT, 0600);
    ap = open("out", O_WRONLY | O_APPEND);
    MUST(in >= 0 && out >= 0 && ap >= 0 && pipe(p) == 0);
    show("plain", raw(copy_file_range, in, NULL, out, NULL, 4, 0));
    show("in position", lseek(in, 0, SEEK_CUR));
    show("out position", lseek(out, 0, SEEK_CUR));
    show("with offsets", raw(copy_file_range, in, &from, out, &to, 2, 0));
    printf("offsets %ld %ld\n", (long) from, (long) to);
    show("in position", lseek(in, 0, SEEK_CUR));
    show("rest", raw(copy_file_range, in, NULL, out, NULL, 100, 0));
    show("at the end", raw(copy_file_range, in, NULL, out, NULL, 100, 0));
    show("size", get_file("out", buf, sizeof(buf)));
    printf("%s\n", buf);
    from = 0;
    to = 100;
    show("past the end of out", raw(copy_file_range, in, &from, out, &to, 3, 0));
    from = 0;
    to = 1;
    show("overlapping", raw(copy_file_range, out, &from, out, &to, 3, 0));
    show("flags", raw(copy_file_range, in, NULL, out, NULL, 4, 1));
    show("append", raw(copy_file_range, in, NULL, ap, NULL, 4, 0));
    show("to pipe", raw(copy_file_range, in, NULL, p[1], NULL, 4, 0));
    show("read-only out", raw(copy_file_range, out, NULL, in, NULL, 4, 0));
    show("bad in offset", raw(copy_file_range, in, BAD_PTR, out, NULL, 4, 0));
    show("bad out offset", raw(copy_file_range, in, NULL, out, BAD_PTR, 4, 0));
    show("bad fd", raw(copy_file_range, 99, NULL, out, NULL, 4, 0));
    return t_end();
}
