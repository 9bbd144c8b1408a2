/* covers: mknod mknodat */
#include "t.h"
#include <sys/sysmacros.h>

static void look(const char *path)
{
    struct stat st;
    if (lstat(path, &st) == 0)
        printf("%s: mode %o device %u:%u\n", path, st.st_mode, major(st.st_rdev), minor(st.st_rdev));
}

int main(void)
{
    int dir;

    scratch();
    umask(022);
    dir = open(".", O_RDONLY);
    show("fifo", raw(mknod, "fifo", S_IFIFO | 0666, 0));
    look("fifo");
    show("file", raw(mknodat, dir, "file", S_IFREG | 0640, 0));
    look("file");
    show("typeless", raw(mknod, "typeless", 0600, 0));
    look("typeless");
    show("socket", raw(mknod, "socket", S_IFSOCK | 0600, 0));
    look("socket");
    show("device", raw(mknodat, dir, "null", S_IFCHR | 0666, makedev(1, 3)));
    look("null");
    show("directory", raw(mknod, "dir", S_IFDIR | 0755, 0));
    show("link", raw(mknod, "link", S_IFLNK | 0755, 0));
    show("existing", raw(mknod, "fifo", S_IFIFO | 0666, 0));
    show("with slash", raw(mknod, "x/", S_IFIFO | 0666, 0));
    show("bad path", raw(mknod, BAD_PTR, S_IFIFO | 0666, 0));
    show("bad dirfd", raw(mknodat, 99, "x", S_IFIFO | 0666, 0));
    return t_end();
}
