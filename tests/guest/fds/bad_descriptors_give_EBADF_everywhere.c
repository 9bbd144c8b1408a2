/* covers: read write readv pread64 fstat lseek ioctl fcntl dup fsync ftruncate getdents64 fchdir fchmod fchown flock sendto recvfrom
 * bind listen connect accept4 getsockname setsockopt epoll_ctl epoll_wait timerfd_settime inotify_add_watch splice sendfile fallocate
 * fgetxattr openat mkdirat fstatfs syncfs vmsplice tee readahead */
#include "t.h"

#undef pread64 /* musl: a macro */

static const int bad[] = {-1, -2, 77, 1000000, INT_MAX, INT_MIN};

int main(void)
{
    static char buf[256];
    long iov[2] = {(long) buf, 10};

#define TRY(call, ...)                                                                                                 \
    do {                                                                                                               \
        printf("%s:", #call);                                                                                          \
        for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {                                                               \
            int fd = bad[i];                                                                                           \
            long r = raw(call, __VA_ARGS__);                                                                           \
            printf(" %s", r == -1 ? errname(errno) : "accepted");                                                      \
        }                                                                                                              \
        printf("\n");                                                                                                  \
    } while (0)

    TRY(read, fd, buf, 1);
    TRY(write, fd, buf, 1);
    TRY(readv, fd, iov, 1);
    TRY(pread64, fd, buf, 1, 0);
    TRY(fstat, fd, buf);
    TRY(lseek, fd, 0, 0);
    TRY(ioctl, fd, 0x5401, buf);
    TRY(fcntl, fd, F_GETFL, 0);
    TRY(dup, fd);
    TRY(fsync, fd);
    TRY(ftruncate, fd, 0);
    TRY(getdents64, fd, buf, 200);
    TRY(fchdir, fd);
    TRY(fchmod, fd, 0);
    TRY(fchown, fd, -1, -1);
    TRY(flock, fd, 2);
    TRY(sendto, fd, buf, 1, 0, 0, 0);
    TRY(recvfrom, fd, buf, 1, 0, 0, 0);
    TRY(bind, fd, buf, 16);
    TRY(listen, fd, 1);
    TRY(connect, fd, buf, 16);
    TRY(accept4, fd, 0, 0, 0);
    TRY(getsockname, fd, buf, buf + 128);
    TRY(setsockopt, fd, 1, 2, buf, 4);
    TRY(epoll_ctl, fd, 1, 0, buf);
    TRY(epoll_wait, fd, buf, 1, 0);
    TRY(timerfd_settime, fd, 0, buf, 0);
    TRY(inotify_add_watch, fd, "/", 1);
    TRY(splice, fd, 0, fd, 0, 1, 0);
    TRY(tee, fd, fd, 1, 0);
    TRY(vmsplice, fd, iov, 1, 0);
    TRY(sendfile, fd, fd, 0, 1);
    TRY(fallocate, fd, 0, 0, 1);
    TRY(readahead, fd, 0, 1);
    TRY(fgetxattr, fd, "user.x", buf, 10);
    TRY(openat, fd, "x", 0, 0);
    TRY(mkdirat, fd, "x", 0);
    TRY(fstatfs, fd, buf);
    TRY(syncfs, fd);
    return t_end();
}
