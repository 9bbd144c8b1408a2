/* covers: fcntl flock dup fork */
#include "t.h"
#include <sys/file.h>

#ifndef F_OFD_SETLK
#define F_OFD_GETLK 36
#define F_OFD_SETLK 37
#define F_OFD_SETLKW 38
#endif

static long ofd(int fd, int cmd, int type, off_t start, off_t len)
{
    struct flock fl = {.l_type = (short) type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};
    long r = fcntl(fd, cmd, &fl);
    if (r == 0 && cmd == F_OFD_GETLK)
        printf("type %d from %ld length %ld pid %d\n", fl.l_type, (long) fl.l_start, (long) fl.l_len, (int) fl.l_pid);
    return r;
}

int main(void)
{
    struct flock fl = {.l_type = F_WRLCK, .l_pid = 5};
    int a, b, copy;
    pid_t pid;

    scratch();
    a = open("f", O_RDWR | O_CREAT, 0600);
    b = open("f", O_RDWR);
    copy = dup(a);
    MUST(a >= 0 && b >= 0 && copy >= 0);
    show("lock", ofd(a, F_OFD_SETLK, F_WRLCK, 0, 10));
    show("same file again", ofd(copy, F_OFD_SETLK, F_WRLCK, 5, 10));
    show("other open", ofd(b, F_OFD_SETLK, F_WRLCK, 9, 1));
    show("who", ofd(b, F_OFD_GETLK, F_WRLCK, 0, 0));
    show("process lock", fcntl(b, F_SETLK, &fl));
    show("pid must be zero", fcntl(b, F_OFD_SETLK, &fl));
    pid = fork();
    if (pid == 0) {
        show("child has it too", ofd(a, F_OFD_SETLK, F_RDLCK, 0, 15));
        _exit(0);
    }
    show_wait("child", pid);
    show("read now shared", ofd(b, F_OFD_SETLK, F_RDLCK, 0, 1));
    close(a);
    show("a copy keeps it", ofd(b, F_OFD_SETLK, F_WRLCK, 14, 1));
    close(copy);
    show("all closed", ofd(b, F_OFD_SETLK, F_WRLCK, 0, 0));

    a = open("g", O_RDWR | O_CREAT, 0600);
    b = open("g", O_RDWR);
    copy = dup(a);
    show("flock", raw(flock, a, LOCK_EX));
    show("other open", raw(flock, b, LOCK_SH | LOCK_NB));
    show("copy is the same", raw(flock, copy, LOCK_SH | LOCK_NB));
    show("shared", raw(flock, b, LOCK_SH | LOCK_NB));
    show("upgrade", raw(flock, a, LOCK_EX | LOCK_NB));
    show("unlock", raw(flock, b, LOCK_UN));
    show("upgrade", raw(flock, a, LOCK_EX | LOCK_NB));
    pid = fork();
    if (pid == 0)
        _exit(raw(flock, copy, LOCK_UN) == 0 ? 0 : 1);
    show_wait("child unlocks", pid);
    show("free", raw(flock, b, LOCK_EX | LOCK_NB));
    show("bad operation", raw(flock, b, 99));
    show("closed", raw(flock, 99, LOCK_EX));
    return t_end();
}
