/* covers: execve unshare mount */
/* In a mount namespace of its own a program puts what it likes on /proc: exec starts the named program all the same, and nothing else. */
#include "ownmounts.h"

int main(int argc, char **argv)
{
    char self[PATH_MAX] = "", link[64];

    if (getenv("ELFUSE_EXEC")) {
        puts("FAIL on the host");
        return 1;
    }
    if (argc > 1) {
        printf("started: %s\n", argv[1]);
        return 0;
    }
    MUST(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    if (!own_mounts())
        return 0;
    MUST(mount("none", "/proc", "tmpfs", 0, NULL) == 0);
    MUST(mkdir("/proc/thread-self", 0755) == 0 && mkdir("/proc/thread-self/fd", 0755) == 0);
    for (int i = 3; i < 64; i++) {
        snprintf(link, sizeof link, "/proc/thread-self/fd/%d", i);
        MUST(symlink(self, link) == 0);
    }
    copy_program(self, "/proc/thread-self/exe");
    execl(self, "program", "again", NULL);
    show("exec", -1);
    return 1;
}
