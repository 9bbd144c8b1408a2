/* covers: write setrlimit */
#include <sys/resource.h>
#include <sys/socket.h>

#include "told.h"

int main(void)
{
    int p[2], s[2];
    struct rlimit lim = {10, RLIM_INFINITY};
    told_on(SIGPIPE, 0);
    told_on(SIGXFSZ, 0);
    MUST(pipe(p) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
    close(p[0]);
    close(s[0]);
    show("pipe", write(p[1], "x", 1));
    show_words("pipe", &told, getpid());
    show("socket", write(s[1], "x", 1));
    show_words("socket", &told, getpid());
    printf("times %d\n", (int) told_count);
    show("without", send(s[1], "x", 1, MSG_NOSIGNAL));
    printf("times %d\n", (int) told_count);
    scratch();
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    MUST(setrlimit(RLIMIT_FSIZE, &lim) == 0);
    show("up to the limit", write(fd, "0123456789abc", 13));
    show("past it", write(fd, "x", 1));
    show_words("limit", &told, getpid());
    show("truncate", ftruncate(fd, 11));
    printf("times %d\n", (int) told_count);
    signal(SIGPIPE, SIG_IGN);
    show("ignored", write(p[1], "x", 1));
    show_status("default", IN_CHILD(signal(SIGPIPE, SIG_DFL); show("lives", write(p[1], "x", 1))));
    return t_end();
}
