/* covers: recvmsg */
/* Control data with descriptors where the buffer is not there, is read-only, ends in the middle, or is too small; and what is between messages. */
#include "t.h"

#include <sys/socket.h>
#include <sys/uio.h>

#define MOST 10

static int s[2];

static void send_rights(int n)
{
    union {
        char bytes[CMSG_SPACE(MOST * sizeof(int))];
        struct cmsghdr head;
    } u = {0}; /* descriptor 0, n times */
    char byte = 0;
    struct iovec v = {&byte, 1};
    struct msghdr m = {
        .msg_iov = &v, .msg_iovlen = 1, .msg_control = u.bytes, .msg_controllen = CMSG_SPACE(n * sizeof(int))};
    u.head = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(n * sizeof(int))};
    CHECK(sendmsg(s[0], &m, 0) == 1);
}

static void receive(const char *how, int n, void *control, size_t size)
{
    char byte;
    struct iovec v = {&byte, 1};
    struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1, .msg_control = control, .msg_controllen = size};
    if (n)
        send_rights(n);
    else
        CHECK(send(s[0], "", 1, 0) == 1);
    long ret = recvmsg(s[1], &m, 0);
    int next = dup(0);
    printf("%s: %ld, flags %x, %zu bytes, %d descriptors\n", how, ret, m.msg_flags, (size_t) m.msg_controllen,
           next - s[1] - 1);
    syscall(SYS_close_range, s[1] + 1, s[1] + 100, 0);
}

int main(void)
{
    const int on = 1;
    uint8_t *p = mmap(NULL, 2 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint8_t *fixed = mmap(NULL, T_PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *end = p + T_PAGE;
    munmap(end, T_PAGE);
    CHECK(socketpair(AF_UNIX, SOCK_DGRAM, 0, s) == 0);
    receive("good", 3, p, 64);
    receive("unmapped", 3, end, 64);
    receive("the kernel's", 3, (void *) -4096l, 64);
    receive("read-only", 3, fixed, 64);
    receive("ends early", 3, end - 24, 64);
    receive("just fits", 1, end - 24, 64);
    receive("small", 3, p, 20);
    receive("tiny", 3, p, 8);
    receive("null", 3, NULL, 64);
    memset(p, 0x55, 64);
    receive("between", 1, p, 64);
    for (int i = 20; i < 28; i++)
        printf("%02x", p[i]);
    printf("\n");
    CHECK(setsockopt(s[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0);
    receive("with credentials", 2, p, 64);
    receive("with credentials, read-only", 2, fixed, 64);
    receive("with credentials, ends early", 2, end - 32, 64);
    receive("credentials alone, read-only", 0, fixed, 64);
    receive("odd", 2, end - 27, 27);
    return t_end();
}
