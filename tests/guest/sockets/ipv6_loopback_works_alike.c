/* covers: socket bind sendto recvmsg setsockopt */
#include "t.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

int main(void)
{
    struct sockaddr_in6 a = {.sin6_family = AF_INET6}, from;
    socklen_t len = sizeof(a);
    char buf[16] = "", text[64], ctl[128];
    struct iovec v = {buf, sizeof(buf)};
    struct msghdr m = {.msg_name = &from,
                       .msg_namelen = sizeof(from),
                       .msg_iov = &v,
                       .msg_iovlen = 1,
                       .msg_control = ctl,
                       .msg_controllen = sizeof(ctl)};
    int s = socket(AF_INET6, SOCK_DGRAM, 0), one = 1;

    show_ok("socket", s);
    if (s < 0)
        return t_end();
    a.sin6_addr = in6addr_loopback;
    if (show("bind", bind(s, (struct sockaddr *) &a, sizeof(a))) < 0)
        return t_end();
    MUST(getsockname(s, (struct sockaddr *) &a, &len) == 0);
    show("packet information", setsockopt(s, IPPROTO_IPV6, IPV6_RECVPKTINFO, &one, sizeof(one)));
    show("send", sendto(s, "six", 3, 0, (struct sockaddr *) &a, sizeof(a)));
    show("receive", recvmsg(s, &m, 0));
    printf("%s name %d control %d %s\n", buf, (int) m.msg_namelen, (int) m.msg_controllen,
           inet_ntop(AF_INET6, &from.sin6_addr, text, sizeof(text)));
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
        printf("level %d type %d length %d\n", c->cmsg_level, c->cmsg_type, (int) c->cmsg_len);
    return t_end();
}
