/* covers: openat2 */
#include "t.h"
#include <linux/openat2.h>

static void try(const char *name, int dirfd, const char *path, uint64_t flags, uint64_t resolve)
{
    struct open_how how = {.flags = flags, .mode = flags & O_CREAT ? 0600 : 0, .resolve = resolve};
    long fd;

    /* A rename or a mount anywhere on the system makes a confined ".." fail with EAGAIN: the manual page says to try again. */
    do
        fd = raw(openat2, dirfd, path, &how, sizeof(how));
    while (fd == -1 && errno == EAGAIN);
    show_ok(name, fd);
    if (fd >= 0)
        close(fd);
}

int main(void)
{
    char big[64] = "";
    struct open_how how = {.flags = O_RDONLY};
    int dir;

    scratch();
    MUST(mkdir("root", 0755) == 0 && mkdir("root/sub", 0755) == 0);
    put_file("root/file", "inside");
    put_file("outside", "outside");
    MUST(symlink("../outside", "root/escape") == 0);
    MUST(symlink("/file", "root/absolute") == 0);
    MUST(symlink("file", "root/plain") == 0);
    MUST(symlink("../file", "root/sub/up") == 0);
    dir = open("root", O_PATH | O_DIRECTORY);
    MUST(dir >= 0);

    try("plain", dir, "file", O_RDONLY, 0);
    try("escape", dir, "escape", O_RDONLY, 0);
    try("beneath", dir, "file", O_RDONLY, RESOLVE_BENEATH);
    try("beneath dotdot", dir, "../outside", O_RDONLY, RESOLVE_BENEATH);
    try("beneath escape", dir, "escape", O_RDONLY, RESOLVE_BENEATH);
    try("beneath absolute", dir, "absolute", O_RDONLY, RESOLVE_BENEATH);
    try("beneath absolute path", 99, "/file", O_RDONLY, RESOLVE_BENEATH);
    try("beneath up and down", dir, "sub/up", O_RDONLY, RESOLVE_BENEATH);
    try("beneath create", dir, "fresh", O_RDWR | O_CREAT, RESOLVE_BENEATH);
    try("in root dotdot", dir, "../file", O_RDONLY, RESOLVE_IN_ROOT);
    try("in root escape", dir, "escape", O_RDONLY, RESOLVE_IN_ROOT);
    try("in root absolute", dir, "absolute", O_RDONLY, RESOLVE_IN_ROOT);
    try("in root absolute path", dir, "/file", O_RDONLY, RESOLVE_IN_ROOT);
    try("no symlinks", dir, "file", O_RDONLY, RESOLVE_NO_SYMLINKS);
    try("no symlinks link", dir, "plain", O_RDONLY, RESOLVE_NO_SYMLINKS);
    try("no symlinks middle", dir, "sub/up", O_RDONLY, RESOLVE_NO_SYMLINKS);
    try("no magic links", AT_FDCWD, "/proc/self/cwd/outside", O_RDONLY, RESOLVE_NO_MAGICLINKS);
    try("magic links", AT_FDCWD, "/proc/self/cwd/outside", O_RDONLY, 0);
    try("no crossing", AT_FDCWD, "/proc/version", O_RDONLY, RESOLVE_NO_XDEV);
    try("beneath and in root", dir, "file", O_RDONLY, RESOLVE_BENEATH | RESOLVE_IN_ROOT);
    try("unknown resolve", dir, "file", O_RDONLY, 1u << 30);
    try("unknown flag", dir, "file", 1ull << 40, 0);

    how.mode = 0600;
    show("mode without create", raw(openat2, dir, "file", &how, sizeof(how)));
    how.mode = 0;
    show("short struct", raw(openat2, dir, "file", &how, 8));
    memcpy(big, &how, sizeof(how));
    show_ok("long struct of zeros", raw(openat2, dir, "file", big, sizeof(big)));
    big[40] = 1;
    show("long struct", raw(openat2, dir, "file", big, sizeof(big)));
    show("huge struct", raw(openat2, dir, "file", big, 1 << 20));
    show("bad struct", raw(openat2, dir, "file", BAD_PTR, sizeof(how)));
    show("bad path", raw(openat2, dir, BAD_PTR, &how, sizeof(how)));
    show("bad dirfd", raw(openat2, 99, "file", &how, sizeof(how)));
    return t_end();
}
