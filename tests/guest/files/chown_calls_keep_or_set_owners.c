/* covers: chown fchown lchown fchownat */
#include "t.h"

static void owner(const char *what, const char *path)
{
    struct stat st;
    MUST(lstat(path, &st) == 0);
    printf("%s: %s %s mode %o\n", what, st.st_uid == getuid() ? "mine" : "other's",
           st.st_gid == getgid() ? "mine" : "other's", st.st_mode);
}

int main(void)
{
    int fd, dir, path;

    scratch();
    put_file("file", "x");
    MUST(symlink("file", "link") == 0);
    fd = open("file", O_RDONLY);
    path = open("link", O_PATH | O_NOFOLLOW);
    dir = open(".", O_RDONLY);
    MUST(fd >= 0 && dir >= 0 && path >= 0);

    show("to nobody else", raw(chown, "file", -1, -1));
    owner("file", "file");
    show("to myself", raw(fchown, fd, getuid(), getgid()));
    show("to 4321", raw(chown, "file", 4321, 4321));
    owner("file", "file");
    show("back", raw(fchownat, dir, "file", getuid(), getgid(), 0));
    show("setuid bit", chmod("file", 06755));
    show("chown drops it", raw(chown, "file", getuid(), -1));
    owner("file", "file");
    show("lchown", raw(lchown, "link", 4321, -1));
    owner("link", "link");
    owner("file", "file");
    show("fchownat link", raw(fchownat, dir, "link", getuid(), -1, AT_SYMLINK_NOFOLLOW));
    owner("link", "link");
    show("fchownat empty path", raw(fchownat, path, "", -1, 4321, AT_EMPTY_PATH));
    owner("link", "link");
    show("bad flag", raw(fchownat, dir, "file", -1, -1, 0x40000000));
    show("absent", raw(chown, "absent", -1, -1));
    show("bad path", raw(chown, BAD_PTR, -1, -1));
    show("bad lpath", raw(lchown, BAD_KERNEL, -1, -1));
    show("bad fd", raw(fchown, 99, -1, -1));
    show("bad dirfd", raw(fchownat, 99, "x", -1, -1, 0));
    return t_end();
}
