/* covers: fcntl open rt_sigtimedwait */
#include "t.h"

#ifndef F_SETLEASE
#define F_SETLEASE 1024
#define F_GETLEASE 1025
#define F_NOTIFY 1026
#endif

int main(void)
{
    struct timespec wait = {10, 0};
    sigset_t set;
    int fd, dir;
    pid_t pid;

    scratch();
    sigemptyset(&set);
    sigaddset(&set, SIGIO);
    MUST(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    put_file("f", "x");
    fd = open("f", O_RDONLY);
    show("read lease", fcntl(fd, F_SETLEASE, F_RDLCK));
    show("lease", fcntl(fd, F_GETLEASE));
    show("nonblocking writer", open("f", O_WRONLY | O_NONBLOCK));
    show("signal", sigtimedwait(&set, NULL, &wait));
    show("asked down to", fcntl(fd, F_GETLEASE));
    pid = fork();
    if (pid == 0)
        _exit(open("f", O_WRONLY) >= 0 ? 0 : 1);
    show("give up", fcntl(fd, F_SETLEASE, F_UNLCK));
    show_wait("writer", pid);
    show("bad lease", fcntl(fd, F_SETLEASE, 99));

    dir = open(".", O_RDONLY);
    show("notify", fcntl(dir, F_NOTIFY, 4 /* DN_CREATE */));
    put_file("g", "");
    show("signal", sigtimedwait(&set, NULL, &wait));
    show("notify of a file", fcntl(fd, F_NOTIFY, 4));
    return t_end();
}
