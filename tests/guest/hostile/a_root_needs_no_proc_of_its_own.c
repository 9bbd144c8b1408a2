/* covers: chroot openat openat2 linkat execve name_to_handle_at */
/* sysroot: no (chroot is refused there) */
/* In a root of chroot(2), whatever the program has put on /proc outside, files are opened and executed by what they are. */
#include <linux/openat2.h>

#include "child.h"
#include "ownmounts.h"
#include "threads.h"

static void read_file(const char *way, int fd)
{
    char text[16] = "";

    show(way, fd < 0 ? -1 : read(fd, text, sizeof text - 1));
    printf("%s: %s\n", way, text);
    close(fd);
}

static void look(void)
{
    struct open_how how = {.flags = O_RDONLY, .resolve = RESOLVE_NO_XDEV};
    int root = open("/", O_PATH | O_DIRECTORY), fd;

    read_file("open", open("/x", O_RDONLY));
    read_file("link", open("/link", O_RDONLY));
    read_file("openat", openat(root, "x", O_RDONLY));
    read_file("openat2", (int) raw(openat2, root, "x", &how, sizeof how));
    show("made", fd = open("/new", O_RDWR | O_CREAT | O_EXCL, 0600));
    close(fd);
    show("there", open("/new", O_RDWR | O_CREAT | O_EXCL, 0600));
    show("linkat", linkat(AT_FDCWD, "/link", AT_FDCWD, "/second", AT_SYMLINK_FOLLOW) < 0 && errno != EEXIST ? -1 : 0);
    show("not followed", open("/link", O_RDONLY | O_NOFOLLOW));
    close(root);
}

static void *look_beside(void *arg)
{
    look();
    return arg;
}

int main(int argc, char **argv)
{
    char self[PATH_MAX] = "", link[64];

    if (argc > 1) {
        printf("started: %s\n", argv[1]);
        return 0;
    }
    MUST(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    if (!own_mounts())
        return 0;
    scratch();
    MUST(mkdir("root", 0755) == 0);
    copy_program(self, "root/program");
    put_file("root/x", "right");
    put_file("wrong", "wrong");
    MUST(symlink("x", "root/link") == 0);
    char *wrong = realpath("wrong", NULL);
    MUST(mount("none", "/proc", "tmpfs", 0, NULL) == 0);
    MUST(mkdir("/proc/thread-self", 0755) == 0 && mkdir("/proc/thread-self/fd", 0755) == 0);
    for (int i = 64; i < 2500; i++) {
        snprintf(link, sizeof link, "/proc/thread-self/fd/%d", i);
        MUST(symlink(wrong, link) == 0);
    }
    free(wrong);
    fflush(stdout);
    pid_t pid = fork();
    MUST(pid >= 0);
    if (pid == 0) {
        MUST(raw(chroot, "root") == 0);
        look();
        MUST(raw(unlinkat, AT_FDCWD, "/new", 0) == 0);
        thread_join(thread_start(look_beside, NULL));
        fflush(stdout);
        execl("/program", "program", "again", NULL);
        _exit(1);
    }
    show_wait("child", pid);
    return t_end();
}
