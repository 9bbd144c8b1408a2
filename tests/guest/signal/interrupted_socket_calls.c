/* covers: accept accept4 connect recvfrom recvmsg recvmmsg sendto sendmsg sendmmsg read write */
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "interrupt.h"

static int idle[2], full[2], idle_dgram[2], srv, crowded;
static struct sockaddr_un crowd;
static socklen_t crowd_len = sizeof(crowd);
static char buf[64];
static struct iovec iov = {buf, sizeof(buf)};
static struct mmsghdr msgs = {.msg_hdr = {.msg_iov = &iov, .msg_iovlen = 1}};

SLEEPER(c_accept, accept(srv, NULL, NULL))
SLEEPER(c_accept4, accept4(srv, NULL, NULL, SOCK_CLOEXEC))
SLEEPER(c_recv, recv(idle[0], buf, 1, 0))
SLEEPER(c_recv_dgram, recv(idle_dgram[0], buf, 1, 0))
SLEEPER(c_read, read(idle[0], buf, 1))
SLEEPER(c_recvmsg, recvmsg(idle[0], &msgs.msg_hdr, 0))
SLEEPER(c_waitall, recv(idle[0], buf, 64, MSG_WAITALL))
SLEEPER(c_recvmmsg, recvmmsg(idle_dgram[0], &msgs, 1, 0, NULL))
SLEEPER(c_send, send(full[0], buf, 1, 0))
SLEEPER(c_write, write(full[0], buf, 1))
SLEEPER(c_sendmsg, sendmsg(full[0], &msgs.msg_hdr, 0))
SLEEPER(c_sendmmsg, sendmmsg(full[0], &msgs, 1, 0))
SLEEPER(c_connect, connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *) &crowd, crowd_len))

static const struct sleeper calls[] = {
    {"accept", c_accept},   {"accept4", c_accept4}, {"recv", c_recv},           {"recv of a datagram", c_recv_dgram},
    {"read", c_read},       {"recvmsg", c_recvmsg}, {"MSG_WAITALL", c_waitall}, {"recvmmsg", c_recvmmsg},
    {"send", c_send},       {"write", c_write},     {"sendmsg", c_sendmsg},     {"sendmmsg", c_sendmmsg},
    {"connect", c_connect},
};

static int listener(int backlog)
{
    sa_family_t any = AF_UNIX; /* an address that the kernel chooses */
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    MUST(s >= 0 && bind(s, (struct sockaddr *) &any, sizeof(any)) == 0 && listen(s, backlog) == 0);
    return s;
}

int main(void)
{
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, idle) == 0);
    MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, idle_dgram) == 0);
    MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, full) == 0);
    while (send(full[0], buf, sizeof(buf), 0) > 0)
        ;
    fcntl(full[0], F_SETFL, 0);
    srv = listener(5);
    crowded = listener(0);
    MUST(getsockname(crowded, (struct sockaddr *) &crowd, &crowd_len) == 0);
    for (int s; (s = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)) >= 0;)
        if (connect(s, (struct sockaddr *) &crowd, crowd_len) < 0)
            break;
    interrupt_all(calls, ARRAY_SIZE(calls));
    return t_end();
}
