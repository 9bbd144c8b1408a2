/* covers: sendmsg recvmsg */
/* A descriptor that the program does not have cannot be passed on, wherever in the control data it stands: not in a last message whose
 * padding is missing, which the C library's own walk passes over. */
#include "t.h"
#include <sys/resource.h>
#include <sys/socket.h>

static long pass(int sock, int good, int fd)
{
    char control[CMSG_SPACE(sizeof(int)) + CMSG_LEN(sizeof(int))] __attribute__((aligned(8))) = {0};
    char byte = 'x';
    struct iovec iov = {&byte, 1};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *c = (struct cmsghdr *) control;

    for (int i = 0; i < 2; i++) {
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), i ? &fd : &good, sizeof fd);
        c = (struct cmsghdr *) (control + CMSG_SPACE(sizeof(int)));
    }
    return raw(sendmsg, sock, &m, MSG_DONTWAIT);
}

int main(void)
{
    struct rlimit lim;
    int sock[2], passed = 0, other = 0;

    MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, sock) == 0);
    show("one that is there", pass(sock[0], 1, 2));
    MUST(getrlimit(RLIMIT_NOFILE, &lim) == 0);
    int far = (int) (lim.rlim_cur < 65536 ? lim.rlim_cur : 65536);
    for (int fd = sock[1] + 1; fd < far + 1200; fd = fd == 2200 && far > fd ? far : fd + 1) {
        if (pass(sock[0], 1, fd) >= 0)
            passed++;
        else if (errno != EBADF)
            other++;
    }
    show("passed on", passed);
    show("other errors", other);
    return t_end();
}
