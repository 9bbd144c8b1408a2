/* covers: execveat */
#include <sys/prctl.h>

#include "child.h"

/* What a program is called that was executed by no path: by the name of its file. */
static void by(const char *what, int fd, int dir, const char *path)
{
    char *args[] = {"told", "told", NULL}, *env[] = {NULL};
    printf("%s: ", what);
    fflush(stdout);
    IN_CHILD(raw(execveat, fd >= 0 ? fd : dir, path, args, env, fd >= 0 ? AT_EMPTY_PATH : 0); puts(errname(errno)););
}

static int opened(const char *name)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    MUST(fd >= 0);
    return fd;
}

static void copy_to(int out)
{
    static char buf[65536];
    int in = opened("/proc/self/exe");
    ssize_t n;
    while ((n = read(in, buf, sizeof buf)) > 0)
        MUST(write(out, buf, (size_t) n) == n);
    close(in);
}

static void copy(const char *name)
{
    int out = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
    MUST(out >= 0);
    copy_to(out);
    close(out);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "told") == 0) {
        char name[17] = "", file[64] = "";
        prctl(PR_GET_NAME, name);
        get_file("/proc/self/comm", file, sizeof file);
        printf("%s, /proc/self/comm %s", name, file);
        return 0;
    }
    scratch();
    copy("plain");
    copy("a name of more than fifteen");
    copy("is not (deleted)");
    copy("goes");
    MUST(symlink("plain", "link") == 0 && mkdir("dir", 0755) == 0 && link("goes", "stays") == 0);
    int goes = opened("goes"), dir = opened("dir");
    MUST(unlink("goes") == 0);
    by("a file", opened("plain"), 0, "");
    by("through a link", opened("link"), 0, "");
    by("a long name", opened("a name of more than fifteen"), 0, "");
    by("a name like that of one that is gone", opened("is not (deleted)"), 0, "");
    by("one that is gone", goes, 0, "");
    put_file("script", "#!./plain told\n");
    MUST(chmod("script", 0755) == 0);
    by("a script: its interpreter", open("script", O_RDONLY), 0, "");
    by("a link by its path", -1, AT_FDCWD, "link");
    by("from a directory", -1, dir, "../link");
    int fd = memfd_create("one/two", MFD_CLOEXEC);
    MUST(fd >= 0);
    copy_to(fd);
    by("memory", fd, 0, "");
    by("a path in procfs", -1, AT_FDCWD, "/proc/self/exe");
    return t_end();
}
