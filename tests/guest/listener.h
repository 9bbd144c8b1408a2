/* Seccomp listeners for guest programs: a child that asks, a parent that answers. */
#ifndef LISTENER_H
#define LISTENER_H

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "filter.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

T_UNUSED static void send_fd(int sock, int fd)
{
    char c = 'f', control[CMSG_SPACE(sizeof fd)] = {0};
    struct iovec iov = {&c, 1};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    h->cmsg_level = SOL_SOCKET;
    h->cmsg_type = SCM_RIGHTS;
    h->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(h), &fd, sizeof fd);
    MUST(sendmsg(sock, &m, 0) == 1);
}

T_UNUSED static int receive_fd(int sock)
{
    char c, control[CMSG_SPACE(sizeof(int))];
    int fd;
    struct iovec iov = {&c, 1};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    MUST(recvmsg(sock, &m, 0) == 1 && CMSG_FIRSTHDR(&m));
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof fd);
    return fd;
}

/* A child that has to ask for call `nr`, runs this and exits; *listener is what answers it. */
#define ASKING(listener, flags, nr, ...)                                                                               \
    ({                                                                                                                 \
        int sock_[2];                                                                                                  \
        MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, sock_) == 0);                                                         \
        pid_t asking_ = fork();                                                                                        \
        MUST(asking_ >= 0);                                                                                            \
        if (asking_ == 0) {                                                                                            \
            no_new_privs();                                                                                            \
            int l_ = (int) filter_one(SECCOMP_FILTER_FLAG_NEW_LISTENER | (flags), nr, SECCOMP_RET_USER_NOTIF);         \
            MUST(l_ >= 0);                                                                                             \
            send_fd(sock_[1], l_);                                                                                     \
            close(l_);                                                                                                 \
            __VA_ARGS__;                                                                                               \
            _exit(0);                                                                                                  \
        }                                                                                                              \
        *(listener) = receive_fd(sock_[0]);                                                                            \
        close(sock_[0]);                                                                                               \
        close(sock_[1]);                                                                                               \
        asking_;                                                                                                       \
    })

T_UNUSED static struct seccomp_notif ask_next(int listener)
{
    struct seccomp_notif n;
    memset(&n, 0, sizeof n);
    MUST(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &n) == 0);
    return n;
}

T_UNUSED static long say(int listener, uint64_t id, int error, int64_t val, uint32_t flags)
{
    struct seccomp_notif_resp r = {.id = id, .error = error, .val = val, .flags = flags};
    return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &r);
}

#endif
