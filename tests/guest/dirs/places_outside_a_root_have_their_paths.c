/* covers: chroot readlinkat getcwd */
/* sysroot: no (nothing is outside of a sysroot) */
/* Links of /proc and maps show what lies outside of the root of chroot(2) as it is called there; only getcwd(2) marks it. */
#include "child.h"

static char base[PATH_MAX];
static int proc;

static void show_path(const char *what, const char *path)
{
    size_t len = strlen(base);
    printf("%s: %s\n", what, strncmp(path, base, len) == 0 ? path + len : path);
}

static void show_link(const char *name)
{
    char path[64], buf[PATH_MAX] = "";
    snprintf(path, sizeof path, "self/%s", name);
    if (readlinkat(proc, path, buf, sizeof buf - 1) < 0)
        strcpy(buf, errname(errno));
    show_path(name, buf);
}

static void show_maps(void)
{
    static char text[1 << 16];
    int fd = openat(proc, "self/maps", O_RDONLY);
    ssize_t n = 0, r;
    while ((r = read(fd, text + n, sizeof text - 1 - (size_t) n)) > 0)
        n += r;
    char *end = strstr(text, "/outside file\n"), *start = end;
    MUST(end);
    end[strlen("/outside file")] = 0;
    while (start[-1] != ' ')
        start--;
    show_path("maps", start);
}

static void inside(int fd, int in)
{
    char buf[PATH_MAX] = "", fd_name[32];
    if (raw(chroot, "root") != 0)
        return;
    sprintf(fd_name, "fd/%d", fd);
    show_link(fd_name);
    sprintf(fd_name, "fd/%d", in);
    show_link(fd_name);
    show_link("cwd");
    MUST(readlinkat(proc, "self/exe", buf, sizeof buf - 1) > 0);
    CHECK(buf[0] == '/');
    show_maps();
    MUST(raw(getcwd, buf, sizeof buf) > 0);
    printf("getcwd: %.13s\n", buf);
    MUST(raw(chroot, ".") == 0);
    show_link("cwd");
}

int main(void)
{
    scratch();
    MUST(getcwd(base, sizeof base));
    put_file("outside file", "text");
    MUST(mkdir("root", 0755) == 0 && mkdir("root/sub", 0755) == 0);
    put_file("root/sub/file", "text");
    int fd = open("outside file", O_RDONLY), in = open("root/sub/file", O_RDONLY);
    MUST(fd >= 0 && in >= 0 && (proc = open("/proc", O_RDONLY | O_DIRECTORY)) >= 0);
    MUST(mmap(NULL, T_PAGE, PROT_READ, MAP_PRIVATE, fd, 0) != MAP_FAILED);
    MUST(geteuid() == 0 || raw(chroot, "root") < 0);
    if (geteuid() == 0)
        show_status("child", IN_CHILD(inside(fd, in)));
    return t_end();
}
