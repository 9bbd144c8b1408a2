/* covers: mkdir mkdirat rmdir unlinkat */
#include "t.h"

int main(void)
{
    struct stat st;
    int dir, fd;

    scratch();
    umask(022);
    show("mkdir", raw(mkdir, "a", 0777));
    MUST(stat("a", &st) == 0);
    printf("mode %o links %ld\n", st.st_mode, (long) st.st_nlink);
    dir = open("a", O_RDONLY);
    show("mkdirat", raw(mkdirat, dir, "b", 01700));
    MUST(stat("a/b", &st) == 0);
    printf("mode %o\n", st.st_mode);
    show("trailing slashes", raw(mkdir, "c///", 0755));
    show("existing", raw(mkdir, "a", 0755));
    show("existing with slash", raw(mkdir, "a/", 0755));
    show("dot", raw(mkdir, ".", 0755));
    show("no parent", raw(mkdir, "x/y", 0755));
    put_file("f", "");
    show("below file", raw(mkdir, "f/y", 0755));
    show("over file", raw(mkdir, "f", 0755));
    MUST(symlink("target", "dangling") == 0);
    show("over dangling link", raw(mkdir, "dangling", 0755));
    show("empty", raw(mkdir, "", 0755));
    show("bad path", raw(mkdir, BAD_PTR, 0755));
    show("bad dirfd", raw(mkdirat, 99, "x", 0755));
    fd = open("f", O_RDONLY);
    show("file as dirfd", raw(mkdirat, fd, "x", 0755));
    show("in proc", raw(mkdir, "/proc/x", 0755));

    show("rmdir full", raw(rmdir, "a"));
    show("rmdir", raw(rmdir, "a/b"));
    show("rmdir with slash", raw(rmdir, "c/"));
    show("rmdir dot", raw(rmdir, "."));
    show("rmdir dot inside", raw(rmdir, "a/."));
    show("rmdir dotdot", raw(rmdir, "a/.."));
    show("rmdir file", raw(rmdir, "f"));
    show("rmdir absent", raw(rmdir, "x"));
    show("rmdir bad path", raw(rmdir, BAD_KERNEL));
    show("rmdir open one", raw(rmdir, "a"));
    show("create in removed", raw(openat, dir, "x", O_CREAT | O_RDWR, 0600));
    show("mkdir in removed", raw(mkdirat, dir, "x", 0700));
    show("parent of removed", raw(openat, dir, "../f", O_RDONLY) >= 0);
    MUST(fstat(dir, &st) == 0);
    printf("links %ld\n", (long) st.st_nlink);
    return t_end();
}
