/* covers: setsockopt accept recvfrom recvmsg sendto sendmsg recvmmsg splice */
#include <sys/socket.h>
#include <sys/uio.h>

#include "interrupt.h"

/* signal(7): with SO_RCVTIMEO or SO_SNDTIMEO these are never restarted, unless it is a pipe that they wait at. */
static int idle[2], full[2], crowded[2], empty[2], filled[2], srv;
static char buf[64];
static struct iovec iov = {buf, sizeof(buf)};
static struct mmsghdr msgs = {.msg_hdr = {.msg_iov = &iov, .msg_iovlen = 1}};
static struct timespec hour = {3600, 0};

SLEEPER(c_accept, accept(srv, NULL, NULL))
SLEEPER(c_recv, recv(idle[0], buf, 1, 0))
SLEEPER(c_read, read(idle[0], buf, 1))
SLEEPER(c_recvmsg, recvmsg(idle[0], &msgs.msg_hdr, 0))
SLEEPER(c_send, send(full[0], buf, 1, 0))
SLEEPER(c_write, write(full[0], buf, 1))
SLEEPER(c_sendmsg, sendmsg(full[0], &msgs.msg_hdr, 0))
SLEEPER(c_recvmmsg, recvmmsg(idle[1], &msgs, 1, 0, &hour))

SLEEPER(c_from, splice(idle[0], NULL, empty[1], NULL, 1, 0))
SLEEPER(c_to, splice(filled[0], NULL, crowded[0], NULL, 1, 0))
SLEEPER(c_from_full, splice(idle[0], NULL, filled[1], NULL, 1, 0))
SLEEPER(c_to_empty, splice(empty[0], NULL, crowded[0], NULL, 1, 0))

static const struct sleeper calls[] = {
    {"accept", c_accept},
    {"recv", c_recv},
    {"read", c_read},
    {"recvmsg", c_recvmsg},
    {"send", c_send},
    {"write", c_write},
    {"sendmsg", c_sendmsg},
    {"recvmmsg with its own timeout", c_recvmmsg},
    {"splice from a socket", c_from},
    {"splice to a socket", c_to},
    {"splice into a full pipe", c_from_full},
    {"splice from an empty pipe", c_to_empty},
};

static void timeout(int fd, int which)
{
    struct timeval tv = {3600, 0};
    MUST(setsockopt(fd, SOL_SOCKET, which, &tv, sizeof(tv)) == 0);
}

int main(void)
{
    sa_family_t any = AF_UNIX;
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, idle) == 0);
    MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, full) == 0);
    while (send(full[0], buf, sizeof(buf), 0) > 0)
        ;
    fcntl(full[0], F_SETFL, 0);
    /* To one of a stream some kernels splice more than there is room for. */
    MUST(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, crowded) == 0);
    while (send(crowded[0], buf, sizeof(buf), 0) > 0)
        ;
    fcntl(crowded[0], F_SETFL, 0);
    MUST(pipe(empty) == 0 && pipe2(filled, O_NONBLOCK) == 0);
    while (write(filled[1], buf, sizeof(buf)) > 0)
        ;
    MUST(fcntl(filled[0], F_SETFL, 0) == 0 && fcntl(filled[1], F_SETFL, 0) == 0);
    srv = socket(AF_UNIX, SOCK_STREAM, 0);
    MUST(srv >= 0 && bind(srv, (struct sockaddr *) &any, sizeof(any)) == 0 && listen(srv, 5) == 0);
    timeout(idle[0], SO_RCVTIMEO);
    timeout(full[0], SO_SNDTIMEO);
    timeout(crowded[0], SO_SNDTIMEO);
    timeout(srv, SO_RCVTIMEO);
    interrupt_all(calls, ARRAY_SIZE(calls));
    return t_end();
}
