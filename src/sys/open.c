/* Opening files. /proc has to tell of the guest, so what was opened is looked at afterwards; what would be the supervisor's to every thread that
 * guesses its number meanwhile, its memory, is never opened at all. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/fds.h"
#include "base/procfs.h"
#include "fs/device.h"
#include "fs/proc.h"
#include "sys/handlers.h"
#include "task/process.h"

static int open_path_flags(uint64_t flags)
{
    int fs = FS_DIRFD;

    if (flags & O_CREAT)
        fs |= FS_CREATE;
    if (flags & O_NOFOLLOW || (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
        fs |= FS_NOFOLLOW;
    return fs;
}

static int64_t opened(struct thread *t, int64_t ret, uint64_t flags)
{
    if (ret == -EINTR)
        return -ERESTARTSYS; /* a FIFO that waits for its other end */
    if (ret >= 0)
        ret = fds_given((int) ret);
    return ret < 0 ? ret : fs_proc_filter(t, (int) ret, flags);
}

/* Is it the memory of a process? Then it is opened here, before other threads can have the host's file for it. */
static bool memory_file(const struct fs_at *at, uint64_t flags, uint64_t resolve, int64_t *ret)
{
    int fd;

    if (!fs_proc_memory(at, flags, resolve, &fd))
        return false;
    if (fd >= 0 && !(flags & O_CLOEXEC))
        host(SYS_fcntl, fd, F_SETFD, 0);
    *ret = fd;
    return true;
}

/* What Linux finds wrong with such an open before it finds the file busy: O_ACCMODE as a whole asks for both rights, and for no write access.
 * `how`: as for openat2(2), else NULL. */
static int64_t open_busy(const struct sys_path *p, uint64_t flags, struct open_how *how, uint64_t how_size)
{
    flags = (flags & ~(uint64_t) (O_CREAT | O_TRUNC)) | O_ACCMODE;
    if (how) {
        if (how->flags & O_CREAT)
            how->mode = 0;
        how->flags = flags;
    }
    fds_create_lock();
    long fd = how ? host(SYS_openat2, p->dirfd, p->host, how, how_size) : host(SYS_openat, p->dirfd, p->host, flags, 0);
    if (fd >= 0)
        host(SYS_close, fd);
    fds_create_unlock();
    return fd < 0 ? fd : -ETXTBSY;
}

/* ---- beside others who can name the new number ---- */

/* Is the path that of a descriptor in the window itself, and not of a name in it? On /proc may be what the guest likes. */
static bool is_held(const struct fs_at *at)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/thread-self/fd/%d", at->owned);
    return at->owned >= 0 && !at->resolve && at->dirfd == procfs_fd() && strcmp(at->path, procfs_path(path)) == 0;
}

/* Is whatever the host may find at this path by now safe to be opened at a number that other threads can guess? What is new is, and what is
 * held by a descriptor in the window has been looked at. */
static bool opens_directly(struct thread *t, const struct sys_path *p, uint64_t flags)
{
    return flags & O_PATH || (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL) || p->host != p->at.path ||
           is_held(&p->at) || process_owns_table(t->proc);
}

/* `size` 0: as openat(2) takes flags. */
static int64_t host_open(struct thread *t, int dirfd, const char *path, const struct open_how *how, size_t size)
{
    if (!size && !how->resolve)
        return sys_block(t, SYS_openat, (long) dirfd, path, how->flags, how->mode, 0l, 0l);
    return sys_block(t, SYS_openat2, (long) dirfd, path, how, size ? size : sizeof *how, 0l, 0l);
}

int sys_hold(int dirfd, const char *path, uint64_t flags, uint64_t resolve, struct fs_at *out)
{
    const struct open_how how = {.flags = O_PATH | O_CLOEXEC | (flags & (O_NOFOLLOW | O_DIRECTORY)),
                                 .resolve = resolve};
    const int fd = fs_hold(dirfd, path, &how);

    if (fd < 0)
        return fd;
    out->dirfd = procfs_fd();
    out->owned = fd;
    snprintf(out->path, sizeof out->path, "%s%d", procfs_path("/proc/thread-self/fd/"), fd);
    return 0;
}

static bool is_link(int fd)
{
    struct stat st;

    return host(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH) == 0 && S_ISLNK(st.st_mode);
}

/* Before other threads can have it. */
static bool is_refused(const struct fs_at *at)
{
    struct stat st;

    if (host(SYS_newfstatat, at->owned, "", &st, AT_EMPTY_PATH) || device_is_plain(&st))
        return false;
    fds_create_lock();
    const bool refused = device_is_refused(&st);
    fds_create_unlock();
    return refused;
}

static int64_t open_object(struct thread *t, const struct fs_at *at, struct open_how *how, size_t size)
{
    uint64_t flags = how->flags;
    struct statfs fs;
    int64_t ret;

    how->flags &= ~(uint64_t) O_NOFOLLOW;
    how->resolve = 0;
    if (is_refused(at))
        return -ENXIO;
    if (memory_file(at, how->flags, 0, &ret))
        return ret;
    if (host(SYS_fstatfs, at->owned, &fs) || fs.f_type != PROC_SUPER_MAGIC)
        return opened(t, host_open(t, at->dirfd, at->path, how, size), flags);
    /* What the filter takes away again, nobody copies, maps or sends meanwhile. Opening a file of procfs waits for nobody, and attends to no notice,
     * for which other locks are taken. */
    fds_create_lock();
    ret = size ? host(SYS_openat2, at->dirfd, at->path, how, size)
               : host(SYS_openat, at->dirfd, at->path, how->flags, how->mode);
    ret = opened(t, ret, flags);
    fds_create_unlock();
    return ret;
}

/* Put what the symlink at `path` says in its place; nothing when there is none. */
static int follow_link(int *dirfd, char path[PATH_MAX], uint64_t resolve)
{
    char target[PATH_MAX];
    int64_t n = host(SYS_readlinkat, *dirfd, path, target, sizeof target - 1);
    char *name = strrchr(path, '/');

    if (n <= 0)
        return 0;
    target[n] = '\0';
    name = name && target[0] != '/' ? name + 1 : path;
    if ((size_t) (name - path) + (size_t) n >= PATH_MAX)
        return -ENAMETOOLONG;
    strcpy(name, target);
    if (target[0] == '/' && !(resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)))
        *dirfd = AT_FDCWD;
    return 0;
}

/* An open that fails: wrong flags are said first. */
static int open_error(const struct open_how *how, size_t size, int err)
{
    int64_t r = size ? host(SYS_openat2, AT_FDCWD, "", how, size) : host(SYS_openat, AT_FDCWD, "", how->flags, 0);

    return r == -EINVAL || r == -E2BIG ? (int) r : err;
}

/* What is at the path when it is looked at is what is opened then, or it is made. */
static int64_t open_looked_at(struct thread *t, const struct sys_path *p, struct open_how *how, size_t size)
{
    enum { MAX_LINKS = 40 };
    const struct open_how asked = *how;
    char path[PATH_MAX];
    int dirfd = p->dirfd;
    int64_t ret;

    /* The mount of the root holds no memory of processes. */
    if (p->host[0] == '/' && !(how->resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT))) {
        how->resolve |= RESOLVE_NO_XDEV;
        ret = host_open(t, dirfd, p->host, how, size);
        if (ret != -EXDEV && ret != -ENOSYS)
            return opened(t, ret, asked.flags);
        how->resolve = asked.resolve;
    }
    strcpy(path, p->host);
    for (int links = 0; links <= MAX_LINKS; links++) {
        struct fs_at at;
        int r = sys_hold(dirfd, path, asked.flags, asked.resolve, &at);

        if (r == 0) {
            ret = asked.flags & O_NOFOLLOW && is_link(at.owned) ? -ELOOP : open_object(t, &at, how, size);
            fs_at_done(&at);
            return ret;
        }
        if (r != -ENOENT || !(asked.flags & O_CREAT))
            return open_error(how, size, r);
        how->flags |= O_EXCL;
        ret = host_open(t, dirfd, path, how, size);
        how->flags = asked.flags;
        if (ret != -EEXIST)
            return opened(t, ret, asked.flags);
        r = asked.flags & O_NOFOLLOW
                ? 0
                : follow_link(&dirfd, path, asked.resolve); /* to nothing; or somebody has made it meanwhile */
        if (r < 0)
            return r;
    }
    return -ELOOP;
}

/* ---- the calls ---- */

/* As the kernel reads the flags and mode of openat(2), which openat2(2) is strict about. */
static struct open_how how_of(uint64_t flags, uint64_t mode)
{
    const uint64_t largefile = 0100000, tmpfile = O_TMPFILE & ~O_DIRECTORY;
    const uint64_t valid = O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC |
                           O_ASYNC | O_DIRECT | largefile | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_PATH |
                           tmpfile;

    flags &= flags & O_PATH ? O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC : valid;
    return (struct open_how){.flags = flags, .mode = flags & (O_CREAT | tmpfile) ? mode & 07777 : 0};
}

static int64_t open_path(struct thread *t, const struct sys_path *p, struct open_how *how, size_t size)
{
    const uint64_t flags = how->flags;
    int64_t ret;

    how->flags |= (uint64_t) p->at.open_flags;
    if (p->host == p->at.path && fs_proc_busy(&p->at, flags))
        return open_busy(p, how->flags, size ? how : NULL, size);
    if (!opens_directly(t, p, flags))
        return open_looked_at(t, p, how, size);
    if (p->host == p->at.path && !process_owns_table(t->proc) && memory_file(&p->at, flags, how->resolve, &ret))
        return ret;
    return opened(t, host_open(t, p->dirfd, p->host, how, size), flags);
}

/* Where the path leads the host, but for magic links, which may lead to a descriptor of ours: where there are any, the walker looks at them. */
static int64_t open_followed(struct thread *t, struct sys_path *p, struct open_how *how, size_t size)
{
    const bool any = p->host == p->at.path && p->at.owned < 0 && !(how->resolve & ~(uint64_t) RESOLVE_CACHED);
    const struct open_how asked = *how;
    char path[PATH_MAX];
    int64_t ret;

    if (any)
        how->resolve |= RESOLVE_NO_MAGICLINKS;
    ret = open_path(t, p, how, size);
    /* The last two: before Linux 5.6, or in a sandbox from then. */
    if (!any || (ret != -ELOOP && ret != -ENOSYS && ret != -EPERM))
        return ret;
    *how = asked;
    strcpy(path, p->at.path);
    ret = fs_resolve(p->dirfd, path, open_path_flags(how->flags) | FS_WALK, &p->at);
    if (ret < 0)
        return open_error(how, size, (int) ret);
    p->dirfd = p->at.dirfd;
    return open_path(t, p, how, size);
}

static int64_t open_at(struct thread *t, int dirfd, uint64_t path, uint64_t flags, uint64_t mode)
{
    struct sys_path p;
    struct open_how how = how_of(flags, mode);
    int64_t ret = sys_path(t, dirfd, path, open_path_flags(flags), &p);

    if (ret < 0)
        return open_error(&how, 0, (int) ret);
    ret = open_followed(t, &p, &how, 0);
    sys_path_done(&p);
    return ret;
}

int64_t sys_open(struct thread *t, const uint64_t a[6])
{
    return open_at(t, AT_FDCWD, a[0], (uint32_t) a[1], a[2]);
}

int64_t sys_creat(struct thread *t, const uint64_t a[6])
{
    return open_at(t, AT_FDCWD, a[0], O_CREAT | O_WRONLY | O_TRUNC, a[1]);
}

int64_t sys_openat(struct thread *t, const uint64_t a[6])
{
    return open_at(t, (int) a[0], a[1], (uint32_t) a[2], a[3]);
}

int64_t sys_openat2(struct thread *t, const uint64_t a[6])
{
    static const struct {
        uint64_t resolve;
        int fs;
    } map[] = {
        {RESOLVE_BENEATH, FS_BENEATH},         {RESOLVE_IN_ROOT, FS_IN_ROOT},
        {RESOLVE_NO_SYMLINKS, FS_NO_SYMLINKS}, {RESOLVE_NO_MAGICLINKS, FS_NO_MAGICLINKS},
        {RESOLVE_NO_XDEV, FS_NO_XDEV},
    };
    union {
        struct open_how how;
        uint8_t bytes[PAGE_SIZE];
    } u;
    struct sys_path p;
    int64_t ret;
    int fs;

    if (a[3] < sizeof u.how)
        return -EINVAL;
    if (a[3] > sizeof u)
        return -E2BIG;
    if (copy_in(t->proc->space, &u, gva(a[2]), a[3]) < 0)
        return -EFAULT;
    fs = open_path_flags(u.how.flags);
    for (unsigned i = 0; i < ARRAY_SIZE(map); i++)
        if (u.how.resolve & map[i].resolve)
            fs |= map[i].fs;
    ret = sys_path(t, (int) a[0], a[1], fs, &p);
    if (ret < 0)
        return open_error(&u.how, a[3], (int) ret);
    /* Under a sysroot fs has obeyed some of the RESOLVE_* flags: the path that it found may go through /proc. */
    if (p.host == p.at.path && fs_root.fd >= 0) {
        for (unsigned i = 0; i < ARRAY_SIZE(map); i++)
            u.how.resolve &= ~map[i].resolve;
        u.how.resolve |= p.at.resolve;
    }
    ret = open_followed(t, &p, &u.how, a[3]);
    sys_path_done(&p);
    return ret;
}

int64_t sys_truncate(struct thread *t, const uint64_t a[6])
{
    struct sys_path p;
    char held[48];
    if ((int64_t) a[1] < 0)
        return -EINVAL;
    int64_t ret = sys_path(t, AT_FDCWD, a[0], FS_WALK, &p);
    if (ret < 0)
        return ret;
    if (p.host == p.at.path && fs_proc_busy(&p.at, O_WRONLY)) {
        ret = host(SYS_faccessat2, p.dirfd, p.host, W_OK, AT_EACCESS);
        ret = ret ? ret : -ETXTBSY;
    } else {
        snprintf(held, sizeof held, "/proc/thread-self/fd/%d", p.at.owned);
        ret = sys_block(t, SYS_truncate, p.at.owned < 0 ? p.host : held, a[1], 0l, 0l, 0l, 0l);
    }
    sys_path_done(&p);
    return ret == -EINTR ? -ERESTARTSYS : ret; /* what somebody has a lease of waits for it */
}
