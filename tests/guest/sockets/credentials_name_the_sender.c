/* covers: sendmsg recvmsg getsockopt setsockopt socketpair */
#include "t.h"
#include <sys/socket.h>
#include <sys/uio.h>

struct cred {
    int pid;
    unsigned uid, gid;
};

#ifndef SCM_CREDENTIALS
#define SCM_CREDENTIALS 2
#endif

static void receive(int s, int from)
{
    char ctl[128] = "", b;
    struct iovec v = {&b, 1};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = ctl, .msg_controllen = sizeof(ctl)};
    struct cmsghdr *c;
    struct cred cr;

    show("receive", recvmsg(s, &m, 0));
    for (c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
        MUST(c->cmsg_type == SCM_CREDENTIALS);
        memcpy(&cr, CMSG_DATA(c), sizeof(cr));
        printf("pid %s uid %s gid %s\n", cr.pid == from ? "right" : "wrong", cr.uid == getuid() ? "right" : "wrong",
               cr.gid == getgid() ? "right" : "wrong");
    }
}

int main(void)
{
    char ctl[CMSG_SPACE(sizeof(struct cred))] = "";
    struct iovec v = {"x", 1};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = ctl, .msg_controllen = sizeof(ctl)};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    struct cred cr = {getpid(), getuid(), getgid()};
    socklen_t len = sizeof(cr);
    int sv[2], one = 1;
    pid_t pid;

    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, sv) == 0);
    show("peer", getsockopt(sv[0], SOL_SOCKET, SO_PEERCRED, &cr, &len));
    printf("pid %s uid %s\n", cr.pid == getpid() ? "mine" : "other", cr.uid == getuid() ? "mine" : "other");
    show("pass", setsockopt(sv[0], SOL_SOCKET, SO_PASSCRED, &one, sizeof(one)));
    show("send plain", send(sv[1], "x", 1, 0));
    receive(sv[0], getpid());
    pid = fork();
    if (pid == 0)
        _exit(send(sv[1], "x", 1, 0) == 1 ? 0 : 1);
    receive(sv[0], pid);
    show_wait("child", pid);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_CREDENTIALS;
    c->cmsg_len = CMSG_LEN(sizeof(cr));
    cr.pid = getpid();
    memcpy(CMSG_DATA(c), &cr, sizeof(cr));
    show("send my own", sendmsg(sv[1], &m, 0));
    receive(sv[0], getpid());
    cr.pid = 0x3fffffff;
    memcpy(CMSG_DATA(c), &cr, sizeof(cr));
    show("send nobody's", sendmsg(sv[1], &m, 0));
    return t_end();
}
