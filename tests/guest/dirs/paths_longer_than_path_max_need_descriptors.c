/* covers: mkdirat openat getcwd unlinkat chdir fchdir */
#include "t.h"

#define DEPTH 25

int main(void)
{
    static char name[201], path[6000], buf[8192];
    int start, fd;
    size_t n = 0;

    scratch();
    memset(name, 'd', 200);
    start = open(".", O_RDONLY);
    fd = dup(start);
    for (int i = 0; i < DEPTH; i++) {
        int next;
        MUST(mkdirat(fd, name, 0700) == 0);
        next = openat(fd, name, O_RDONLY | O_DIRECTORY);
        MUST(next >= 0);
        close(fd);
        fd = next;
        n += (size_t) snprintf(path + n, sizeof(path) - n, "%s/", name);
    }
    show("by one path", open(path, O_RDONLY));
    show("fchdir", fchdir(fd));
    show("create", openat(AT_FDCWD, "leaf", O_CREAT | O_RDWR, 0600) >= 0);
    show("getcwd", raw(getcwd, buf, sizeof(buf)));
    path[4095] = 0;
    show("4095 characters", open(path, O_RDONLY) >= 0 ? 0 : -1);
    path[4095] = '/';
    path[4096] = 0;
    show("4096 characters", open(path, O_RDONLY));
    MUST(unlink("leaf") == 0);
    for (int i = 0; i < DEPTH; i++) {
        MUST(chdir("..") == 0);
        MUST(rmdir(name) == 0);
    }
    return t_end();
}
