/* covers: fcntl fork wait4 */
#include "t.h"

static long lock(int fd, int cmd, int type, off_t start, off_t len)
{
    struct flock fl = {.l_type = (short) type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};
    return fcntl(fd, cmd, &fl);
}

static void query(const char *what, int fd, int type, off_t start, off_t len, pid_t holder)
{
    struct flock fl = {.l_type = (short) type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};
    if (fcntl(fd, F_GETLK, &fl) < 0)
        show(what, -1);
    else if (fl.l_type == F_UNLCK)
        printf("%s: free\n", what);
    else
        printf("%s: type %d from %ld length %ld %s\n", what, fl.l_type, (long) fl.l_start, (long) fl.l_len,
               fl.l_pid == holder ? "holder right" : "holder wrong");
}

int main(void)
{
    struct flock bad = {.l_type = 77};
    int fd, ro, up[2], down[2];
    char c;
    pid_t pid, me = getpid();

    scratch();
    fd = open("f", O_RDWR | O_CREAT, 0600);
    ro = open("f", O_RDONLY);
    MUST(fd >= 0 && ro >= 0 && pipe(up) == 0 && pipe(down) == 0);
    show("write lock", lock(fd, F_SETLK, F_WRLCK, 10, 10));
    show("read lock", lock(fd, F_SETLK, F_RDLCK, 100, 0));
    show("own lock again", lock(fd, F_SETLK, F_RDLCK, 15, 2));
    query("own query", fd, F_WRLCK, 0, 0, me);
    pid = fork();
    if (pid == 0) {
        query("middle", fd, F_WRLCK, 12, 1, me);
        query("split read part", fd, F_WRLCK, 15, 1, me);
        query("shared reading", fd, F_RDLCK, 15, 1, me);
        query("tail", fd, F_WRLCK, 200, 5, me);
        query("free part", fd, F_WRLCK, 0, 10, me);
        show("conflict", lock(fd, F_SETLK, F_WRLCK, 0, 11));
        show("both read", lock(fd, F_SETLK, F_RDLCK, 300, 1));
        show("disjoint", lock(fd, F_SETLK, F_WRLCK, 0, 5));
        MUST(write(up[1], "r", 1) == 1);
        show("wait", lock(fd, F_SETLKW, F_WRLCK, 12, 1));
        _exit(0);
    }
    MUST(read(up[0], &c, 1) == 1);
    query("held by child", fd, F_WRLCK, 0, 5, pid);
    MUST(lock(fd, F_SETLK, F_UNLCK, 10, 10) == 0);
    show_wait("child", pid);
    query("freed by exit", fd, F_WRLCK, 0, 5, pid);
    pid = fork();
    if (pid == 0) {
        MUST(read(down[0], &c, 1) == 1);
        show("after close of another descriptor", lock(fd, F_SETLK, F_WRLCK, 100, 1));
        _exit(0);
    }
    close(ro);
    MUST(write(down[1], "g", 1) == 1);
    show_wait("child", pid);
    ro = open("f", O_RDONLY);
    show("write lock of read-only", lock(ro, F_SETLK, F_WRLCK, 0, 1));
    show("wrong type", fcntl(fd, F_SETLK, &bad));
    show("EFAULT", raw(fcntl, fd, F_SETLK, BAD_PTR));
    show("wait EFAULT", raw(fcntl, fd, F_SETLKW, BAD_KERNEL));
    show("before start", lock(fd, F_SETLK, F_WRLCK, -5, 2));
    show("of pipe", lock(up[0], F_SETLK, F_RDLCK, 0, 1));
    return t_end();
}
