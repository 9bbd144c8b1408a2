/* covers: getrlimit setrlimit prlimit64 dup dup2 open pipe socketpair fcntl */
#include "t.h"
#include <sys/resource.h>
#include <sys/socket.h>

int main(void)
{
    struct rlimit lim;
    int sv[2], got = 0;

    lim.rlim_cur = 64;
    lim.rlim_max = 256;
    MUST(setrlimit(RLIMIT_NOFILE, &lim) == 0);
    show("highest", dup2(0, 63));
    show("first above", dup2(0, 64));
    show("F_DUPFD at the limit", fcntl(0, F_DUPFD, 64));
    close(63);
    while (dup(0) >= 0)
        got++;
    show("no more", -1);
    show("number of them", got);
    show("open", open("/dev/null", O_RDONLY));
    show("pipe", pipe(sv));
    show("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
    close(40);
    show("one place is not enough", pipe(sv));
    show("freed number", open("/dev/null", O_RDONLY));

    lim.rlim_cur = 200;
    show("raise", setrlimit(RLIMIT_NOFILE, &lim));
    show("next", dup(0));
    show("far", dup2(0, 199));
    lim.rlim_cur = 30;
    show("lower", setrlimit(RLIMIT_NOFILE, &lim));
    show("old ones stay", fcntl(199, F_GETFD));
    show("dup above", dup2(0, 150));
    show("close", close(199));
    close(10);
    show("below the limit", dup(0));
    MUST(getrlimit(RLIMIT_NOFILE, &lim) == 0);
    printf("limit %lu %lu\n", (unsigned long) lim.rlim_cur, (unsigned long) lim.rlim_max);
    return t_end();
}
