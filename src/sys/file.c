/* Naming files, and reading and writing them: what the generic service cannot do alone because /proc has to tell of
 * the guest, or because an argument decides how the path is resolved. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/fds.h"
#include "base/procfs.h"
#include "fs/proc.h"
#include "sys/handlers.h"

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
    if (fs_root.strict || fs_path_inside(host_cwd))
        len = fs_guest_path(host_cwd, cwd, sizeof cwd);
    else
        len = snprintf(cwd, sizeof cwd, "(unreachable)%s", host_cwd);
    if (len < 0)
        return len;
    if (a[1] < (uint64_t) len + 1)
        return -ERANGE;
    return copy_out(t->proc->space, gva(a[0]), cwd, (size_t) len + 1) < 0 ? -EFAULT : len + 1;
}

/* Under a sysroot the working directory is always inside: a directory from outside is no place to go to. */
int64_t sys_fchdir(struct thread *t, const uint64_t a[6])
{
    struct fs_at at;
    int64_t ret;

    (void) t;
    if (!fs_root.strict || (int) a[0] == AT_FDCWD) {
        fds_use_lock(); /* no directory of ours that is born at this number */
        ret = host(SYS_fchdir, (int) a[0]);
        fds_use_unlock();
        return ret;
    }
    ret = fs_resolve((int) a[0], ".", 0, &at);
    if (ret < 0)
        return ret;
    ret = host(SYS_chdir, at.path);
    fs_at_done(&at);
    return ret;
}

static int64_t list_directory(struct thread *t, long nr, const uint64_t given[6])
{
    /* To the kernel a negative size has room for nothing. */
    const uint64_t a[6] = {given[0], given[1], (int) given[2] < 0 ? 0 : given[2]};
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

/* Each event brings a descriptor of its object, and the supervisor opens files of procfs: what it may have of them, the guest may not. Nor may it have what lies in
 * a directory outside of a sysroot, which is no start for a path either. */
static int64_t mark_held(const uint64_t a[6], const struct fs_at *at)
{
    char path[PATH_MAX];
    struct statfs fs;
    struct stat st;
    int64_t ret = host(SYS_fstatfs, at->owned, &fs);

    if (ret == 0 && fs_root.strict && host(SYS_newfstatat, at->owned, "", &st, AT_EMPTY_PATH) == 0 &&
        S_ISDIR(st.st_mode) && (proc_fd_link(at->owned, path, sizeof path) < 0 || !fs_path_reachable(path)))
        return -ENOENT;

    if (ret < 0 || fs.f_type == PROC_SUPER_MAGIC)
        return ret < 0 ? ret : -EPERM;
    return host(SYS_fanotify_mark, (int) a[0], a[1] & ~(uint64_t) FAN_MARK_DONT_FOLLOW, a[2], at->dirfd, at->path);
}

int64_t sys_fanotify_mark(struct thread *t, const uint64_t a[6])
{
    const uint64_t nofollow = a[1] & FAN_MARK_DONT_FOLLOW;
    char link[48];
    struct sys_path p;
    struct fs_at at;
    int64_t ret;

    if (a[1] & (FAN_MARK_MOUNT | FAN_MARK_FILESYSTEM))
        return -EPERM;
    ret = sys_path(t, (int) a[3], a[4], nofollow ? FS_NOFOLLOW : 0, &p);
    if (ret < 0)
        return ret;
    snprintf(link, sizeof link, "/proc/thread-self/fd/%d", (int) a[3]);
    /* What is wrong with the other arguments is said first. */
    ret = p.host && p.host != p.at.path ? host(SYS_fanotify_mark, (int) a[0], a[1], a[2], p.dirfd, p.host)
                                        : host(SYS_fanotify_mark, (int) a[0], a[1], a[2], AT_FDCWD, "");
    if (ret == -ENOENT) {
        if (p.host)
            ret = sys_hold(p.dirfd, p.host, nofollow ? O_NOFOLLOW : 0, 0, &at);
        else if ((int) a[3] == AT_FDCWD)
            ret = sys_hold(AT_FDCWD, ".", 0, 0, &at);
        else
            ret = sys_hold(PROCFS(link), 0, 0, &at) < 0 ? -EBADF : 0;
        if (ret == 0) {
            ret = mark_held(a, &at);
            fs_at_done(&at);
        }
    }
    sys_path_done(&p);
    return ret;
}

int64_t sys_inotify_add_watch(struct thread *t, const uint64_t a[6])
{
    struct sys_path p;
    int64_t ret = sys_path_or_alike(t, AT_FDCWD, a[1], a[2] & IN_DONT_FOLLOW ? FS_NOFOLLOW : 0, &p);

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
    return pin(t, p, va, sizeof head + MIN(head.bytes, 128u), dir | PIN_COPY);
}

int64_t sys_name_to_handle_at(struct thread *t, const uint64_t a[6])
{
    int flags = (a[4] & AT_SYMLINK_FOLLOW ? FS_WALK : FS_NOFOLLOW) | (a[4] & AT_EMPTY_PATH ? FS_EMPTY_OK : 0);
    struct pin handle, mount;
    struct sys_path p;
    int64_t ret;

    ret = sys_path_or_alike(t, (int) a[0], a[1], flags, &p);
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
    if (ret >= 0)
        ret = fs_proc_filter(t, (int) ret, a[2]);
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

        if (!mem_is_user(a[0], size))
            hva = BAD_PTR;
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
