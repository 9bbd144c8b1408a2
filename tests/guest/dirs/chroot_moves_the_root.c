/* covers: chroot chdir openat stat readlink getcwd execve fork */
/* sysroot: no (a directory outside of a sysroot is no start) */
/* The root of a process and its children: absolute paths, links and `..` start and stop there, descriptors and the working directory from outside go on. */
#include "t.h"

static void say(const char *what, long r)
{
    printf("%s: %s\n", what, r < 0 ? strerror(errno) : "yes");
}

static void make_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    MUST(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t) strlen(text) && close(fd) == 0);
}

static void read_file(const char *path)
{
    char buf[64];
    int fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof buf - 1);
    printf("%s: %.*s\n", path, (int) (n < 0 ? 0 : n), n < 0 ? "" : buf);
    close(fd);
}

static void where(void)
{
    char buf[PATH_MAX];
    long n = syscall(SYS_getcwd, buf, sizeof buf);
    printf("cwd: %s\n", n < 0 ? strerror(errno) : strncmp(buf, "(unreachable)", 13) ? buf : "unreachable");
}

static int within(char **argv)
{
    char link[PATH_MAX];
    read_file("/name");
    where();
    ssize_t n = readlink("/proc/self/root", link, sizeof link);
    printf("procfs: %s\n", n < 0 ? strerror(errno) : "there");
    printf("argument %s\n", argv[2]);
    return 7;
}

static int clean(int outside)
{
    MUST(fchdir(outside) == 0);
    static const char *const made[] = {"new/sub/deep", "new/sub/name", "new/sub", "new/up", "new/absolute", "new/made",
                                       "new/name",     "new",          "closed",  "link",   "name"};
    for (size_t i = 0; i < ARRAY_SIZE(made); i++)
        MUST(remove(made[i]) == 0);
    return t_end();
}

int main(int argc, char **argv)
{
    if (argc > 2)
        return within(argv);
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    MUST(n > 0);
    self[n] = 0;
    int exe = open(self, O_RDONLY | O_CLOEXEC);
    MUST(mkdir("new", 0755) == 0 && mkdir("new/sub", 0755) == 0 && mkdir("closed", 0) == 0 &&
         mkdir("new/sub/deep", 0755) == 0);
    make_file("name", "outside");
    make_file("new/name", "inside");
    make_file("new/sub/name", "below");
    MUST(symlink("/name", "new/absolute") == 0 && symlink("../../../../name", "new/up") == 0 &&
         symlink("new", "link") == 0);
    say("no directory", raw(chroot, "name"));
    say("nothing", raw(chroot, "none"));
    say("empty", raw(chroot, ""));
    say("bad pointer", raw(chroot, (char *) 8));
    pid_t p = fork();
    if (p == 0) {
        MUST(geteuid() != 0 || setresuid(65534, 65534, 65534) == 0);
        say("without privilege", raw(chroot, "new"));
        say("not to be searched", raw(chroot, "closed"));
        say("nothing", raw(chroot, "none"));
        exit(0);
    }
    int status, outside = open(".", O_RDONLY | O_DIRECTORY);
    MUST(waitpid(p, &status, 0) == p && status == 0);

    if (geteuid() != 0)
        return clean(outside);
    long moved = raw(chroot, "link");
    say("chroot", moved);
    if (moved) /* and nothing below is made elsewhere */
        return clean(outside);
    read_file("/name");
    read_file("/absolute");
    read_file("/up");
    read_file("/../name");
    read_file("name"); /* the working directory is where it was */
    read_file("new/up");
    where();
    say("stat /etc/passwd", raw(access, "/etc/passwd", F_OK));
    say("stat /proc", raw(access, "/proc/self", F_OK));
    say("stat /dev", raw(access, "/dev/null", F_OK));
    int fd = openat(outside, "name", O_RDONLY);
    char buf[16] = "";
    MUST(read(fd, buf, sizeof buf - 1) > 0);
    printf("by a descriptor from outside: %s\n", buf);
    say("chdir", raw(chdir, "/"));
    where();
    read_file("name");
    read_file("../name");
    make_file("/made", "made");
    MUST(chdir("sub") == 0);
    where();
    read_file("../../../name");
    p = fork();
    if (p == 0) {
        say("nested", raw(chroot, "."));
        read_file("/name");
        read_file("../name");
        say("nested again", raw(chroot, "deep"));
        read_file("/name");
        read_file("/../name");
        read_file("name");
        exit(0);
    }
    MUST(waitpid(p, &status, 0) == p && status == 0);
    read_file("/name");
    fflush(stdout);
    p = fork();
    if (p == 0) {
        fexecve(exe, (char *[]){"x", "y", "z", NULL}, environ);
        exit(9);
    }
    MUST(waitpid(p, &status, 0) == p);
    printf("program: %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    /* Who may leave does. */
    MUST(fchdir(outside) == 0);
    say("out again", raw(chroot, "."));
    read_file("/name");
    read_file("/new/made");
    MUST(chdir("/") == 0);
    read_file("new/sub/name");
    return clean(outside);
}
