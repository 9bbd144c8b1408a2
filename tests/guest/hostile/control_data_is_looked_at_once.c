/* covers: recvmsg */
/* What came with a message names descriptors. Another thread writes other numbers over them while they come: none of those is closed. */
#include "t.h"

#include <pthread.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define MESSAGES 5000
#define VICTIM 500
#define RIGHTS 3

static union {
    char bytes[CMSG_SPACE(RIGHTS * sizeof(int))];
    struct cmsghdr head;
} in, out;
static volatile int stop;

static void *forge(void *arg)
{
    volatile int *fd = (int *) CMSG_DATA(&in.head);
    (void) arg;
    while (!stop)
        fd[0] = INT_MAX, fd[1] = fd[2] = VICTIM;
    return NULL;
}

int main(void)
{
    int s[2], lost = 0, refused = 0;
    pthread_t thread;
    CHECK(socketpair(AF_UNIX, SOCK_DGRAM, 0, s) == 0);
    CHECK(dup2(1, VICTIM) == VICTIM);
    CHECK(pthread_create(&thread, NULL, forge, NULL) == 0);
    for (int i = 0; i < MESSAGES; i++) {
        char byte = 0;
        struct iovec v = {&byte, 1};
        struct msghdr m = {
            .msg_iov = &v, .msg_iovlen = 1, .msg_control = out.bytes, .msg_controllen = sizeof out.bytes};
        memset(&out, 0, sizeof out); /* three times descriptor 0 */
        out.head = (struct cmsghdr){
            .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(RIGHTS * sizeof(int))};
        refused += sendmsg(s[0], &m, 0) != 1;
        m.msg_control = in.bytes;
        m.msg_controllen = sizeof in.bytes;
        refused += recvmsg(s[1], &m, 0) != 1;
        if (fcntl(VICTIM, F_GETFD) < 0) {
            lost++;
            dup2(1, VICTIM);
        }
        syscall(SYS_close_range, s[1] + 1, VICTIM - 1, 0);
    }
    stop = 1;
    pthread_join(thread, NULL);
    printf("%d refused, %d lost\n", refused, lost);
    return t_end();
}
