/* covers: sendmsg recvmsg socketpair */
#include "t.h"
#include <sys/socket.h>
#include <sys/uio.h>

static long send_fds(int s, const int *fds, int n)
{
    char ctl[CMSG_SPACE(300 * sizeof(int))] = "";
    struct iovec v = {"x", 1};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = ctl};
    struct cmsghdr *c;

    m.msg_controllen = CMSG_SPACE((size_t) n * sizeof(int));
    c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN((size_t) n * sizeof(int));
    memcpy(CMSG_DATA(c), fds, (size_t) n * sizeof(int));
    return sendmsg(s, &m, 0);
}

static int recv_fds(int s, int *fds, size_t room, int flags)
{
    char ctl[512] = "", b;
    struct iovec v = {&b, 1};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = ctl, .msg_controllen = room};
    struct cmsghdr *c;
    long r = recvmsg(s, &m, flags);
    int n = 0;

    show("recvmsg", r);
    if (r < 0)
        return 0;
    printf("flags %x control %d\n", (unsigned) m.msg_flags & ~0x40000000u, (int) m.msg_controllen);
    for (c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
        n = (int) ((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        printf("level %d type %d descriptors %d\n", c->cmsg_level, c->cmsg_type, n);
        memcpy(fds, CMSG_DATA(c), (size_t) n * sizeof(int));
    }
    return n;
}

int main(void)
{
    char buf[16] = "";
    int sv[2], fds[300], got[300], p[2], n;
    pid_t pid;

    scratch();
    put_file("f", "passed on");
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, sv) == 0);
    pid = fork();
    if (pid == 0) {
        MUST(pipe(p) == 0);
        fds[0] = open("f", O_RDONLY);
        fds[1] = p[0];
        MUST(lseek(fds[0], 7, SEEK_SET) == 7 && write(p[1], "pipe", 4) == 4);
        _exit(send_fds(sv[1], fds, 2) == 1 ? 0 : 1);
    }
    n = recv_fds(sv[0], got, 64, 0);
    show_wait("sender", pid);
    MUST(n == 2);
    printf("numbers %d %d\n", got[0], got[1]);
    show("flags", fcntl(got[0], F_GETFD));
    show("file", read(got[0], buf, 10));
    show("pipe", read(got[1], buf, 10));
    show("closed by sender", read(got[1], buf, 10));

    fds[0] = 0;
    MUST(send_fds(sv[1], fds, 1) == 1);
    n = recv_fds(sv[0], got, 64, MSG_CMSG_CLOEXEC);
    show("cloexec", fcntl(got[0], F_GETFD));
    for (int i = 0; i < 300; i++)
        fds[i] = 1;
    MUST(send_fds(sv[1], fds, 3) == 1);
    n = recv_fds(sv[0], got, CMSG_SPACE(sizeof(int)), 0);
    MUST(send_fds(sv[1], fds, 3) == 1);
    n = recv_fds(sv[0], got, 0, 0);
    show("most", send_fds(sv[1], fds, 253));
    show("too many", send_fds(sv[1], fds, 254));
    fds[1] = 99;
    show("closed one", send_fds(sv[1], fds, 2));
    fds[1] = -1;
    show("negative one", send_fds(sv[1], fds, 2));
    show("recvmsg EFAULT", raw(recvmsg, sv[0], BAD_PTR, 0));
    show("sendmsg EFAULT", raw(sendmsg, sv[0], BAD_PTR, 0));
    show("not a socket", raw(sendmsg, 0, BAD_PTR, 0));
    return t_end();
}
