/* ioctl by table. Nothing else is passed on blindly: a guest pointer inside a structure would be taken for one of the supervisor's. */
#include "sys/ioctl.h"

#include "base/apart.h"
#include "base/fds.h"
#include "sys/seccomp.h"
#include "task/process.h"
#include "sys/handlers.h" /* before linux/kd.h, whose K_OFF is a macro */

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/fiemap.h>
#include <linux/fscrypt.h>
#include <linux/fs.h>
#include <linux/fsverity.h>
#include <linux/hdreg.h>
#include <linux/if_tun.h>
#include <linux/kd.h>
#include <linux/loop.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <linux/random.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <linux/un.h>
#include <linux/vt.h>
#include <asm/ioctls.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

/* The kernel's structures behind these two clash with the C library's; only their sizes count, and those are in the numbers. */
struct termios2 {
    uint32_t flags[4];
    uint8_t line, cc[19];
    uint32_t speed[2];
};

#ifndef PIDFD_GET_CGROUP_NAMESPACE /* <linux/pidfd.h> since 6.11 */
#define PIDFD_GET_CGROUP_NAMESPACE _IO(0xff, 1)
#define PIDFD_GET_IPC_NAMESPACE _IO(0xff, 2)
#define PIDFD_GET_MNT_NAMESPACE _IO(0xff, 3)
#define PIDFD_GET_NET_NAMESPACE _IO(0xff, 4)
#define PIDFD_GET_PID_NAMESPACE _IO(0xff, 5)
#define PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE _IO(0xff, 6)
#define PIDFD_GET_TIME_NAMESPACE _IO(0xff, 7)
#define PIDFD_GET_TIME_FOR_CHILDREN_NAMESPACE _IO(0xff, 8)
#define PIDFD_GET_USER_NAMESPACE _IO(0xff, 9)
#define PIDFD_GET_UTS_NAMESPACE _IO(0xff, 10)
#endif

#ifndef NS_MNT_GET_NEXT /* since 6.12; struct mnt_ns_info */
#define NS_MNT_GET_NEXT _IOR(NSIO, 11, uint32_t[4])
#define NS_MNT_GET_PREV _IOR(NSIO, 12, uint32_t[4])
#endif

#ifndef NS_GET_PID_FROM_PIDNS /* since 6.11 */
#define NS_GET_PID_FROM_PIDNS _IOR(NSIO, 6, int)
#define NS_GET_TGID_FROM_PIDNS _IOR(NSIO, 7, int)
#define NS_GET_PID_IN_PIDNS _IOR(NSIO, 8, int)
#define NS_GET_TGID_IN_PIDNS _IOR(NSIO, 9, int)
#endif

/* Requests of file systems that have no header for programs. */
#define CIFS_IOC_COPYCHUNK_FILE _IOW(0xcf, 3, int)
#define EXT4_IOC_GETSTATE _IOW('f', 41, uint32_t)
#define EXT4_IOC_GETFSUUID _IOR('f', 44, uint32_t[2])
#define EXT4_IOC_SETFSUUID _IOW('f', 44, uint32_t[2])
#ifndef EXT4_IOC_MOVE_EXT /* struct move_extent */
#define EXT4_IOC_MOVE_EXT _IOWR('f', 15, uint64_t[5])
#endif
#ifndef F2FS_IOC_MOVE_RANGE /* struct f2fs_move_range */
#define F2FS_IOC_MOVE_RANGE _IOWR(0xf5, 9, uint64_t[4])
#endif

enum ioctl_dir { DIR_NONE, DIR_VOID, DIR_IN, DIR_OUT, DIR_INOUT, DIR_FD, DIR_NAMES, DIR_CUSTOM };

static const struct ioctl_row {
    uint32_t request;
    uint16_t size;
    uint8_t dir;
    bool makes; /* a descriptor */
    uint8_t at; /* DIR_NAMES: where in the structure */
    const char *name;
} ioctl_rows[] = {
#define IOCTL(request, dir, size) {(uint32_t) (request), size, DIR_##dir, false, 0, #request},
#define IOCTL_NEW(request, dir, size) {(uint32_t) (request), size, DIR_##dir, true, 0, #request},
#define IOCTL_NAMES(request, size, at) {(uint32_t) (request), size, DIR_NAMES, false, at, #request},
#include "sys/ioctl.def"
};

/* Of what makes a descriptor and has a structure, a later kernel's may be larger (nsfs). */
static bool is_row(const struct ioctl_row *r, uint32_t request)
{
    const uint32_t size = r->makes && _IOC_SIZE(r->request) ? IOCSIZE_MASK : 0;

    return (r->request | size) == (request | size) && _IOC_SIZE(request) >= _IOC_SIZE(r->request);
}

static const struct ioctl_row *row_of(uint32_t request)
{
    for (unsigned i = 0; i < ARRAY_SIZE(ioctl_rows); i++)
        if (is_row(&ioctl_rows[i], request))
            return &ioctl_rows[i];
    return NULL;
}

const char *ioctl_name(uint32_t request)
{
    const struct ioctl_row *r = row_of(request);

    return r ? r->name : NULL;
}

/* ---- requests with more than one flat structure ---- */

static int64_t interface_list(struct thread *t, int fd, uint64_t va)
{
    struct {
        int32_t len, pad;
        uint64_t buf;
    } conf;
    struct pin p;
    int64_t ret;

    if (get_user(t->proc->space, &conf, gva(va)) < 0)
        return -EFAULT;
    ret = pin(t, &p, conf.buf, (size_t) MAX(conf.len, 0), PIN_OUT);
    if (ret < 0)
        return ret;
    conf.buf = (uint64_t) p.hva;
    ret = host(SYS_ioctl, fd, SIOCGIFCONF, &conf);
    if (pin_done(t, &p, ret < 0 ? 0 : (size_t) conf.len) < 0)
        return -EFAULT;
    return ret < 0 ? ret : copy_out(t->proc->space, gva(va), &conf.len, sizeof conf.len);
}

/* A head, and as many extents as it says. On a copy: the host reads the count itself, and the guest may change its own meanwhile. */
static int64_t extents(struct thread *t, int fd, uint64_t va)
{
    enum { EXTENTS_MAX = 1 << 20 };
    struct fiemap head;
    uint32_t count;
    int64_t ret;

    if (get_user(t->proc->space, &head, gva(va)) < 0)
        return host(SYS_ioctl, fd, FS_IOC_FIEMAP, BAD_PTR);
    count = head.fm_extent_count;
    head.fm_extent_count = MIN(count, EXTENTS_MAX);
    autofree struct fiemap *copy = malloc(sizeof head + head.fm_extent_count * sizeof head.fm_extents[0]);
    if (!copy)
        return -ENOMEM;
    *copy = head;
    ret = host(SYS_ioctl, fd, FS_IOC_FIEMAP, copy);
    uint32_t told = ret < 0 ? 0 : MIN(copy->fm_mapped_extents, head.fm_extent_count);
    copy->fm_extent_count = count;
    if (copy_out(t->proc->space, gva(va), copy, sizeof head + told * sizeof head.fm_extents[0]) < 0 && ret >= 0)
        ret = -EFAULT;
    return ret;
}

static int64_t dedupe(struct thread *t, int fd, uint64_t va)
{
    struct file_dedupe_range *range;
    autofree void *copy = NULL;
    struct file_dedupe_range head;
    size_t size;
    int64_t ret;

    if (get_user(t->proc->space, &head, gva(va)) < 0)
        return -EFAULT;
    size = sizeof head + head.dest_count * sizeof head.info[0];
    if (size > PAGE_SIZE)
        return -ENOMEM; /* as the kernel has it */
    copy = malloc(size);
    if (!copy)
        return -ENOMEM;
    if (copy_in(t->proc->space, copy, gva(va), size) < 0)
        return -EFAULT;
    range = copy;
    range->dest_count = head.dest_count;
    for (unsigned i = 0; i < head.dest_count; i++)
        if (fds_reserved((int) range->info[i].dest_fd))
            range->info[i].dest_fd = -1;
    ret = host(SYS_ioctl, fd, FIDEDUPERANGE, range);
    return ret < 0 ? ret : copy_out(t->proc->space, gva(va), range, size) < 0 ? -EFAULT : ret;
}

/* A structure with a descriptor's number in it. On a copy, which stays what was looked at. */
static int64_t names_descriptor(struct thread *t, int fd, const struct ioctl_row *r, uint64_t va)
{
    uint8_t copy[512];
    int64_t ret;
    int named;

    BUG_ON(r->size > sizeof copy);
    if (copy_in(t->proc->space, copy, gva(va), r->size) < 0)
        return host(SYS_ioctl, fd, r->request, BAD_PTR);
    memcpy(&named, copy + r->at, sizeof named);
    if (fds_reserved(named)) {
        named = -1;
        memcpy(copy + r->at, &named, sizeof named);
    }
    ret = sys_block(t, SYS_ioctl, (long) fd, (long) r->request, copy, 0l, 0l, 0l);
    if (_IOC_DIR(r->request) & _IOC_READ && copy_out(t->proc->space, gva(va), copy, r->size) < 0 && ret >= 0)
        ret = -EFAULT;
    return ret == -EINTR ? -ERESTARTSYS : ret;
}

/* A head, and as many bytes of a digest as it says that there is room for, which FUSE fills, and file systems as far as they need. On a copy, as above. */
static int64_t measure(struct thread *t, int fd, uint64_t va)
{
    struct {
        uint16_t algorithm, size;
        uint8_t digest[64];
    } copy = {0};
    const size_t head = offsetof(typeof(copy), digest);
    int64_t ret;

    if (copy_in(t->proc->space, &copy, gva(va), head) < 0)
        return host(SYS_ioctl, fd, FS_IOC_MEASURE_VERITY, BAD_PTR);
    copy.size = MIN(copy.size, sizeof copy.digest);
    ret = sys_block(t, SYS_ioctl, (long) fd, FS_IOC_MEASURE_VERITY, &copy, 0l, 0l, 0l);
    if (ret >= 0 && copy_out(t->proc->space, gva(va), &copy, head + MIN(copy.size, sizeof copy.digest)) < 0)
        ret = -EFAULT;
    return ret == -EINTR ? -ERESTARTSYS : ret;
}

/* What an interface is asked by a command alone, and tells in a structure of one size. Instead of all else the host is asked what nobody knows. */
static int64_t ethtool(struct thread *t, int fd, uint64_t va)
{
    static const struct {
        uint32_t cmd, size;
    } asks[] = {
        {ETHTOOL_GSET, sizeof(struct ethtool_cmd)},
        {ETHTOOL_GDRVINFO, sizeof(struct ethtool_drvinfo)},
        {ETHTOOL_GWOL, sizeof(struct ethtool_wolinfo)},
        {ETHTOOL_GMSGLVL, sizeof(struct ethtool_value)},
        {ETHTOOL_GLINK, sizeof(struct ethtool_value)},
        {ETHTOOL_GCOALESCE, sizeof(struct ethtool_coalesce)},
        {ETHTOOL_GRINGPARAM, sizeof(struct ethtool_ringparam)},
        {ETHTOOL_GPAUSEPARAM, sizeof(struct ethtool_pauseparam)},
        {ETHTOOL_GRXCSUM, sizeof(struct ethtool_value)},
        {ETHTOOL_GTXCSUM, sizeof(struct ethtool_value)},
        {ETHTOOL_GSG, sizeof(struct ethtool_value)},
        {ETHTOOL_GTSO, sizeof(struct ethtool_value)},
        {ETHTOOL_GUFO, sizeof(struct ethtool_value)},
        {ETHTOOL_GGSO, sizeof(struct ethtool_value)},
        {ETHTOOL_GGRO, sizeof(struct ethtool_value)},
        {ETHTOOL_GFLAGS, sizeof(struct ethtool_value)},
        {ETHTOOL_GPFLAGS, sizeof(struct ethtool_value)},
        {ETHTOOL_GCHANNELS, sizeof(struct ethtool_channels)},
        {ETHTOOL_GET_TS_INFO, sizeof(struct ethtool_ts_info)},
        {ETHTOOL_GEEE, sizeof(struct ethtool_eee)},
    };
    uint32_t copy[64] = {0}, cmd = 0, size = 0;
    struct ifreq r;
    uint64_t data;
    int64_t ret;

    if (get_user(t->proc->space, &r, gva(va)) < 0)
        return host(SYS_ioctl, fd, SIOCETHTOOL, BAD_PTR);
    data = (uint64_t) r.ifr_data;
    r.ifr_data = get_user(t->proc->space, &cmd, gva(data)) < 0 ? BAD_PTR : (void *) copy;
    for (unsigned i = 0; i < ARRAY_SIZE(asks); i++)
        if (asks[i].cmd == cmd)
            size = asks[i].size;
    BUG_ON(size > sizeof copy);
    copy[0] = size ? cmd : 0;
    ret = host(SYS_ioctl, fd, SIOCETHTOOL, &r);
    return ret < 0 || copy_out(t->proc->space, gva(data), copy, size) == 0 ? ret : -EFAULT;
}

static int64_t custom(struct thread *t, int fd, uint32_t request, uint64_t va)
{
    switch (request) {
    case SIOCGIFCONF:
        return interface_list(t, fd, va);
    case FIDEDUPERANGE:
        return dedupe(t, fd, va);
    case FS_IOC_FIEMAP:
        return extents(t, fd, va);
    case FS_IOC_MEASURE_VERITY:
        return measure(t, fd, va);
    case SIOCETHTOOL:
        return ethtool(t, fd, va);
    case SECCOMP_IOCTL_NOTIF_RECV:
    case SECCOMP_IOCTL_NOTIF_SEND:
    case SECCOMP_IOCTL_NOTIF_ADDFD:
        return seccomp_ioctl(t, fd, request, va);
    }
    return -ENOTTY;
}

/* ---- the rest ---- */

/* What the number of a request says of the argument. */
static const enum pin_dir number_dir[] = {
    [_IOC_WRITE] = PIN_IN, [_IOC_READ] = PIN_OUT, [_IOC_READ | _IOC_WRITE] = PIN_INOUT};

/* Is an unknown request safe to pass by what its number says? Not to devices, whose structures often hold pointers, nor to files of procfs, tracefs and
 * debugfs, nor for families that are known for it (btrfs, xfs, KVM, bcachefs, nilfs, ocfs2, coda, perf, sync files,
 * userfaultfds), nor where more is written than the
 * number says: cifs, fs-verity, udf and ext4's cache of extents. To sockets only what is for all of them: some protocols fill lists. */
static bool passes(int fd, uint32_t request)
{
    struct statfs fs;
    struct stat st;

    if (!_IOC_SIZE(request) || _IOC_DIR(request) == _IOC_NONE)
        return false;
    switch (_IOC_TYPE(request)) {
    case 0x94:
    case 'V':
    case 'X':
    case 0xae:
    case 0xbc:
    case 0xcf:
    case 'n':
    case 'o':
    case '$':
    case '>':
    case 0xaa:
        return false;
    case '!': /* any number of this kind is SECCOMP_IOCTL_NOTIF_ADDFD to the kernel */
        if (_IOC_NR(request) == _IOC_NR(SECCOMP_IOCTL_NOTIF_ADDFD))
            return false;
        break;
    case NSIO: /* whatever their size */
        if (_IOC_NR(request) == _IOC_NR(NS_MNT_GET_NEXT) || _IOC_NR(request) == _IOC_NR(NS_MNT_GET_PREV))
            return false;
        break;
    case 'l':
        if (_IOC_NR(request) == 0x41) /* UDF_GETEABLOCK */
            return false;
        break;
    case 'f':
        if (_IOC_NR(request) == 42 || _IOC_NR(request) == 133 || _IOC_NR(request) == 135)
            return false;
        break;
    }
    if (host(SYS_fstat, fd, &st) || host(SYS_fstatfs, fd, &fs) || fs.f_type == PROC_SUPER_MAGIC ||
        fs.f_type == TRACEFS_MAGIC || fs.f_type == DEBUGFS_MAGIC)
        return false;
    return S_ISSOCK(st.st_mode) ? _IOC_TYPE(request) == SOCK_IOC_TYPE : !S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode);
}

/* Where Linux waits for a terminal's output to drain (tty_ioctl()), only a SIGTTOU has the call made again. */
static int64_t interrupted(int fd, uint32_t request)
{
    int group;

    switch (request) {
    case TCSBRK:
    case TCSBRKP:
    case TIOCSBRK:
    case TIOCSETD:
        if (host(SYS_ioctl, fd, TIOCGPGRP, &group) || group == host(SYS_getpgid, 0))
            return -EINTR;
    }
    return -ERESTARTSYS;
}

/* What the row does not speak of is as the program has it: FUSE knows no request, and moves what the number says. */
static int64_t flat(struct thread *t, int fd, uint32_t request, uint64_t arg, size_t size, enum pin_dir dir)
{
    struct pin p;
    int64_t ret = pin(t, &p, arg, MAX(size, _IOC_SIZE(request)), dir | PIN_IN);

    if (ret < 0)
        return ret;
    ret = sys_block(t, SYS_ioctl, (long) fd, (long) request, p.hva, 0l, 0l, 0l);
    if (pin_done(t, &p, ret < 0 && dir == PIN_OUT ? 0 : p.size) < 0 && ret >= 0)
        ret = -EFAULT;
    return ret == -EINTR ? interrupted(fd, request) : ret;
}

/* Its server may not know of statfs(2). A device that lies there is a driver's. */
static bool is_fuse(int fd)
{
    struct statfs fs;
    struct stat st;

    if (host(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH) || S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
        return false;
    return host(SYS_fstatfs, fd, &fs) || fs.f_type == FUSE_SUPER_MAGIC;
}

/* A number to its owner, and to FUSE a pointer, if the request's own has a size. Whatever is at the descriptor by then: it is no address of ours. */
static int64_t number(struct thread *t, int fd, uint32_t request, uint64_t arg)
{
    if (_IOC_SIZE(request) && is_fuse(fd))
        return flat(t, fd, request, arg, 0, number_dir[_IOC_DIR(request)]);
    if (!(arg >> 63)) /* the kernel's half has none */
        arg = MIN(arg, (uint64_t) UINT32_MAX);
    int64_t ret = sys_block(t, SYS_ioctl, (long) fd, (long) request, arg, 0l, 0l, 0l);
    return ret == -EINTR ? interrupted(fd, request) : ret;
}

/* ENOTTY, once there is a descriptor. */
static int64_t no_such_request(int fd)
{
    int64_t ret = host(SYS_fcntl, fd, F_GETFL);

    return ret < 0 || ret & O_PATH ? -EBADF : -ENOTTY;
}

struct unknown {
    int fd;
    uint32_t request;
    void *hva;
    int64_t ret;
};

static void try_unknown(void *arg)
{
    struct unknown *u = arg;

    u->ret = passes(u->fd, u->request) ? host(SYS_ioctl, u->fd, u->request, u->hva) : no_such_request(u->fd);
}

/* A request that is not in the table. Where other threads could put a device at the number after the look, away from them. */
static int64_t unknown(struct thread *t, int fd, uint32_t request, uint64_t arg)
{
    enum pin_dir dir = number_dir[_IOC_DIR(request)];
    struct unknown u = {.fd = fd, .request = request};
    struct pin p;

    if (!passes(fd, request))
        return no_such_request(fd);
    if (process_owns_table(t->proc))
        return flat(t, fd, request, arg, _IOC_SIZE(request), dir);
    int64_t ret = pin(t, &p, arg, _IOC_SIZE(request), dir);
    if (ret < 0)
        return ret;
    u.hva = p.hva;
    ret = apart_run(try_unknown, &u, fd);
    if (ret == 0)
        ret = u.ret;
    if (pin_done(t, &p, ret < 0 && dir == PIN_OUT ? 0 : p.size) < 0 && ret >= 0)
        ret = -EFAULT;
    return ret;
}

/* A request of a network driver's own, whose structures hold pointers: no driver here has any, as dev_ioctl() of Linux says of such drivers. */
static int64_t driver_request(struct thread *t, int fd, uint64_t va)
{
    struct ifreq r;
    int64_t ret = host(SYS_ioctl, fd, SIOCGIFINDEX, get_user(t->proc->space, &r, gva(va)) < 0 ? NULL : &r);

    return ret < 0 ? ret : -EOPNOTSUPP;
}

static int64_t known(struct thread *t, const struct ioctl_row *r, const uint64_t a[6])
{
    int fd = (int) a[0];
    uint32_t request = (uint32_t) a[1];

    switch ((enum ioctl_dir) r->dir) {
    case DIR_NONE:
        return number(t, fd, request, a[2]);
    case DIR_VOID:
        return host(SYS_ioctl, fd, request, &(uint64_t[32]){0});
    case DIR_FD:
        return fds_reserved((int) a[2]) ? -EBADF : host(SYS_ioctl, fd, request, (uint32_t) a[2]);
    case DIR_NAMES:
        return names_descriptor(t, fd, r, a[2]);
    case DIR_CUSTOM:
        return custom(t, fd, request, a[2]);
    case DIR_IN:
        return flat(t, fd, request, a[2], r->size, PIN_IN);
    case DIR_OUT:
        return flat(t, fd, request, a[2], r->size, PIN_OUT);
    case DIR_INOUT:
        return flat(t, fd, request, a[2], r->size, PIN_INOUT);
    }
    return -ENOTTY;
}

int64_t sys_ioctl(struct thread *t, const uint64_t a[6])
{
    const uint32_t request = (uint32_t) a[1];
    const struct ioctl_row *r = row_of(request);

    if (!r)
        return request - SIOCDEVPRIVATE < 16 ? driver_request(t, (int) a[0], a[2])
                                             : unknown(t, (int) a[0], request, a[2]);
    if (!r->makes)
        return known(t, r, a);
    fds_use_lock(); /* a number that the guest may have (base/fds.h) */
    int64_t ret = known(t, r, a);
    fds_use_unlock();
    return ret;
}
