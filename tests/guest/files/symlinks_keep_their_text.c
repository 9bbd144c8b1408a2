/* covers: symlink symlinkat readlink readlinkat */
#include "t.h"

static void text(const char *what, long r, const char *buf)
{
    if (r < 0)
        show(what, r);
    else
        printf("%s: %ld %.*s\n", what, r, (int) r, buf);
}

int main(void)
{
    static char longtext[5000];
    char buf[128] = "";
    int dir, link;

    scratch();
    dir = open(".", O_RDONLY);
    show("symlink", raw(symlink, "some/where//./over/../the", "a"));
    text("readlink", raw(readlink, "a", buf, sizeof(buf)), buf);
    show("symlinkat", raw(symlinkat, "/absolute", dir, "b"));
    text("readlinkat", raw(readlinkat, dir, "b", buf, sizeof(buf)), buf);
    memset(buf, '#', sizeof(buf));
    text("cut short", raw(readlink, "a", buf, 4), buf);
    CHECK(buf[4] == '#');
    show("no room", raw(readlink, "a", buf, 0));
    show("negative room", raw(readlink, "a", buf, -1));
    link = open("b", O_PATH | O_NOFOLLOW);
    text("of O_PATH", raw(readlinkat, link, "", buf, sizeof(buf)), buf);
    show("existing", raw(symlink, "x", "a"));
    show("empty target", raw(symlink, "", "c"));
    memset(longtext, 'l', 4095);
    show("longest target", raw(symlink, longtext, "c"));
    longtext[4095] = 'l';
    show("longer target", raw(symlink, longtext, "d"));
    put_file("f", "x");
    show("readlink of file", raw(readlink, "f", buf, sizeof(buf)));
    show("readlink of absent", raw(readlink, "absent", buf, sizeof(buf)));
    show("readlink of empty", raw(readlink, "", buf, sizeof(buf)));
    show("readlinkat of directory", raw(readlinkat, dir, "", buf, sizeof(buf)));
    show("bad buffer", raw(readlink, "a", BAD_PTR, 10));
    show("bad path", raw(readlink, BAD_PTR, buf, 10));
    show("bad target", raw(symlink, BAD_PTR, "e"));
    show("bad name", raw(symlink, "e", BAD_KERNEL));
    show("bad dirfd", raw(symlinkat, "e", 99, "e"));
    show("buffer over the edge", raw(readlink, "a", at_edge(8), 100));
    return t_end();
}
