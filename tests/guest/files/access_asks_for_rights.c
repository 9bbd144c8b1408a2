/* covers: access faccessat faccessat2 */
#include "t.h"

int main(void)
{
    int dir, fd;

    scratch();
    put_file("file", "x");
    put_file("script", "x");
    chmod("script", 0755);
    put_file("none", "x");
    chmod("none", 0);
    MUST(symlink("nowhere", "dangling") == 0);
    dir = open(".", O_PATH);
    fd = open("script", O_PATH);
    MUST(dir >= 0 && fd >= 0);

    show("exists", raw(access, "file", F_OK));
    show("read write", raw(access, "file", R_OK | W_OK));
    show("execute", raw(access, "file", X_OK));
    show("execute script", raw(access, "script", X_OK));
    show("execute directory", raw(access, ".", X_OK));
    show("read none", raw(access, "none", R_OK));
    show("execute none", raw(access, "none", X_OK));
    show("absent", raw(access, "absent", F_OK));
    show("bad mode", raw(access, "file", 8));
    show("bad path", raw(access, BAD_PTR, F_OK));
    show("dangling", raw(access, "dangling", F_OK));
    show("at", raw(faccessat, dir, "file", R_OK));
    show("at bad dirfd", raw(faccessat, 99, "file", R_OK));
    show("at file as directory", raw(faccessat, fd, "file", R_OK));
    show("at2", raw(faccessat2, dir, "file", R_OK, 0));
    show("at2 dangling", raw(faccessat2, dir, "dangling", F_OK, AT_SYMLINK_NOFOLLOW));
    show("at2 effective", raw(faccessat2, dir, "script", X_OK, AT_EACCESS));
    show("at2 empty path", raw(faccessat2, fd, "", X_OK, AT_EMPTY_PATH));
    show("at2 empty path alone", raw(faccessat2, fd, "", X_OK, 0));
    show("at2 bad flag", raw(faccessat2, dir, "file", R_OK, 0x40000000));
    show("at2 bad path", raw(faccessat2, dir, BAD_HOLE, R_OK, 0));
    return t_end();
}
