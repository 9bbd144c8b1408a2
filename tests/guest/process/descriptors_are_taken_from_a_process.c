/* covers: pidfd_getfd pidfd_open */
#include <sys/socket.h>

#include "child.h"

int main(void)
{
    struct gate ready, heard, go;
    int s[2];
    char buf[16];
    gate_init(&ready);
    gate_init(&heard);
    gate_init(&go);
    MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        int p[2];
        close(s[0]);
        close(s[1]);
        MUST(pipe(p) == 0 && dup2(p[1], 100) == 100);
        gate_open(&ready);
        MUST(read(p[0], buf, sizeof(buf)) == 5);
        printf("child read %.5s\n", buf);
        gate_open(&heard);
        gate_wait(&go);
        _exit(0);
    }
    gate_wait(&ready);
    int fd = (int) raw(pidfd_open, pid, 0);
    show("closed there", raw(pidfd_getfd, fd, s[0], 0));
    show("negative", raw(pidfd_getfd, fd, -1, 0));
    show("flags", raw(pidfd_getfd, fd, 100, 1));
    show("no pidfd", raw(pidfd_getfd, s[0], 100, 0));
    int got = (int) raw(pidfd_getfd, fd, 100, 0);
    printf("got %d, close on exec %d\n", got >= 0, fcntl(got, F_GETFD));
    MUST(write(got, "hello", 5) == 5);
    gate_wait(&heard);
    int self = (int) raw(pidfd_open, getpid(), 0), mine = (int) raw(pidfd_getfd, self, s[0], 0);
    MUST(mine >= 0 && mine != s[0]);
    MUST(write(s[1], "x", 1) == 1);
    show("a copy of our own", read(mine, buf, 1));
    gate_open(&go);
    reap(pid);
    show("of the dead", raw(pidfd_getfd, fd, 100, 0));
    return t_end();
}
