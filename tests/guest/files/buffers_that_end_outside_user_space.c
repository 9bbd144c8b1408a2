/* covers: read write preadv getrandom recvfrom sendto sendmsg recvmsg vmsplice process_vm_readv process_madvise */
/* A buffer that ends outside user space is refused as a whole, though its beginning is good; the names of several are looked at before any is used. */
#include <sys/socket.h>
#include <sys/uio.h>

#include "t.h"

#define LAST 0x7fffffffe000ul

int main(void)
{
    static char good[T_PAGE];
    char *last, *end;
    int fd, s[2], p[2], self;

    last =
        mmap((void *) LAST, T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (last != (void *) LAST) {
        puts("the stack lies there");
        return 0;
    }
    end = last + T_PAGE - 8;
    scratch();
    put_file("f", "some text that is longer than two buffers of sixteen");
    MUST((fd = open("f", O_RDWR)) >= 0 && (self = (int) raw(pidfd_open, getpid(), 0)) >= 0);
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0 && pipe(p) == 0 && write(s[1], "hello", 5) == 5);

    struct iovec v[3] = {{good, 16}, {end, 8}, {end, 16}}, one = {good, 1ul << 50};
    struct msghdr m = {.msg_iov = v, .msg_iovlen = 3};
    show("read to the end", raw(pread64, fd, end, 8, 0));
    show("read past it", raw(pread64, fd, end, 9, 0));
    show("getrandom", raw(getrandom, end, 16, 0));
    show("getrandom with a bad flag", raw(getrandom, end, 16, 64));
    show("recv", raw(recvfrom, s[0], end, 64, MSG_DONTWAIT, 0, 0));
    show("send", raw(sendto, s[0], end, 64, MSG_DONTWAIT, 0, 0));
    show("two good ones", raw(preadv, fd, v, 2, 0, 0));
    show("with a third", raw(preadv, fd, v, 3, 0, 0));
    show("recvmsg", raw(recvmsg, s[0], &m, MSG_DONTWAIT));
    show("sendmsg", raw(sendmsg, s[0], &m, MSG_DONTWAIT));
    show("vmsplice", raw(vmsplice, p[1], v, 3, SPLICE_F_NONBLOCK));
    show("local side", raw(process_vm_readv, getpid(), v + 2, 1, v, 1, 0));
    show("remote side", raw(process_vm_readv, getpid(), v, 1, v + 2, 1, 0));
    show("advice", raw(process_madvise, self, v + 2, 1, MADV_COLD, 0));
    show("one of 2^50 bytes is cut", raw(preadv, fd, &one, 1, 0, 0));
    v[2] = one;
    show("as the third it is not", raw(preadv, fd, v, 3, 0, 0));
    v[2] = (struct iovec){(void *) -1, 0};
    show("nor is an empty one past the end", raw(preadv, fd, v, 3, 0, 0));
    v[2].iov_len = -1ul;
    v[1].iov_base = (void *) -1;
    show("a negative length is seen first", raw(preadv, fd, v, 3, 0, 0));
    show("nothing was received", raw(recvfrom, s[0], good, 64, MSG_DONTWAIT, 0, 0));

    m = (struct msghdr){0};
    struct msghdr *h = (void *) (at_edge(sizeof m - 1));
    memcpy(h, &m, sizeof m - 1);
    show("header that is a byte short, sent", raw(sendmsg, s[0], h, MSG_DONTWAIT));
    show("and received", raw(recvmsg, s[0], h, MSG_DONTWAIT));
    return t_end();
}
