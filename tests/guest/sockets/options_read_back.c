/* covers: setsockopt getsockopt */
#include "t.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

static void get(const char *what, int fd, int level, int name)
{
    int v = -1;
    socklen_t len = sizeof(v);
    if (getsockopt(fd, level, name, &v, &len) < 0)
        show(what, -1);
    else
        printf("%s: %d (%d bytes)\n", what, v, (int) len);
}

int main(void)
{
    struct timeval tv = {1, 500000};
    struct linger lg = {1, 7};
    socklen_t len;
    char name[32] = "";
    int fd, one = 1, size = 20000;

    fd = socket(AF_INET, SOCK_STREAM, 0);
    MUST(fd >= 0);
    get("type", fd, SOL_SOCKET, SO_TYPE);
    get("domain", fd, SOL_SOCKET, SO_DOMAIN);
    get("protocol", fd, SOL_SOCKET, SO_PROTOCOL);
    get("error", fd, SOL_SOCKET, SO_ERROR);
    get("accepting", fd, SOL_SOCKET, SO_ACCEPTCONN);
    get("reuse", fd, SOL_SOCKET, SO_REUSEADDR);
    show("set reuse", setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)));
    get("reuse", fd, SOL_SOCKET, SO_REUSEADDR);
    show("set keepalive", setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one)));
    get("keepalive", fd, SOL_SOCKET, SO_KEEPALIVE);
    show("set receive buffer", setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)));
    get("receive buffer", fd, SOL_SOCKET, SO_RCVBUF);
    show("set nodelay", setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)));
    get("nodelay", fd, IPPROTO_TCP, TCP_NODELAY);
    show("set timeout", setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
    memset(&tv, 0, sizeof(tv));
    len = sizeof(tv);
    show("get timeout", getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, &len));
    printf("%ld.%06ld (%d bytes)\n", (long) tv.tv_sec, (long) tv.tv_usec, (int) len);
    show("set linger", setsockopt(fd, SOL_SOCKET, SO_LINGER, &lg, sizeof(lg)));
    memset(&lg, 0, sizeof(lg));
    len = sizeof(lg);
    show("get linger", getsockopt(fd, SOL_SOCKET, SO_LINGER, &lg, &len));
    printf("%d %d\n", lg.l_onoff, lg.l_linger);
    len = sizeof(name);
    show("congestion", getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, &len));
    printf("%s\n", name);
    get("ttl", fd, IPPROTO_IP, IP_TTL);

    one = 0x01020304;
    len = 1;
    show("one byte", raw(getsockopt, fd, SOL_SOCKET, SO_TYPE, &one, &len));
    printf("%x, %d bytes\n", (unsigned) one, (int) len);
    len = (socklen_t) -1;
    show("negative length", raw(getsockopt, fd, SOL_SOCKET, SO_TYPE, &one, &len));
    len = 4;
    show("no length", raw(getsockopt, fd, SOL_SOCKET, SO_TYPE, &one, BAD_PTR));
    show("no value", raw(getsockopt, fd, SOL_SOCKET, SO_TYPE, BAD_PTR, &len));
    show("set short", setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, 2));
    show("set from bad", raw(setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, BAD_PTR, 4));
    show("set negative length", raw(setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, &one, -1));
    show("read-only", setsockopt(fd, SOL_SOCKET, SO_TYPE, &one, sizeof(one)));
    show("unknown", setsockopt(fd, SOL_SOCKET, 9999, &one, sizeof(one)));
    show("unknown level", getsockopt(fd, 9999, 1, &one, &len));
    show("not a socket", getsockopt(0, SOL_SOCKET, SO_TYPE, &one, &len));
    return t_end();
}
