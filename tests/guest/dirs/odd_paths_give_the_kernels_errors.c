/* covers: openat newfstatat mkdirat unlinkat readlinkat faccessat */
#include "t.h"

int main(void)
{
    static const char *const paths[] = {
        ".",
        "..",
        "/",
        "//",
        "/..",
        "./",
        "a",
        "a/",
        "a/.",
        "a/..",
        "a//b",
        "a/b/",
        "a/b/.",
        "a/b/..",
        "file",
        "file/",
        "file/.",
        "file/..",
        "link",
        "link/",
        "link/.",
        "link/b",
        "flink",
        "flink/",
        "flink/x",
        "dangling",
        "dangling/",
        "dangling/x",
        "loop",
        "loop/",
        "loop/x",
        "none",
        "none/",
        "none/x",
        "none/..",
        "",
        "a/../file",
        "a/b/../../file",
        "/proc/self/cwd/file",
        "/proc/self/root/..",
        "/dev/fd/0",
        "/dev/null",
        "/dev/null/x",
        "a\n",
        "./././file",
    };
    struct stat st;
    int at;

    scratch();
    MUST(mkdir("a", 0755) == 0 && mkdir("a/b", 0755) == 0 && symlink("a", "link") == 0);
    MUST(symlink("nowhere", "dangling") == 0 && symlink("loop", "loop") == 0 && symlink("file", "flink") == 0);
    put_file("file", "x");
    at = open(".", O_PATH);
    MUST(at >= 0);
    for (unsigned i = 0; i < ARRAY_SIZE(paths); i++) {
        const char *p = paths[i];
        char link[256];
        int fd;

        printf("[%s]", strcmp(p, "a\n") ? p : "newline");
        printf(" stat %s", raw(newfstatat, at, p, &st, 0) < 0 ? errname(errno) : S_ISDIR(st.st_mode) ? "dir" : "other");
        printf(" lstat %s", raw(newfstatat, at, p, &st, AT_SYMLINK_NOFOLLOW) < 0 ? errname(errno)
                            : S_ISDIR(st.st_mode)                                ? "dir"
                            : S_ISLNK(st.st_mode)                                ? "link"
                                                                                 : "other");
        printf(" read %s", raw(readlinkat, at, p, link, sizeof(link)) < 0 ? errname(errno) : "ok");
        fd = (int) raw(openat, at, p, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
        printf(" open %s", fd < 0 ? errname(errno) : "ok");
        if (fd >= 0)
            close(fd);
        printf(" mkdir %s", raw(mkdirat, at, p, 0700) < 0 ? errname(errno) : "ok");
        printf(" rmdir %s", raw(unlinkat, at, p, AT_REMOVEDIR) < 0 ? errname(errno) : "ok");
        printf(" access %s\n", raw(faccessat, at, p, R_OK) < 0 ? errname(errno) : "ok");
        if (faccessat(at, "a/b", F_OK, 0) < 0) { /* a row removed it */
            mkdir("a", 0755);
            mkdir("a/b", 0755);
        }
    }
    return t_end();
}
