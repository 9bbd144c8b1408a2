/* covers: sendmsg recvmsg setsockopt getsockopt */
#include "t.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>

int main(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t len = sizeof(a);
    char buf[64] = "", ctl[256], small[4];
    struct iovec v = {buf, sizeof(buf)};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = ctl, .msg_controllen = sizeof(ctl)};
    unsigned char info[256];
    int x = socket(AF_INET, SOCK_DGRAM, 0), y = socket(AF_INET, SOCK_DGRAM, 0), one = 1, t;

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    MUST(bind(x, (struct sockaddr *) &a, sizeof(a)) == 0 && getsockname(x, (struct sockaddr *) &a, &len) == 0);
    show("packet information", setsockopt(x, IPPROTO_IP, IP_PKTINFO, &one, sizeof(one)));
    show("time to live", setsockopt(x, IPPROTO_IP, IP_RECVTTL, &one, sizeof(one)));
    show("time stamps", setsockopt(x, SOL_SOCKET, SO_TIMESTAMP, &one, sizeof(one)));
    MUST(sendto(y, "one", 3, 0, (struct sockaddr *) &a, sizeof(a)) == 3);
    show("receive", recvmsg(x, &m, 0));
    printf("flags %x control %d\n", (unsigned) m.msg_flags, (int) m.msg_controllen);
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
        printf("level %d type %d length %d", c->cmsg_level, c->cmsg_type, (int) c->cmsg_len);
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL) {
            memcpy(&t, CMSG_DATA(c), sizeof(t));
            printf(" ttl %d", t);
        }
        printf("\n");
    }
    MUST(sendto(y, "two", 3, 0, (struct sockaddr *) &a, sizeof(a)) == 3);
    m.msg_controllen = 20;
    show("little room", recvmsg(x, &m, 0));
    printf("flags %x control %d\n", (unsigned) m.msg_flags, (int) m.msg_controllen);
    MUST(sendto(y, "three", 5, 0, (struct sockaddr *) &a, sizeof(a)) == 5);
    v = (struct iovec){small, 4};
    m.msg_controllen = 0;
    show("data cut", recvmsg(x, &m, 0));
    printf("flags %x\n", (unsigned) m.msg_flags);

    /* With a control message that chooses the source address. */
    memset(ctl, 0, sizeof(ctl));
    m.msg_name = &a;
    m.msg_namelen = sizeof(a);
    m.msg_controllen = CMSG_SPACE(sizeof(struct in_pktinfo));
    CMSG_FIRSTHDR(&m)->cmsg_level = IPPROTO_IP;
    CMSG_FIRSTHDR(&m)->cmsg_type = IP_PKTINFO;
    CMSG_FIRSTHDR(&m)->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
    ((struct in_pktinfo *) CMSG_DATA(CMSG_FIRSTHDR(&m)))->ipi_spec_dst.s_addr = htonl(INADDR_LOOPBACK);
    v = (struct iovec){"four", 4};
    show("send", sendmsg(y, &m, 0));
    show("receive", recv(x, buf, sizeof(buf), 0));
    m.msg_control = BAD_PTR;
    show("bad control", raw(sendmsg, y, &m, 0));
    m.msg_control = NULL;
    m.msg_controllen = 0;
    m.msg_iov = BAD_PTR;
    show("bad vector", raw(sendmsg, y, &m, 0));
    m.msg_iov = &v;
    m.msg_iovlen = 2000;
    show("too many buffers", raw(sendmsg, y, &m, 0));

    t = socket(AF_INET, SOCK_STREAM, 0);
    len = sizeof(info);
    show("tcp info", getsockopt(t, IPPROTO_TCP, TCP_INFO, info, &len));
    printf("state %d\n", info[0]);
    len = 5;
    show("tcp info cut", getsockopt(t, IPPROTO_TCP, TCP_INFO, info, &len));
    printf("%d bytes\n", (int) len);
    return t_end();
}
