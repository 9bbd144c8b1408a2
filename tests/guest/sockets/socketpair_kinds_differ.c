/* covers: socketpair sendto recvfrom shutdown */
#include "t.h"
#include <sys/socket.h>

static void try(const char *what, int type)
{
    char buf[32];
    int sv[2];

    printf("-- %s\n", what);
    if (show("socketpair", raw(socketpair, AF_UNIX, type, 0, sv)) < 0)
        return;
    show("send", send(sv[0], "abc", 3, 0));
    show("send", send(sv[0], "defg", 4, 0));
    show("peek", recv(sv[1], buf, sizeof(buf), MSG_PEEK));
    show("receive", recv(sv[1], buf, sizeof(buf), 0));
    show("receive", recv(sv[1], buf, sizeof(buf), MSG_DONTWAIT));
    show("shutdown", shutdown(sv[0], SHUT_WR));
    show("send after", send(sv[0], "x", 1, MSG_NOSIGNAL));
    show("receive end", recv(sv[1], buf, sizeof(buf), MSG_DONTWAIT));
    show("other way", send(sv[1], "y", 1, MSG_NOSIGNAL));
    show("receive", recv(sv[0], buf, sizeof(buf), 0));
    close(sv[0]);
    show("to closed", send(sv[1], "z", 1, MSG_NOSIGNAL));
    show("from closed", recv(sv[1], buf, 1, MSG_DONTWAIT));
    close(sv[1]);
}

int main(void)
{
    int sv[2];

    try("stream", SOCK_STREAM);
    try("datagram", SOCK_DGRAM);
    try("packets", SOCK_SEQPACKET);
    try("nonblocking", SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC);
    show("flags", (raw(socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv), fcntl(sv[1], F_GETFD)));
    show("inet", raw(socketpair, AF_INET, SOCK_STREAM, 0, sv));
    show("bad type", raw(socketpair, AF_UNIX, 99, 0, sv));
    show("bad family", raw(socketpair, 99, SOCK_STREAM, 0, sv));
    show("bad pointer", raw(socketpair, AF_UNIX, SOCK_STREAM, 0, BAD_PTR));
    show("shutdown how", shutdown(sv[0], 9));
    show("shutdown unconnected", shutdown(socket(AF_INET, SOCK_STREAM, 0), SHUT_RD));
    show("shutdown no socket", shutdown(0, SHUT_RD));
    return t_end();
}
