/* covers: sendmmsg recvmmsg */
/* translated: no (under the translator it does not end) */
#include "t.h"
#include <sys/socket.h>
#include <sys/uio.h>

/* More than sendmmsg takes in one call. Of a stream each byte is a message where no more is asked for. */
static void thousands(void)
{
    enum { COUNT = 2000 };
    static struct mmsghdr m[COUNT];
    static char buf[COUNT + 1];
    struct iovec iv[COUNT];
    int sv[2];

    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, sv) == 0);
    for (int i = 0; i < COUNT; i++) {
        buf[i] = (char) ('a' + i % 26);
        iv[i] = (struct iovec){buf + i, 1};
        m[i].msg_hdr = (struct msghdr){.msg_iov = &iv[i], .msg_iovlen = 1};
    }
    MUST(send(sv[0], buf, COUNT, 0) == COUNT);
    memset(buf, 0, sizeof(buf));
    show("receive thousands", raw(recvmmsg, sv[1], m, COUNT, MSG_DONTWAIT, 0));
    printf("%zu bytes, the last %s\n", strlen(buf), buf + COUNT - 3);
}

int main(void)
{
    struct mmsghdr out[4], in[5];
    struct iovec ov[4], iv[5];
    struct timespec ts = {0, 50000000};
    char text[4][8] = {"a", "bb", "ccc", "dddd"}, buf[5][8];
    int sv[2];

    memset(out, 0, sizeof(out));
    memset(in, 0, sizeof(in));
    memset(buf, 0, sizeof(buf));
    MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, sv) == 0);
    for (int i = 0; i < 5; i++) {
        if (i < 4) {
            ov[i] = (struct iovec){text[i], strlen(text[i])};
            out[i].msg_hdr.msg_iov = &ov[i];
            out[i].msg_hdr.msg_iovlen = 1;
        }
        iv[i] = (struct iovec){buf[i], 3};
        in[i].msg_hdr.msg_iov = &iv[i];
        in[i].msg_hdr.msg_iovlen = 1;
    }
    show("sendmmsg", raw(sendmmsg, sv[0], out, 4, 0));
    for (int i = 0; i < 4; i++)
        printf("sent %u\n", out[i].msg_len);
    show("recvmmsg", raw(recvmmsg, sv[1], in, 5, MSG_DONTWAIT, 0));
    for (int i = 0; i < 4; i++)
        printf("got %u flags %x %.3s\n", in[i].msg_len, (unsigned) in[i].msg_hdr.msg_flags, buf[i]);
    show("nothing", raw(recvmmsg, sv[1], in, 5, MSG_DONTWAIT, 0));
    MUST(send(sv[0], "1", 1, 0) == 1 && send(sv[0], "2", 1, 0) == 1);
    show("wait for one", raw(recvmmsg, sv[1], in, 5, 0x10000, 0));
    MUST(send(sv[0], "3", 1, 0) == 1);
    show("with timeout", raw(recvmmsg, sv[1], in, 1, 0, &ts));
    ts.tv_nsec = 2000000000;
    show("bad timeout", raw(recvmmsg, sv[1], in, 1, 0, &ts));
    show("timeout EFAULT", raw(recvmmsg, sv[1], in, 1, 0, BAD_PTR));
    show("bad array", raw(recvmmsg, sv[1], BAD_PTR, 1, MSG_DONTWAIT, 0));
    show("bad send array", raw(sendmmsg, sv[0], BAD_PTR, 1, 0));
    ov[2].iov_base = BAD_PTR;
    show("third is bad", raw(sendmmsg, sv[0], out, 4, 0));
    ov[0].iov_base = BAD_PTR;
    show("first is bad", raw(sendmmsg, sv[0], out, 4, 0));
    show("none", raw(sendmmsg, sv[0], out, 0, 0));
    show("bad fd", raw(sendmmsg, 99, out, 1, 0));
    thousands();
    return t_end();
}
