/* covers: readlink readlinkat execve chdir */
#include "child.h"

static char *link_of(const char *path)
{
    static char buf[PATH_MAX];
    ssize_t n = readlink(path, buf, sizeof(buf) - 1);
    buf[n < 0 ? 0 : n] = 0;
    return buf;
}

int main(int argc, char **argv)
{
    char want[PATH_MAX], pid[32], path[PATH_MAX + 64];
    if (argc > 1) {
        printf("exe %s\n", strstr(link_of("/proc/self/exe"), argv[1]) ? "as expected" : link_of("/proc/self/exe"));
        return 0;
    }
    MUST(realpath(argv[0], want));
    CHECK(strcmp(link_of("/proc/self/exe"), want) == 0);
    sprintf(path, "/proc/%d/exe", getpid());
    CHECK(strcmp(link_of(path), want) == 0);
    sprintf(pid, "%d", getpid());
    CHECK(strcmp(link_of("/proc/self"), pid) == 0);
    sprintf(pid, "%d/task/%d", getpid(), (int) raw(gettid));
    CHECK(strcmp(link_of("/proc/thread-self"), pid) == 0);
    int exe = open("/proc/self/exe", O_RDONLY);
    char magic[4];
    CHECK(read(exe, magic, 4) == 4 && memcmp(magic, "\177ELF", 4) == 0);
    struct stat a, b;
    CHECK(stat("/proc/self/exe", &a) == 0 && stat(want, &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev);
    CHECK(lstat("/proc/self/exe", &a) == 0 && S_ISLNK(a.st_mode));

    scratch();
    CHECK(strcmp(link_of("/proc/self/cwd"), t_dir) == 0);
    printf("root %s\n", link_of("/proc/self/root"));
    CHECK(access("/proc/self/cwd/.", F_OK) == 0);
    CHECK(access("/proc/self/root/etc", F_OK) == 0);
    /* a copy under another name, through a link, and one that is gone */
    sprintf(path, "cp '%s' copy && ln -s copy alias", want);
    MUST(system(path) == 0);
    show_status("copy", IN_CHILD(execl("./copy", "x", "/copy", (char *) NULL)));
    show_status("through a link", IN_CHILD(execl("./alias", "x", "/copy", (char *) NULL)));
    show_status("by /proc/self/exe", IN_CHILD(execl("/proc/self/exe", "x", strrchr(want, '/'), (char *) NULL)));
    int fd = open("copy", O_RDONLY);
    MUST(unlink("copy") == 0);
    show_status("deleted", IN_CHILD({
                    char *args[] = {"x", "copy (deleted)", NULL}, *env[] = {NULL};
                    raw(execveat, fd, "", args, env, AT_EMPTY_PATH);
                }));
    MUST(rmdir("/proc/self/cwd") != 0);
    show("exe is no directory", readlink("/proc/self/exe/x", path, 10));
    show("buffer of nothing", readlink("/proc/self/exe", path, 0));
    show("short buffer", readlink("/proc/self/exe", path, 4));
    return t_end();
}
