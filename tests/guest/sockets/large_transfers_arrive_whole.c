/* covers: sendfile sendmsg recvmsg connect accept4 */
#include "t.h"
#include <netinet/in.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define SIZE (2 << 20)

int main(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t len = sizeof(a);
    unsigned char *data = malloc(SIZE), *back = malloc(2 * SIZE);
    long got = 0, wrong = 0, r;
    off_t off = 0;
    int srv, s, fd;
    pid_t pid;

    scratch();
    MUST(data && back);
    for (int i = 0; i < SIZE; i++)
        data[i] = (unsigned char) ((unsigned) i * 2654435761u >> 24);
    fd = open("f", O_RDWR | O_CREAT, 0600);
    MUST(write(fd, data, SIZE) == SIZE);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    srv = socket(AF_INET, SOCK_STREAM, 0);
    MUST(bind(srv, (struct sockaddr *) &a, sizeof(a)) == 0 && listen(srv, 1) == 0);
    MUST(getsockname(srv, (struct sockaddr *) &a, &len) == 0);
    pid = fork();
    if (pid == 0) {
        struct iovec v[3] = {{data, 5000}, {data + 5000, 1000000}, {data + 1005000, SIZE - 1005000}};
        struct msghdr m = {.msg_iov = v, .msg_iovlen = 3};
        s = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(s, (struct sockaddr *) &a, sizeof(a)) < 0)
            _exit(1);
        while (off < SIZE)
            if (sendfile(s, fd, &off, (size_t) (SIZE - off)) <= 0)
                _exit(2);
        _exit(sendmsg(s, &m, 0) == SIZE ? 0 : 3);
    }
    s = accept4(srv, NULL, NULL, SOCK_CLOEXEC);
    while ((r = recv(s, back + got, (size_t) (2 * SIZE - got), 0)) > 0)
        got += r;
    show("bytes", got);
    for (int i = 0; i < 2 * SIZE; i++)
        wrong += back[i] != data[i % SIZE];
    show("wrong", wrong);
    show_wait("sender", pid);
    return t_end();
}
