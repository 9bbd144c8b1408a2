/* covers: recvmsg setrlimit */
/* With a limit of some 8,000, descriptors that come with messages get the numbers from 4,096 to 4,300, too. */
#include "t.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define FIRST 4096
#define LAST 4300
#define LIMIT 8192

int main(void)
{
    struct rlimit limit;
    int s[2], number = 0, wrong = 0;
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    if (limit.rlim_cur < LIMIT && limit.rlim_max >= LIMIT) {
        limit.rlim_cur = LIMIT;
        CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    }
    CHECK(socketpair(AF_UNIX, SOCK_DGRAM, 0, s) == 0);
    while (number >= 0 && number < FIRST)
        number = dup(0);
    for (int i = 0; number >= 0 && i < LAST - FIRST; i++) {
        union {
            char bytes[CMSG_SPACE(sizeof(int))];
            struct cmsghdr head;
        } u = {0};
        char byte = 0;
        struct iovec v = {&byte, 1};
        struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = u.bytes, .msg_controllen = sizeof u.bytes};
        u.head = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
        CHECK(sendmsg(s[0], &m, 0) == 1);
        CHECK(recvmsg(s[1], &m, 0) == 1);
        int got;
        memcpy(&got, CMSG_DATA(&u.head), sizeof got);
        wrong += m.msg_flags & MSG_CTRUNC || m.msg_controllen != sizeof u.bytes || fcntl(got, F_GETFD) < 0;
    }
    printf("%d did not come\n", wrong);
    return t_end();
}
