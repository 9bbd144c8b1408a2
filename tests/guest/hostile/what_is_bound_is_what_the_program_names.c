/* covers: mount openat */
/* sysroot: no (nothing of /proc is bound there) */
/* A bind mount of the program by its name in /proc is of the program; there is none of a descriptor that is not there. */
#include <sys/resource.h>

#include "ownmounts.h"

int main(int argc, char **argv)
{
    char self[PATH_MAX] = "";
    struct stat program, bound;
    struct rlimit limit;
    char path[64];
    int fd;

    if (argc < 2) {
        MUST(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
        if (!own_mounts())
            return 0;
        execl(self, argv[0], "again", NULL); /* whose file is in a mount of this namespace */
        return 1;
    }
    scratch();
    put_file("on", "");
    put_file("from", "text");
    MUST(stat("/proc/self/exe", &program) == 0);
    MUST(mount("/proc/self/exe", "on", NULL, MS_BIND, NULL) == 0);
    MUST(stat("on", &bound) == 0);
    CHECK(program.st_dev == bound.st_dev && program.st_ino == bound.st_ino);
    MUST(umount("on") == 0);
    MUST(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    const int soft = limit.rlim_cur > 4096 ? 4096 : limit.rlim_cur < 1024 ? 1024 : (int) limit.rlim_cur;
    for (int n = soft + 40; n < soft + 80; n++) { /* where a supervisor has its own, most of all */
        sprintf(path, "/proc/self/fd/%d", n);
        if (fcntl(n, F_GETFD) < 0)
            CHECK(mount(path, "on", NULL, MS_BIND, NULL) < 0 && errno == ENOENT);
    }
    MUST((fd = open("from", O_RDONLY)) >= 0);
    sprintf(path, "/proc/self/fd/%d", fd);
    show("own descriptor", mount(path, "on", NULL, MS_BIND, NULL));
    show("its size", stat("on", &bound) ? -1 : (long) bound.st_size);
    show("umount", umount("on"));
    show("bind of nothing", mount("/none", "on", NULL, MS_BIND, NULL));
    show("bind of no name", mount("", "on", NULL, MS_BIND, NULL));
    show("bind of no string", mount(NULL, "on", NULL, MS_BIND, NULL));
    show("bind of a bad one", mount((void *) -1l, "on", NULL, MS_BIND, NULL));
    show("move of no mount", mount("from", "on", NULL, MS_MOVE, NULL));
    show("move of nothing", mount("/none", "on", NULL, MS_MOVE, NULL));
    return t_end();
}
