/* Opening files, naming them, and reading and writing them: what the generic service cannot do alone because /proc has to tell of
 * the guest, or because an argument decides how the path is resolved. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>

#include "base/fds.h"
#include "fs/proc.h"
#include "sys/handlers.h"
#include "task/process.h"

/* ---- open ---- */

static int open_path_flags(uint64_t flags)
{
    int fs = 0;

    if (flags & O_CREAT)
        fs |= FS_CREATE;
    if (flags & O_NOFOLLOW || (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
        fs |= FS_NOFOLLOW;
    return fs;
}

static int64_t opened(struct thread *t, int64_t ret, const struct sys_path *p, uint64_t flags)
{
    if (ret == -EINTR)
        return -ERESTARTSYS; /* a FIFO that waits for its other end */
    if (ret >= 0)
        ret = fds_given((int) ret);
    return ret < 0 ? ret : fs_proc_filter(t, (int) ret, &p->at, flags);
}

/* Is it the memory of a process? Then it is opened here, before other threads can have the host's file for it. */
static bool memory_file(struct thread *t, const struct sys_path *p, uint64_t flags, uint64_t resolve, int64_t *ret)
{
    int fd;

    if (process_is_alone(t->proc) || p->host != p->at.path || !fs_proc_memory(&p->at, flags, resolve, &fd))
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

static int64_t open_at(struct thread *t, int dirfd, uint64_t path, uint64_t flags, uint64_t mode)
{
    struct sys_path p;
    int64_t ret = sys_path(t, dirfd, path, open_path_flags(flags), &p);

    if (ret < 0)
        return ret;
    if (p.host == p.at.path && fs_proc_busy(&p.at, flags))
        ret = open_busy(&p, flags | (uint64_t) p.at.open_flags, NULL, 0);
    else if (!memory_file(t, &p, flags, 0, &ret))
        ret = opened(t,
                     sys_block(t, SYS_openat, (long) p.dirfd, p.host, flags | (uint64_t) p.at.open_flags, mode, 0l, 0l),
                     &p, flags);
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
    uint64_t flags;
    int64_t ret;
    int fs;

    if (a[3] < sizeof u.how)
        return -EINVAL;
    if (a[3] > sizeof u)
        return -E2BIG;
    if (copy_in(t->proc->space, &u, gva(a[2]), a[3]) < 0)
        return -EFAULT;
    flags = u.how.flags;
    fs = open_path_flags(flags);
    for (unsigned i = 0; i < ARRAY_SIZE(map); i++)
        if (u.how.resolve & map[i].resolve)
            fs |= map[i].fs;
    ret = sys_path(t, (int) a[0], a[1], fs, &p);
    if (ret < 0)
        return ret;
    /* Under a sysroot fs has obeyed some of the RESOLVE_* flags: the path that it found may go through /proc. */
    if (p.host == p.at.path && fs_root.fd >= 0) {
        for (unsigned i = 0; i < ARRAY_SIZE(map); i++)
            u.how.resolve &= ~map[i].resolve;
        u.how.resolve |= p.at.resolve;
        u.how.flags |= (uint64_t) p.at.open_flags;
    }
    if (p.host == p.at.path && fs_proc_busy(&p.at, flags))
        ret = open_busy(&p, u.how.flags, &u.how, a[3]);
    else if (!memory_file(t, &p, flags, u.how.resolve, &ret))
        ret = opened(t, sys_block(t, SYS_openat2, (long) p.dirfd, p.host, &u, a[3], 0l, 0l), &p, flags);
    sys_path_done(&p);
    return ret;
}

int64_t sys_truncate(struct thread *t, const uint64_t a[6])
{
    struct sys_path p;
    if ((int64_t) a[1] < 0)
        return -EINVAL;
    int64_t ret = sys_path(t, AT_FDCWD, a[0], 0, &p);
    if (ret < 0)
        return ret;
    if (p.host == p.at.path && fs_proc_busy(&p.at, O_WRONLY)) {
        ret = host(SYS_faccessat2, p.dirfd, p.host, W_OK, AT_EACCESS);
        ret = ret ? ret : -ETXTBSY;
    } else {
        ret = host(SYS_truncate, p.host, a[1]);
    }
    sys_path_done(&p);
    return ret;
}

/* ---- links, the working directory, directories ---- */

static int64_t read_link(struct thread *t, int dirfd, uint64_t path, uint64_t buf, int size, int flags)
{
    char target[PATH_MAX];
    struct sys_path p;
    int64_t ret;
    size_t room;

    if (size <= 0)
        return -EINVAL;
    room = MIN((size_t) size, sizeof target);
    ret = sys_path(t, dirfd, path, flags | FS_NOFOLLOW, &p);
    if (ret < 0)
        return ret;
    ret = p.host == p.at.path ? fs_proc_readlink(t, &p.at, target, room) : 0;
    if (!ret)
        ret = host(SYS_readlinkat, p.dirfd, p.host, target, room);
    sys_path_done(&p);
    if (ret > 0 && copy_out(t->proc->space, gva(buf), target, (size_t) ret) < 0)
        return -EFAULT;
    return ret;
}

int64_t sys_readlink(struct thread *t, const uint64_t a[6])
{
    return read_link(t, AT_FDCWD, a[0], a[1], (int) a[2], 0);
}

int64_t sys_readlinkat(struct thread *t, const uint64_t a[6])
{
    return read_link(t, (int) a[0], a[1], a[2], (int) a[3], FS_EMPTY_OK);
}

int64_t sys_getcwd(struct thread *t, const uint64_t a[6])
{
    char host_cwd[PATH_MAX], cwd[PATH_MAX + sizeof "(unreachable)"];
    int64_t len = host(SYS_getcwd, host_cwd, sizeof host_cwd);

    if (len < 0)
        return len == -ERANGE ? -ENAMETOOLONG : len;
    len = fs_guest_path(host_cwd, cwd, sizeof cwd);
    if (len < 0)
        return len;
    if (a[1] < (uint64_t) len + 1)
        return -ERANGE;
    return copy_out(t->proc->space, gva(a[0]), cwd, (size_t) len + 1) < 0 ? -EFAULT : len + 1;
}

static int64_t list_directory(struct thread *t, long nr, const uint64_t a[6])
{
    size_t size = MIN((uint32_t) a[2], 1u << 20);
    autofree void *buf = NULL;
    int64_t ret;

    if (!fs_proc_lists((int) a[0]))
        return sys_pass(t, sys_row_of((uint64_t) nr), a);
    buf = malloc(MAX(size, 1u));
    if (!buf)
        return -ENOMEM;
    ret = host(nr, (int) a[0], buf, size);
    if (ret > 0)
        ret = fs_proc_getdents(t, nr, (int) a[0], buf, size, ret);
    if (ret > 0 && copy_out(t->proc->space, gva(a[1]), buf, (size_t) ret) < 0)
        return -EFAULT;
    return ret;
}

int64_t sys_getdents64(struct thread *t, const uint64_t a[6])
{
    return list_directory(t, SYS_getdents64, a);
}

int64_t sys_getdents(struct thread *t, const uint64_t a[6])
{
    return list_directory(t, SYS_getdents, a);
}

/* What an unprivileged user may have, whoever asks: marks on a whole mount or file system would tell what the supervisor opens there, and
 * permission events would have it wait for an answer that the guest can only give through it. */
int64_t sys_fanotify_init(struct thread *t, const uint64_t a[6])
{
    if (a[0] & (FAN_CLASS_CONTENT | FAN_CLASS_PRE_CONTENT))
        return -EPERM;
    return sys_pass(t, sys_row_of(SYS_fanotify_init), a);
}

int64_t sys_fanotify_mark(struct thread *t, const uint64_t a[6])
{
    if (a[1] & (FAN_MARK_MOUNT | FAN_MARK_FILESYSTEM))
        return -EPERM;
    return sys_pass(t, sys_row_of(SYS_fanotify_mark), a);
}

int64_t sys_inotify_add_watch(struct thread *t, const uint64_t a[6])
{
    struct sys_path p;
    int64_t ret = sys_path(t, AT_FDCWD, a[1], a[2] & IN_DONT_FOLLOW ? FS_NOFOLLOW : 0, &p);

    if (ret < 0)
        return ret;
    ret = host(SYS_inotify_add_watch, (int) a[0], p.host, a[2]);
    sys_path_done(&p);
    return ret;
}

/* ---- handles ---- */

/* struct file_handle up to its bytes. */
struct handle_head {
    uint32_t bytes;
    int32_t type;
};

static int pin_handle(struct thread *t, struct pin *p, uint64_t va, enum pin_dir dir)
{
    struct handle_head head = {0};

    /* Bad addresses and sizes are the host's to refuse. */
    get_user(t->proc->space, &head, gva(va));
    return pin(t, p, va, sizeof head + MIN(head.bytes, 128u), dir);
}

int64_t sys_name_to_handle_at(struct thread *t, const uint64_t a[6])
{
    int flags = (a[4] & AT_SYMLINK_FOLLOW ? 0 : FS_NOFOLLOW) | (a[4] & AT_EMPTY_PATH ? FS_EMPTY_OK : 0);
    struct pin handle, mount;
    struct sys_path p;
    int64_t ret;

    ret = sys_path(t, (int) a[0], a[1], flags, &p);
    if (ret < 0)
        return ret;
    ret = pin_handle(t, &handle, a[2], PIN_INOUT);
    if (ret < 0)
        goto path;
    ret = pin(t, &mount, a[3], a[4] & 1 ? 8 : 4, PIN_OUT); /* AT_HANDLE_MNT_ID_UNIQUE */
    if (ret < 0)
        goto handle;
    ret = host(SYS_name_to_handle_at, p.dirfd, p.host, handle.hva, mount.hva, a[4]);
    if (pin_done(t, &mount, ret >= 0 ? mount.size : 0) < 0)
        ret = -EFAULT;
handle:
    if (pin_done(t, &handle, handle.size) < 0 && ret >= 0)
        ret = -EFAULT;
path:
    sys_path_done(&p);
    return ret;
}

int64_t sys_open_by_handle_at(struct thread *t, const uint64_t a[6])
{
    struct pin handle;
    int64_t ret;

    if (fs_root.fd >= 0)
        return -EPERM; /* a handle names any file of the file system, inside the sysroot or not */
    ret = pin_handle(t, &handle, a[1], PIN_IN);
    if (ret < 0)
        return ret;
    ret = sys_block(t, SYS_open_by_handle_at, (long) (int) a[0], handle.hva, a[2], 0l, 0l, 0l);
    pin_done(t, &handle, 0);
    if (ret >= 0)
        ret = fds_given((int) ret);
    return ret == -EINTR ? -ERESTARTSYS : ret;
}

/* ---- reading and writing: descriptors of guest memory are the supervisor's to serve ---- */

typedef int64_t special_io(struct thread *t, int fd, const struct iovec *iov, int n, int64_t off);

static int64_t special_buffer(struct thread *t, special_io *io, const uint64_t a[6], int64_t off)
{
    struct iovec iov[IOV_MAX];
    int n = 0;

    mem_iov(t->proc->space, gva(a[1]), MIN(a[2], 0x7ffff000u), iov, &n, IOV_MAX);
    return io(t, (int) a[0], iov, n, off);
}

static int64_t special_vector(struct thread *t, special_io *io, const uint64_t a[6], int64_t off)
{
    autofree struct iovec *iov = NULL;
    int n = 0;
    int ret = mem_iov_user(t->proc->space, gva(a[1]), (uint32_t) a[2], &iov, &n);

    return ret < 0 ? ret : io(t, (int) a[0], iov, n, off);
}

int64_t sys_read(struct thread *t, const uint64_t a[6])
{
    return fs_special((int) a[0]) ? special_buffer(t, fs_special_read, a, -1) : sys_pass(t, sys_row_of(SYS_read), a);
}

/* The line that qemu writes before it ends by the signal that its program died of. No program writes that when it runs natively. */
static bool is_last_words(struct thread *t, const uint64_t a[6])
{
    static const char start[] = "qemu: uncaught target signal ";
    char text[sizeof start - 1];

    return a[2] > sizeof text && a[2] < 128 && copy_in(t->proc->space, text, gva(a[1]), sizeof text) == 0 &&
           memcmp(text, start, sizeof text) == 0;
}

int64_t sys_write(struct thread *t, const uint64_t a[6])
{
    if (t->proc->translated && a[0] == STDERR_FILENO && is_last_words(t, a))
        return (int64_t) a[2];
    return fs_special((int) a[0]) ? special_buffer(t, fs_special_write, a, -1) : sys_pass(t, sys_row_of(SYS_write), a);
}

int64_t sys_pread64(struct thread *t, const uint64_t a[6])
{
    if (!fs_special((int) a[0]) || (int64_t) a[3] < 0)
        return sys_pass(t, sys_row_of(SYS_pread64), a);
    return special_buffer(t, fs_special_read, a, (int64_t) a[3]);
}

int64_t sys_pwrite64(struct thread *t, const uint64_t a[6])
{
    if (!fs_special((int) a[0]) || (int64_t) a[3] < 0)
        return sys_pass(t, sys_row_of(SYS_pwrite64), a);
    return special_buffer(t, fs_special_write, a, (int64_t) a[3]);
}

int64_t sys_readv(struct thread *t, const uint64_t a[6])
{
    return fs_special((int) a[0]) ? special_vector(t, fs_special_read, a, -1) : sys_pass(t, sys_row_of(SYS_readv), a);
}

int64_t sys_writev(struct thread *t, const uint64_t a[6])
{
    return fs_special((int) a[0]) ? special_vector(t, fs_special_write, a, -1) : sys_pass(t, sys_row_of(SYS_writev), a);
}

static int64_t positioned_vector(struct thread *t, special_io *io, long nr, const uint64_t a[6])
{
    bool v2 = nr == SYS_preadv2 || nr == SYS_pwritev2;

    if (!fs_special((int) a[0]) || ((int64_t) a[3] < 0 && !v2))
        return sys_pass(t, sys_row_of((uint64_t) nr), a);
    return special_vector(t, io, a, (int64_t) a[3]); /* preadv2(2): offset -1 is the file position */
}

int64_t sys_preadv(struct thread *t, const uint64_t a[6])
{
    return positioned_vector(t, fs_special_read, SYS_preadv, a);
}

int64_t sys_pwritev(struct thread *t, const uint64_t a[6])
{
    return positioned_vector(t, fs_special_write, SYS_pwritev, a);
}

int64_t sys_preadv2(struct thread *t, const uint64_t a[6])
{
    return positioned_vector(t, fs_special_read, SYS_preadv2, a);
}

int64_t sys_pwritev2(struct thread *t, const uint64_t a[6])
{
    return positioned_vector(t, fs_special_write, SYS_pwritev2, a);
}

int64_t sys_lseek(struct thread *t, const uint64_t a[6])
{
    /* Guest memory has no end to count from; the kernel says the same of /proc/PID/mem. */
    if (fs_special((int) a[0]) && (uint32_t) a[2] != SEEK_SET && (uint32_t) a[2] != SEEK_CUR)
        return -EINVAL;
    return sys_pass(t, sys_row_of(SYS_lseek), a);
}

/* ---- random bytes: what could be written counts ---- */

int64_t sys_getrandom(struct thread *t, const uint64_t a[6])
{
    uint64_t size = MIN(a[1], (uint64_t) INT32_MAX), done = 0;
    int64_t ret;

    do {
        size_t run = 0;
        void *hva = mem_hva(t->proc->space, gva(a[0] + done), size - done, &run);

        ret = sys_block(t, SYS_getrandom, hva, (uint64_t) run, a[2], 0l, 0l, 0l);
        if (ret > 0)
            done += (uint64_t) ret;
        if (ret < (int64_t) run)
            break;
    } while (done < size);
    if (done)
        return (int64_t) done;
    return ret == -EINTR ? -ERESTARTSYS : ret;
}
