/* Descriptors: fcntl by command, close_range around the window, and the calls that name another process's descriptors. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/kcmp.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/vfs.h>

#include "base/fds.h"
#include "fs/procname.h"
#include "fs/target.h"
#include "sys/handlers.h"

/* ---- fcntl ---- */

#define FCNTL_DUPFD_QUERY 1027
#define FCNTL_CREATED_QUERY 1028
#define FCNTL_GETOWNER_UIDS 17

/* What the argument of a command is: `size` bytes at a pointer, or a number. */
static const struct fcntl_cmd {
    int cmd;
    uint8_t size;
    uint8_t dir; /* enum pin_dir; 0: a number */
    bool dups, blocks;
} fcntl_cmds[] = {
    {.cmd = F_DUPFD, .dups = true},
    {.cmd = F_DUPFD_CLOEXEC, .dups = true},
    {.cmd = F_GETFD},
    {.cmd = F_SETFD},
    {.cmd = F_GETFL},
    {.cmd = F_SETFL},
    {.cmd = F_GETLK, .size = sizeof(struct flock), .dir = PIN_INOUT},
    {.cmd = F_SETLK, .size = sizeof(struct flock), .dir = PIN_IN},
    {.cmd = F_SETLKW, .size = sizeof(struct flock), .dir = PIN_IN, .blocks = true},
    {.cmd = F_OFD_GETLK, .size = sizeof(struct flock), .dir = PIN_INOUT},
    {.cmd = F_OFD_SETLK, .size = sizeof(struct flock), .dir = PIN_IN},
    {.cmd = F_OFD_SETLKW, .size = sizeof(struct flock), .dir = PIN_IN, .blocks = true},
    {.cmd = F_SETOWN},
    {.cmd = F_GETOWN},
    {.cmd = F_SETOWN_EX, .size = 8, .dir = PIN_IN},
    {.cmd = F_GETOWN_EX, .size = 8, .dir = PIN_OUT},
    {.cmd = FCNTL_GETOWNER_UIDS, .size = 8, .dir = PIN_OUT},
    {.cmd = F_SETSIG},
    {.cmd = F_GETSIG},
    {.cmd = F_SETLEASE},
    {.cmd = F_GETLEASE},
    {.cmd = F_NOTIFY},
    {.cmd = F_SETPIPE_SZ},
    {.cmd = F_GETPIPE_SZ},
    {.cmd = F_ADD_SEALS},
    {.cmd = F_GET_SEALS},
    {.cmd = F_GET_RW_HINT, .size = 8, .dir = PIN_OUT},
    {.cmd = F_SET_RW_HINT, .size = 8, .dir = PIN_IN},
    {.cmd = F_GET_FILE_RW_HINT, .size = 8, .dir = PIN_OUT},
    {.cmd = F_SET_FILE_RW_HINT, .size = 8, .dir = PIN_IN},
    {.cmd = FCNTL_DUPFD_QUERY},
    {.cmd = FCNTL_CREATED_QUERY},
};

int64_t sys_fcntl(struct thread *t, const uint64_t a[6])
{
    static const struct fcntl_cmd unknown = {.cmd = -1};
    const struct fcntl_cmd *c = &unknown;
    int fd = (int) a[0], cmd = (int) a[1];
    uint64_t arg = a[2];
    struct pin p = {0};
    int64_t ret;

    for (unsigned i = 0; i < ARRAY_SIZE(fcntl_cmds); i++)
        if (fcntl_cmds[i].cmd == cmd)
            c = &fcntl_cmds[i];
    if (c == &unknown)
        return host(SYS_fcntl, fd, -1, 0); /* EBADF or EINVAL */
    if (cmd == FCNTL_DUPFD_QUERY && fds_reserved((int) arg))
        return -EBADF;
    if (c->dir) {
        ret = pin(t, &p, arg, c->size, c->dir);
        if (ret < 0)
            return ret;
        arg = (uint64_t) p.hva;
    }
    if (c->dups)
        fds_use_lock();
    if (c->blocks)
        ret = sys_block(t, SYS_fcntl, (long) fd, (long) cmd, arg, 0l, 0l, 0l);
    else
        ret = host(SYS_fcntl, fd, cmd, arg);
    if (c->dups)
        fds_use_unlock();
    if (c->dir && pin_done(t, &p, ret < 0 ? 0 : p.size) < 0)
        ret = -EFAULT;
    return ret == -EINTR && c->blocks ? -ERESTARTSYS : ret;
}

/* ---- close, close_range ---- */

/* Its number is free at once. What it waits for is waited for without the lock, at a place of the window. */
static int64_t close_lingering(int fd)
{
    fds_create_lock();
    int place = fds_adopt_private(fd, false); /* no fork keeps it open */
    fds_create_unlock();
    fds_close(place);
    return 0;
}

int64_t sys_close(struct thread *t, const uint64_t a[6])
{
    int fd = (int) a[0];

    (void) t;
    if (sys_lingers(fd))
        return close_lingering(fd);
    fds_use_lock();
    int64_t ret = host(SYS_close, fd);
    fds_use_unlock();
    return ret;
}

int64_t sys_close_range(struct thread *t, const uint64_t a[6])
{
    uint32_t first = (uint32_t) a[0], last = (uint32_t) a[1];
    uint32_t base = (uint32_t) fds_base(), end = base + (uint32_t) fds_count();
    int64_t ret;

    (void) t;
    if (first > last || last < base || first >= end)
        return host(SYS_close_range, first, last, a[2]);
    /* The flags are checked even when nothing is left to close. */
    ret = first < base ? host(SYS_close_range, first, base - 1, a[2]) : host(SYS_close_range, ~0u, ~0u, a[2]);
    if (ret >= 0 && last >= end)
        ret = host(SYS_close_range, end, last, a[2]);
    return ret;
}

/* ---- other processes' descriptors ---- */

/* -EBADF when process `g` must not be asked for its descriptor `fd`, because it belongs to an elfuse there; `found`: what finding it said. */
static int in_window(int found, const struct target *g, int fd)
{
    if (found <= 0)
        return found == -EACCES ? -EPERM : found;
    return fds_contains(g->window_base, g->window_count, fd) ? -EBADF : 0;
}

static int in_window_of(int pid, int fd)
{
    struct target g;

    return in_window(target_of(pid, &g), &g, fd);
}

/* What another supervisor opens stands at one of its guest's numbers until it lies in the window: a descriptor of KVM, or the memory of a
 * process, is one of those. */
static bool is_supervisors(int fd)
{
    char link[64];
    struct proc_name p;
    struct statfs fs;
    int64_t n;

    if (host(SYS_fstatfs, fd, &fs) < 0)
        return true;
    if (fs.f_type == PROC_SUPER_MAGIC)
        return proc_name_of_fd(fd, &p) != 1 || !strcmp(p.rest, "mem");
    if (fs.f_type != ANON_INODE_FS_MAGIC)
        return false;
    n = proc_fd_link(fd, link, sizeof link);
    return n <= 0 || !strncmp(link, "anon_inode:kvm", 14);
}

/* With a copy of the pidfd that no other thread can exchange, under the lock that keeps them from the result before it was looked at. */
int64_t sys_pidfd_getfd(struct thread *t, const uint64_t a[6])
{
    struct target g;
    int64_t ret;
    int pidfd;

    (void) t;
    if ((unsigned) a[2])
        return -EINVAL;
    fds_create_lock();
    pidfd = (int) host(SYS_fcntl, (int) a[0], F_DUPFD_CLOEXEC, 0);
    if (pidfd >= 0)
        pidfd = fds_adopt_fd(pidfd, false);
    ret = pidfd;
    if (ret >= 0)
        ret = in_window(target_of_pidfd(pidfd, &g), &g, (int) a[1]);
    if (ret >= 0)
        ret = host(SYS_pidfd_getfd, pidfd, (int) a[1], a[2]);
    if (ret >= 0 && (is_supervisors((int) ret) || (uint64_t) ret >= fds_self()->limit.rlim_cur)) {
        host(SYS_close, ret);
        ret = (uint64_t) ret >= fds_self()->limit.rlim_cur ? -EMFILE : -EBADF;
    }
    if (pidfd >= 0)
        fds_close(pidfd);
    fds_create_unlock();
    return ret;
}

int64_t sys_kcmp(struct thread *t, const uint64_t a[6])
{
    int type = (int) a[2];
    struct kcmp_epoll_slot slot;
    int ret = 0;

    if (type == KCMP_FILE)
        ret = in_window_of((int) a[0], (int) a[3]);
    if (type == KCMP_FILE && !ret)
        ret = in_window_of((int) a[1], (int) a[4]);
    if (type == KCMP_EPOLL_TFD) {
        ret = in_window_of((int) a[0], (int) a[3]);
        if (!ret && get_user(t->proc->space, &slot, gva(a[4])) < 0)
            ret = -EFAULT;
        if (!ret)
            return host(SYS_kcmp, (int) a[0], (int) a[1], type, a[3], &slot);
    }
    if (ret)
        return ret;
    return host(SYS_kcmp, (int) a[0], (int) a[1], type, a[3], a[4]);
}

/* PIDFD_SELF_THREAD and PIDFD_SELF_THREAD_GROUP, of Linux 6.15, whose number is another one in later ones: for hosts that know it. */
static bool is_self(int pidfd)
{
    return pidfd == -10000 || pidfd == -10001 || pidfd == -20000;
}

/* Advice for the caller itself; another process's addresses are backed by host addresses that are not known here. */
int64_t sys_process_madvise(struct thread *t, const uint64_t a[6])
{
    struct iovec iov[IOV_MAX];
    unsigned count = (unsigned) a[2];
    struct target g;
    int64_t done = 0;
    int ret;

    if ((unsigned) a[4] || count > IOV_MAX)
        return -EINVAL;
    if (copy_in(t->proc->space, iov, gva(a[1]), count * sizeof *iov) < 0)
        return -EFAULT;
    for (unsigned i = 0; i < count; i++)
        if (!mem_is_user((uint64_t) iov[i].iov_base, iov[i].iov_len))
            return -EFAULT;
    if (is_self((int) a[0])) {
        if (host(SYS_process_madvise, (int) a[0], NULL, 0, MADV_COLD, 0) == -EBADF)
            return -EBADF;
    } else {
        ret = target_of_pidfd((int) a[0], &g);
        if (ret < 0)
            return ret == -EBADF || ret == -ESRCH ? ret : -EPERM;
        if (ret == 0 || !g.self)
            return -EPERM;
    }
    for (unsigned i = 0; i < count; i++) {
        ret = space_advise(t->proc->space, gva((uint64_t) iov[i].iov_base), iov[i].iov_len, (int) a[3]);
        if (ret < 0)
            return done ? done : ret;
        done += (int64_t) iov[i].iov_len;
    }
    return done;
}
