/* covers: chdir fchdir getcwd */
#include "t.h"

static const char *base;

static void where(const char *what)
{
    char buf[PATH_MAX];
    long r = raw(getcwd, buf, sizeof(buf));
    if (r < 0)
        show(what, r);
    else if (strncmp(buf, base, strlen(base)) == 0)
        printf("%s: base%s (%ld)\n", what, buf + strlen(base), r - (long) strlen(base));
    else
        printf("%s: %s (%ld)\n", what, buf, r);
}

int main(void)
{
    char buf[PATH_MAX];
    int fd, file;
    pid_t pid;

    base = scratch();
    MUST(mkdir("a", 0755) == 0 && mkdir("a/b", 0755) == 0 && symlink("a/b", "link") == 0);
    put_file("a/file", "x");
    fd = open(".", O_RDONLY);
    file = open("a/file", O_RDONLY);
    where("start");
    show("chdir", raw(chdir, "a"));
    where("below");
    show("relative", access("file", F_OK));
    show("through link", raw(chdir, "../link"));
    where("link resolved");
    show("dotdot", raw(chdir, ".."));
    where("up");
    show("fchdir", raw(fchdir, fd));
    where("back");
    show("to path descriptor", raw(fchdir, open("a", O_PATH)));
    where("a");
    show("root", raw(chdir, "/"));
    where("root");
    show("above root", raw(chdir, ".."));
    where("root");
    show("proc", raw(chdir, "/proc/self"));
    show("relative to proc", access("status", F_OK));
    MUST(fchdir(fd) == 0);
    show("file", raw(chdir, "a/file"));
    show("fchdir file", raw(fchdir, file));
    show("absent", raw(chdir, "none"));
    show("empty", raw(chdir, ""));
    show("bad path", raw(chdir, BAD_PTR));
    show("bad fd", raw(fchdir, 99));
    show("getcwd small", raw(getcwd, buf, 3));
    show("getcwd nothing", raw(getcwd, buf, 0));
    show("getcwd bad buffer", raw(getcwd, BAD_PTR, 100));
    pid = fork();
    if (pid == 0) {
        MUST(chdir("a/b") == 0);
        where("child");
        _exit(0);
    }
    show_wait("child", pid);
    where("parent");
    MUST(mkdir("gone", 0755) == 0 && chdir("gone") == 0 && rmdir("../gone") == 0);
    where("removed");
    show("create here", open("x", O_CREAT | O_RDWR, 0600));
    show("list here", open(".", O_RDONLY) >= 0);
    show("out again", raw(chdir, ".."));
    where("out");
    return t_end();
}
