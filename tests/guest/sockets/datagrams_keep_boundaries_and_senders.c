/* covers: sendto recvfrom bind connect getsockname */
#include "t.h"
#include <netinet/in.h>
#include <sys/socket.h>

int main(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET}, b = a, from;
    socklen_t len = sizeof(a);
    char buf[64] = "";
    int x, y, z;

    a.sin_addr.s_addr = b.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    x = socket(AF_INET, SOCK_DGRAM, 0);
    y = socket(AF_INET, SOCK_DGRAM, 0);
    MUST(bind(x, (struct sockaddr *) &a, sizeof(a)) == 0 && bind(y, (struct sockaddr *) &b, sizeof(b)) == 0);
    MUST(getsockname(x, (struct sockaddr *) &a, &len) == 0 && getsockname(y, (struct sockaddr *) &b, &len) == 0);
    show("send", sendto(x, "one", 3, 0, (struct sockaddr *) &b, sizeof(b)));
    show("send", sendto(x, "twotwo", 6, 0, (struct sockaddr *) &b, sizeof(b)));
    show("send empty", sendto(x, "", 0, 0, (struct sockaddr *) &b, sizeof(b)));
    len = sizeof(from);
    show("receive", recvfrom(y, buf, sizeof(buf), 0, (struct sockaddr *) &from, &len));
    CHECK(len == sizeof(from) && from.sin_port == a.sin_port);
    show("cut", recvfrom(y, buf, 2, MSG_TRUNC, NULL, NULL));
    show("empty", recvfrom(y, buf, sizeof(buf), 0, NULL, NULL));
    show("nothing", recvfrom(y, buf, sizeof(buf), MSG_DONTWAIT, NULL, NULL));
    show("connect", connect(y, (struct sockaddr *) &a, sizeof(a)));
    show("send connected", send(y, "back", 4, 0));
    show("receive", recv(x, buf, sizeof(buf), 0));
    z = socket(AF_INET, SOCK_DGRAM, 0);
    MUST(sendto(z, "stranger", 8, 0, (struct sockaddr *) &b, sizeof(b)) == 8);
    show("from a stranger", recv(y, buf, sizeof(buf), MSG_DONTWAIT));
    a.sin_family = AF_UNSPEC;
    show("disconnect", connect(y, (struct sockaddr *) &a, sizeof(a)));
    show("send without address", send(y, "x", 1, 0));
    show("address too short", sendto(x, "x", 1, 0, (struct sockaddr *) &b, 3));
    show("bad buffer", raw(sendto, x, BAD_PTR, 4, 0, &b, sizeof(b)));
    show("bad address", raw(sendto, x, "x", 1, 0, BAD_PTR, sizeof(b)));
    b.sin_port = 0;
    MUST(bind(z = socket(AF_INET, SOCK_DGRAM, 0), (struct sockaddr *) &b, sizeof(b)) == 0);
    len = sizeof(b);
    MUST(getsockname(z, (struct sockaddr *) &b, &len) == 0);
    MUST(sendto(x, "four", 4, 0, (struct sockaddr *) &b, sizeof(b)) == 4);
    show("receive into bad", raw(recvfrom, z, BAD_PTR, 4, 0, 0, 0));
    show("too large", sendto(x, memset(malloc(70000), 0, 70000), 70000, 0, (struct sockaddr *) &b, sizeof(b)));
    return t_end();
}
