/* covers: chmod fchmod fchmodat fchmodat2 umask */
#include "t.h"

static void mode(const char *what, const char *path, int flags)
{
    struct stat st;
    MUST(fstatat(AT_FDCWD, path, &st, flags) == 0);
    printf("%s: %o\n", what, st.st_mode);
}

int main(void)
{
    int fd, dir, path;

    scratch();
    put_file("file", "x");
    MUST(mkdir("dir", 0700) == 0 && symlink("file", "link") == 0);
    fd = open("file", O_RDONLY);
    path = open("file", O_PATH);
    dir = open(".", O_RDONLY);
    MUST(fd >= 0 && dir >= 0 && path >= 0);

    show("chmod", raw(chmod, "file", 0604));
    mode("file", "file", 0);
    show("fchmod", raw(fchmod, fd, 04751));
    mode("file", "file", 0);
    show("fchmodat", raw(fchmodat, dir, "link", 0640));
    mode("file through link", "file", 0);
    show("sticky directory", raw(chmod, "dir", 01777));
    mode("dir", "dir", 0);
    show("high bits", raw(chmod, "file", 0170644));
    mode("file", "file", 0);
    show("fchmodat2", raw(fchmodat2, dir, "file", 0600, 0));
    mode("file", "file", 0);
    show("fchmodat2 of link", raw(fchmodat2, dir, "link", 0600, AT_SYMLINK_NOFOLLOW));
    show("fchmodat2 empty path", raw(fchmodat2, path, "", 0666, AT_EMPTY_PATH));
    mode("file", "file", 0);
    show("fchmodat2 bad flag", raw(fchmodat2, dir, "file", 0600, 0x40000000));
    show("absent", raw(chmod, "absent", 0600));
    show("bad path", raw(chmod, BAD_PTR, 0600));
    show("bad fd", raw(fchmod, 99, 0600));
    show("of O_PATH", raw(fchmod, path, 0600));
    show("bad dirfd", raw(fchmodat, 99, "file", 0600));

    show("umask before", raw(umask, 0077));
    MUST(mkdir("private", 0777) == 0);
    mode("private", "private", 0);
    MUST(mkfifo("fifo", 0666) == 0);
    mode("fifo", "fifo", 0);
    show("umask again", raw(umask, 07777));
    show("umask keeps nine bits", raw(umask, 022));
    return t_end();
}
