/* covers: execveat */
/* AT_EXECVE_CHECK (Linux 6.14) only says whether a file may be executed. */
#include "child.h"

enum { CHECK_ONLY = 0x10000 };
static char *args[] = {"x", NULL};

static void check(const char *name, int dir, const char *path, int flags)
{
    show(name, raw(execveat, dir, path, args, args + 1, flags | CHECK_ONLY));
}

int main(void)
{
    int fd, data;
    scratch();
    put_file("plain", "#!/bin/sh\n");
    put_file("rights", "no program at all");
    MUST(chmod("plain", 0644) == 0 && chmod("rights", 0755) == 0 && mkdir("dir", 0755) == 0);
    MUST(symlink("rights", "link") == 0 && (fd = open("rights", O_PATH)) >= 0 && (data = open("plain", O_RDONLY)) >= 0);
    check("itself", AT_FDCWD, "/proc/self/exe", 0);
    check("one with rights", AT_FDCWD, "rights", 0);
    check("one without", AT_FDCWD, "plain", 0);
    check("directory", AT_FDCWD, "dir", 0);
    check("absent", AT_FDCWD, "absent", 0);
    check("link", AT_FDCWD, "link", 0);
    check("link, not followed", AT_FDCWD, "link", AT_SYMLINK_NOFOLLOW);
    check("descriptor", fd, "", AT_EMPTY_PATH);
    check("descriptor of one without", data, "", AT_EMPTY_PATH);
    check("no path", fd, "", 0);
    check("bad descriptor", 99, "", AT_EMPTY_PATH);
    check("unknown flag", AT_FDCWD, "rights", 1 << 20);
    show("bad path", raw(execveat, AT_FDCWD, BAD_PTR, args, args + 1, CHECK_ONLY));
    show("bad vector", raw(execveat, AT_FDCWD, "rights", BAD_PTR, args + 1, CHECK_ONLY));
    show("no vectors", raw(execveat, AT_FDCWD, "rights", NULL, NULL, CHECK_ONLY));
    return t_end();
}
