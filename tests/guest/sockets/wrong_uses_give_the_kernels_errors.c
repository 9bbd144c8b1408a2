/* covers: socket bind listen connect sendto recvfrom getsockname getpeername shutdown */
#include "t.h"
#include <netinet/in.h>
#include <sys/socket.h>

int main(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET}, b;
    socklen_t len = sizeof(a);
    char buf[8];
    int s, t;

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    show("family", socket(999, SOCK_STREAM, 0));
    show("type", socket(AF_INET, 99, 0));
    show("protocol", socket(AF_INET, SOCK_STREAM, IPPROTO_UDP));
    show("flags", socket(AF_INET, SOCK_STREAM | 0x10000, 0));
    s = socket(AF_INET, SOCK_STREAM, 0);
    show("peer of unconnected", getpeername(s, (struct sockaddr *) &b, &len));
    show("receive unconnected", recv(s, buf, 1, 0));
    show("send unconnected", send(s, "x", 1, MSG_NOSIGNAL));
    MUST(bind(s, (struct sockaddr *) &a, sizeof(a)) == 0);
    show("bind twice", bind(s, (struct sockaddr *) &a, sizeof(a)));
    len = sizeof(a);
    MUST(getsockname(s, (struct sockaddr *) &a, &len) == 0 && listen(s, 1) == 0);
    t = socket(AF_INET, SOCK_STREAM, 0);
    show("address in use", bind(t, (struct sockaddr *) &a, sizeof(a)));
    b = a;
    b.sin_addr.s_addr = htonl(0x01020304);
    b.sin_port = 0;
    show("address not here", bind(t, (struct sockaddr *) &b, sizeof(b)));
    show("bind short", bind(t, (struct sockaddr *) &a, 4));
    show("bind long", bind(t, (struct sockaddr *) &a, 1000));
    show("bind bad", raw(bind, t, BAD_PTR, sizeof(a)));
    show("bind negative", raw(bind, t, &a, -1));
    b = a;
    b.sin_family = AF_UNIX;
    show("bind family", bind(t, (struct sockaddr *) &b, sizeof(b)));
    show("connect bad", raw(connect, t, BAD_PTR, sizeof(a)));
    show("connect long", connect(t, (struct sockaddr *) &a, 200));
    show("connect", connect(t, (struct sockaddr *) &a, sizeof(a)));
    show("connect twice", connect(t, (struct sockaddr *) &a, sizeof(a)));
    show("connect listener", connect(s, (struct sockaddr *) &a, sizeof(a)));
    show("listen datagram", listen(socket(AF_INET, SOCK_DGRAM, 0), 1));
    show("getsockname bad", raw(getsockname, t, BAD_PTR, &len));
    show("getsockname no length", raw(getsockname, t, &b, BAD_PTR));
    len = (socklen_t) -5;
    show("getsockname negative", raw(getsockname, t, &b, &len));
    len = 0;
    show("getsockname nothing", raw(getsockname, t, BAD_PTR, &len));
    printf("length %d\n", (int) len);
    show("listen on a file", listen(0, 1));
    show("lseek", lseek(t, 0, SEEK_CUR));
    show("pread", pread(t, buf, 1, 0));

    /* What fails leaves the length alone. */
    int lens[] = {0, 4, 1 << 20, (1 << 20) + 1, INT_MAX, -1};
    for (unsigned i = 0; i < ARRAY_SIZE(lens); i++) {
        int len = lens[i], file = open("/dev/null", O_RDONLY);
        show("no socket", getsockopt(file, SOL_SOCKET, SO_TYPE, &(int){0}, (socklen_t *) &len));
        show("no descriptor", getsockopt(-1, SOL_SOCKET, SO_TYPE, &(int){0}, (socklen_t *) &len));
        CHECK(len == lens[i]);
        close(file);
    }
    return t_end();
}
