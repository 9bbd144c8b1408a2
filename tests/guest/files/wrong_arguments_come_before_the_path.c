/* covers: statx newfstatat faccessat2 renameat2 utimensat mknodat unlinkat linkat symlinkat fchownat fchmodat2 inotify_add_watch
 * name_to_handle_at readlinkat */
/* Of several things that are wrong with a call the kernel names the one that it comes to first. */
#include "t.h"
#include <sys/inotify.h>

static void all(const char *what, int dir, const char *path)
{
    char buf[512] = {0};
    struct timespec times[2] = {{0, -1}, {0, 0}}, omit[2] = {{0, UTIME_OMIT}, {0, UTIME_OMIT}};
    int mount;

    printf("%s\n", what);
    show("statx", raw(statx, dir, path, 0x6000, 0xfff, buf));
    show("statx flags", raw(statx, dir, path, 1, 0xfff, buf));
    show("statx mask", raw(statx, dir, path, 0, 0x80000000, buf));
    show("newfstatat", raw(newfstatat, dir, path, buf, 1));
    show("faccessat2 mode", raw(faccessat2, dir, path, 8, 0));
    show("faccessat2 flags", raw(faccessat2, dir, path, 0, 1));
    show("renameat2 flags", raw(renameat2, dir, path, dir, path, 3));
    show("renameat2 from nowhere", raw(renameat2, dir, BAD_PTR, dir, path, 0));
    show("renameat2 to nowhere", raw(renameat2, dir, path, dir, BAD_PTR, 0));
    show("utimensat", raw(utimensat, dir, path, times, 0));
    show("utimensat flags", raw(utimensat, dir, path, 0, 1));
    show("utimensat of nothing", raw(utimensat, dir, path, omit, 0));
    show("mknodat directory", raw(mknodat, dir, path, S_IFDIR | 0600, 0));
    show("mknodat link", raw(mknodat, dir, path, S_IFLNK | 0600, 0));
    show("unlinkat", raw(unlinkat, dir, path, 1));
    show("linkat flags", raw(linkat, dir, path, dir, path, 1));
    show("linkat from nowhere", raw(linkat, dir, BAD_PTR, dir, path, 0));
    show("symlinkat to nothing", raw(symlinkat, "", dir, path));
    show("symlinkat to nowhere", raw(symlinkat, BAD_PTR, dir, path));
    show("fchownat", raw(fchownat, dir, path, 0, 0, 1));
    show("fchmodat2", raw(fchmodat2, dir, path, 0600, 1));
    show("inotify_add_watch mask", raw(inotify_add_watch, 99, path, 0));
    show("inotify_add_watch", raw(inotify_add_watch, 99, path, IN_CREATE));
    show("name_to_handle_at", raw(name_to_handle_at, dir, path, buf, &mount, 0x10));
    show("readlinkat", raw(readlinkat, dir, path, buf, 0));
}

int main(void)
{
    int file;

    scratch();
    put_file("file", "text");
    MUST(symlink("loop", "loop") == 0);
    MUST((file = open("file", O_RDONLY)) >= 0);
    all("absent", AT_FDCWD, "nothing/here");
    all("below a file", AT_FDCWD, "file/here");
    all("round and round", AT_FDCWD, "loop/here");
    all("closed", 98, "here");
    all("in a file", file, "here");
    all("empty", AT_FDCWD, "");
    return t_end();
}
