/* covers: ioctl recvmsg recvmmsg getsockopt setrlimit open_tree open_tree_attr fspick */
/* A table that is full stays full, whatever makes the descriptor, while another thread makes calls that need some of the system's own. */
#include <linux/nsfs.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "threads.h"

#ifndef PIDFD_GET_NET_NAMESPACE
#define PIDFD_GET_NET_NAMESPACE _IO(0xff, 4)
#endif
#ifndef SIOCGSKNS
#define SIOCGSKNS 0x894C
#endif
#ifndef SIOCUNIXFILE
#define SIOCUNIXFILE 0x89E0
#endif
#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif
#define NS_MNT_GET_NEXT _IOR(NSIO, 11, char[16])

enum { LIMIT = 40, ROUNDS = 3000 };
static int pid_ns, mount_ns, pidfd, master, bound, ends[2];
static _Atomic uint32_t stop;

static void *busy(void *arg)
{
    char *none[] = {NULL};
    while (!atomic_load(&stop))
        execve("/nowhere/at/all", none, none);
    return arg;
}

static long receive(bool many)
{
    char control[CMSG_SPACE(sizeof(int))] = {0}, byte = 0;
    struct iovec iov = {&byte, 1};
    struct mmsghdr m = {{.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control},
                        0};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m.msg_hdr);
    *c = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof(int))};
    *(int *) CMSG_DATA(c) = 0;
    MUST(sendmsg(ends[0], &m.msg_hdr, 0) == 1);
    MUST(many ? recvmmsg(ends[1], &m, 1, 0, NULL) == 1 : recvmsg(ends[1], &m.msg_hdr, 0) == 1);
    if (m.msg_hdr.msg_controllen || !(m.msg_hdr.msg_flags & MSG_CTRUNC))
        return 0;
    errno = EMFILE;
    return -1;
}

static long try(int what)
{
    char info[16];
    int fd;
    socklen_t len = sizeof fd;
    switch (what) {
    case 0:
        return ioctl(pid_ns, NS_GET_USERNS);
    case 1:
        return ioctl(pidfd, PIDFD_GET_NET_NAMESPACE, 0);
    case 2:
        return ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
    case 3:
        return ioctl(bound, SIOCUNIXFILE);
    case 4:
        return ioctl(bound, SIOCGSKNS);
    case 5:
        return ioctl(mount_ns, NS_MNT_GET_NEXT, info);
    case 6:
        return receive(false);
    case 7:
        return receive(true);
    case 8:
        return getsockopt(ends[0], SOL_SOCKET, SO_PEERPIDFD, &fd, &len) ? -1 : fd;
    case 9:
        return raw(open_tree, AT_FDCWD, ".", 0);
    case 10:
        return raw(open_tree_attr, AT_FDCWD, ".", 0, NULL, 0);
    case 11:
        return raw(fspick, AT_FDCWD, "/", 0);
    }
    return 0;
}

int main(void)
{
    static const char *const names[] = {"owner of a namespace",
                                        "namespace of a process",
                                        "peer of a terminal",
                                        "file of a socket",
                                        "namespace of a socket",
                                        "next mount namespace",
                                        "message",
                                        "messages",
                                        "peer",
                                        "place in the tree",
                                        "place in the tree with attributes",
                                        "file system to change"};
    struct sockaddr_un a = {AF_UNIX, "bound"};
    int first[ARRAY_SIZE(names)], again[ARRAY_SIZE(names)] = {0};
    scratch();
    MUST((pid_ns = open("/proc/self/ns/pid", O_RDONLY)) >= 0);
    MUST((mount_ns = open("/proc/self/ns/mnt", O_RDONLY)) >= 0 && (pidfd = (int) raw(pidfd_open, getpid(), 0)) >= 0);
    MUST((master = posix_openpt(O_RDWR | O_NOCTTY)) >= 0 && unlockpt(master) == 0);
    MUST((bound = socket(AF_UNIX, SOCK_STREAM, 0)) >= 0 && bind(bound, (void *) &a, sizeof a) == 0);
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    MUST(setrlimit(RLIMIT_NOFILE, &(struct rlimit){LIMIT, LIMIT}) == 0);
    while (dup(0) >= 0)
        ;
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
        first[i] = try((int) i) >= 0 ? 0 : errno;
        printf("%s: %s\n", names[i], errname(first[i]));
    }
    pthread_t th = thread_start(busy, NULL);
    for (int n = 0; n < ROUNDS; n++)
        for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
            long r = try((int) i);
            again[i] += r >= 0 || errno != first[i];
            if (r >= LIMIT)
                close((int) r);
        }
    atomic_store(&stop, 1);
    thread_join(th);
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
        printf("%s beside another thread: %d differ\n", names[i], again[i]);
    raw(close_range, 3, ~0u, 0); /* what goes to the end needs some */
    return t_end();
}
