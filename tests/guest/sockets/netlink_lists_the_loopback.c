/* covers: socket bind sendto recvfrom */
#include "t.h"
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

int main(void)
{
    struct {
        struct nlmsghdr h;
        struct ifinfomsg i;
    } req = {.h = {.nlmsg_len = sizeof(req),
                   .nlmsg_type = RTM_GETLINK,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
                   .nlmsg_seq = 77}};
    struct sockaddr_nl a = {.nl_family = AF_NETLINK};
    socklen_t len = sizeof(a);
    static char buf[32768];
    int s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), loopback = 0, done = 0;

    show_ok("socket", s);
    if (s < 0)
        return t_end();
    show("bind", bind(s, (struct sockaddr *) &a, sizeof(a)));
    MUST(getsockname(s, (struct sockaddr *) &a, &len) == 0);
    CHECK(a.nl_pid == (unsigned) getpid());
    show("request", send(s, &req, sizeof(req), 0));
    while (!done) {
        ssize_t n = recv(s, buf, sizeof(buf), 0);
        MUST(n > 0);
        for (struct nlmsghdr *h = (struct nlmsghdr *) buf; NLMSG_OK(h, (unsigned) n); h = NLMSG_NEXT(h, n)) {
            CHECK(h->nlmsg_seq == 77);
            if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR)
                done = 1;
            else if (((struct ifinfomsg *) NLMSG_DATA(h))->ifi_flags & 8)
                loopback++;
        }
    }
    show("loopback interfaces", loopback);
    return t_end();
}
