/* covers: link linkat unlink unlinkat */
#include "t.h"

static void links(const char *path)
{
    struct stat st;
    MUST(lstat(path, &st) == 0);
    printf("%s: links %ld type %o\n", path, (long) st.st_nlink, st.st_mode & S_IFMT);
}

int main(void)
{
    char buf[16] = "", self[64];
    int dir, fd;

    scratch();
    put_file("a", "shared");
    MUST(mkdir("d", 0755) == 0 && symlink("a", "s") == 0);
    dir = open("d", O_RDONLY);
    fd = open("a", O_RDONLY);
    show("link", raw(link, "a", "b"));
    links("a");
    show("linkat", raw(linkat, AT_FDCWD, "a", dir, "c", 0));
    links("d/c");
    show("link of symlink", raw(link, "s", "t"));
    links("t");
    show("linkat follows", raw(linkat, AT_FDCWD, "s", AT_FDCWD, "u", AT_SYMLINK_FOLLOW));
    links("u");
    snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
    show("through proc", raw(linkat, AT_FDCWD, self, AT_FDCWD, "v", AT_SYMLINK_FOLLOW));
    links("v");
    MUST(symlink("nowhere", "dangling") == 0);
    show("onto a symlink", raw(linkat, AT_FDCWD, "s", AT_FDCWD, "dangling", AT_SYMLINK_FOLLOW));
    show("what that names", raw(access, "nowhere", F_OK));
    show("existing", raw(link, "a", "b"));
    show("directory", raw(link, "d", "e"));
    show("absent", raw(link, "absent", "e"));
    show("to absent directory", raw(link, "a", "absent/e"));
    show("bad flags", raw(linkat, AT_FDCWD, "a", AT_FDCWD, "e", 1));
    show("bad old", raw(link, BAD_PTR, "e"));
    show("bad new", raw(link, "a", BAD_PTR));
    show("bad dirfd", raw(linkat, 99, "a", AT_FDCWD, "e", 0));
    show("other filesystem", raw(link, "/proc/version", "e"));

    show("unlink", raw(unlink, "a"));
    show("unlinkat", raw(unlinkat, dir, "c", 0));
    links("b");
    show("read removed name", read(fd, buf, 16));
    show("unlink directory", raw(unlink, "d"));
    show("unlinkat directory", raw(unlinkat, AT_FDCWD, "d", 0));
    show("unlinkat removes directory", raw(unlinkat, AT_FDCWD, "d", AT_REMOVEDIR));
    show("remove file as directory", raw(unlinkat, AT_FDCWD, "b", AT_REMOVEDIR));
    show("unlink absent", raw(unlink, "a"));
    show("unlink bad flag", raw(unlinkat, AT_FDCWD, "b", 1));
    show("unlink bad path", raw(unlink, BAD_PTR));
    show("unlink with slash", raw(unlink, "b/"));
    show("unlink empty", raw(unlink, ""));
    return t_end();
}
