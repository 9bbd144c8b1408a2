/* Mounts. Generic but for fsconfig, whose value depends on its command; and with a sysroot, where a mount must show nothing of the host that
 * lies outside, nor hide the procfs by which the supervisor names what it has found (docs/internals/paths.md). */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>

#include "base/fds.h"
#include "fs/proc.h"
#include "sys/handlers.h"

#define BINARY_MAX (1u << 20)

static int64_t config_path(struct thread *t, const uint64_t a[6], const char *key)
{
    int flags = (uint32_t) a[1] == FSCONFIG_SET_PATH_EMPTY ? FS_EMPTY_OK : 0;
    struct sys_path p;
    int64_t ret;

    if (fds_reserved((int) a[4]))
        return -EBADF;
    ret = sys_path(t, (int) a[4], a[3], flags, &p);
    if (ret < 0)
        return ret;
    ret = host(SYS_fsconfig, (int) a[0], (int) a[1], key, p.host, p.dirfd);
    sys_path_done(&p);
    return ret;
}

int64_t sys_fsconfig(struct thread *t, const uint64_t a[6])
{
    char *key, *value = NULL;
    struct pin p;
    int64_t ret = sys_str(t, a[2], &key);

    if (ret < 0)
        return ret;
    switch ((uint32_t) a[1]) {
    case FSCONFIG_SET_STRING:
        ret = sys_str(t, a[3], &value);
        if (ret >= 0)
            ret = host(SYS_fsconfig, (int) a[0], (int) a[1], key, value, (int) a[4]);
        sys_str_free(value);
        break;
    case FSCONFIG_SET_BINARY:
        ret = pin(t, &p, a[3], (int) a[4] > 0 ? MIN((uint32_t) a[4], BINARY_MAX) : 0, PIN_IN);
        if (ret >= 0) {
            ret = host(SYS_fsconfig, (int) a[0], (int) a[1], key, p.hva, (int) a[4]);
            pin_done(t, &p, 0);
        }
        break;
    case FSCONFIG_SET_PATH:
    case FSCONFIG_SET_PATH_EMPTY:
        ret = config_path(t, a, key);
        break;
    case FSCONFIG_SET_FD:
        ret = fds_reserved((int) a[4])
                  ? -EBADF
                  : host(SYS_fsconfig, (int) a[0], (int) a[1], key, a[3] ? BAD_PTR : NULL, (int) a[4]);
        break;
    default:
        /* Those without a value, which must be NULL. */
        ret = host(SYS_fsconfig, (int) a[0], (int) a[1], key, a[3] ? BAD_PTR : NULL, (int) a[4]);
        break;
    }
    sys_str_free(key);
    return ret;
}

/* ---- what a sysroot allows ---- */

/* Kinds of file systems that show no file of the host, whatever their options say: those of an overlay are paths, as they are there. */
static bool shows_no_files(const char *type)
{
    static const char *const types[] = {"tmpfs", "ramfs", "proc", "sysfs", "devpts", "mqueue", "cgroup", "cgroup2"};

    for (unsigned i = 0; i < ARRAY_SIZE(types); i++)
        if (!strcmp(type, types[i]))
            return true;
    return false;
}

/* With a sysroot the others are such as the kernel has never heard of. */
static const char *kind_inside(const char *type)
{
    return fs_root.fd < 0 || !type || type == BAD_PTR || shows_no_files(type) ? type : "-";
}

/* The resolved path of argument `va`, refused on /proc and on all that is the host's. sys_path_done() after 0. */
static int mount_path(struct thread *t, int dirfd, uint64_t va, int flags, struct sys_path *p)
{
    int ret = sys_path(t, dirfd, va, flags | FS_OWN, p);

    if (ret < 0 || fs_root.fd < 0 || p->host != p->at.path || !fs_proc_holds(&p->at))
        return ret;
    sys_path_done(p);
    return -EPERM;
}

/* A sysroot's mounts are handed over as themselves, so that no link can stand in their place. In a root of chroot(2) /proc, which as itself is the host's,
 * is a mount like any other: by its name. */
static int mountpoint(void)
{
    return fs_root.strict ? 0 : FS_MOUNTPOINT;
}

int64_t sys_mount(struct thread *t, const uint64_t a[6])
{
    /* As the kernel takes them: the first of these that is there counts, and a magic number of old is none. */
    const uint64_t flags = (a[3] & MS_MGC_MSK) == MS_MGC_VAL ? a[3] & ~(uint64_t) MS_MGC_MSK : a[3];
    const bool remount = flags & MS_REMOUNT, bind = !remount && flags & MS_BIND,
               changes = remount || (!bind && flags & (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)),
               move = !changes && !bind && flags & MS_MOVE, path = bind || move;
    struct sys_path source = {.host = NULL}, target;
    char *name = NULL, *type = NULL, *data = NULL;
    int64_t ret =
        changes ? sys_path(t, AT_FDCWD, a[1], FS_OWN, &target) : mount_path(t, AT_FDCWD, a[1], mountpoint(), &target);

    if (ret < 0)
        return ret;
    if (move)
        ret = mount_path(t, AT_FDCWD, a[0], mountpoint(), &source);
    else if (bind)
        ret = sys_path_or_alike(t, AT_FDCWD, a[0], FS_OWN, &source);
    else
        ret = sys_str(t, a[0], &name);
    if (ret < 0)
        goto target;
    ret = sys_str(t, a[2], &type);
    if (ret >= 0)
        ret = sys_str(t, a[4], &data);
    if (ret >= 0)
        ret = host(SYS_mount, path ? source.host : name, target.host, path || changes ? type : kind_inside(type), flags,
                   data);
    sys_str_free(name);
    sys_str_free(type);
    sys_str_free(data);
    if (path)
        sys_path_done(&source);
target:
    sys_path_done(&target);
    return ret;
}

int64_t sys_umount2(struct thread *t, const uint64_t a[6])
{
    struct sys_path p;
    int64_t ret;

    if (fs_root.fd < 0)
        return sys_pass(t, sys_row_of(SYS_umount2), a);
    ret = mount_path(t, AT_FDCWD, a[0], FS_MOUNTPOINT | (a[1] & UMOUNT_NOFOLLOW ? FS_NOFOLLOW : 0), &p);
    if (ret < 0)
        return ret;
    /* Links have been followed: one that has come in the place of the mount since leads out of a sysroot. */
    ret = host(SYS_umount2, p.host, a[1] | (fs_root.strict ? UMOUNT_NOFOLLOW : 0));
    sys_path_done(&p);
    return ret;
}

int64_t sys_fsopen(struct thread *t, const uint64_t a[6])
{
    char *name;
    int64_t ret = sys_str(t, a[0], &name);

    if (ret < 0)
        return ret;
    ret = host(SYS_fsopen, kind_inside(name), a[1]);
    sys_str_free(name);
    return ret;
}

int64_t sys_move_mount(struct thread *t, const uint64_t a[6])
{
    struct sys_path from, to;
    int64_t ret;

    if (fs_root.fd < 0)
        return sys_pass(t, sys_row_of(SYS_move_mount), a);
    /* With the flags the host follows a name of the supervisor's, /proc/thread-self/fd/N, which is all that is left then. */
    ret =
        mount_path(t, (int) a[0], a[1], a[4] & MOVE_MOUNT_F_SYMLINKS ? FS_EMPTY_OK : FS_NOFOLLOW | FS_EMPTY_OK, &from);
    if (ret < 0)
        return ret;
    ret = mount_path(t, (int) a[2], a[3], a[4] & MOVE_MOUNT_T_SYMLINKS ? FS_EMPTY_OK : FS_NOFOLLOW | FS_EMPTY_OK, &to);
    if (ret >= 0) {
        ret = host(SYS_move_mount, from.dirfd, from.host, to.dirfd, to.host, a[4]);
        sys_path_done(&to);
    }
    sys_path_done(&from);
    return ret;
}

/* ---- structures with a descriptor's number in them ---- */

#define NOBODYS INT_MAX

/* A copy of `size` bytes, in which such a number (`width` bytes at `at`) is none of the window. */
static int pin_naming(struct thread *t, struct pin *p, uint64_t va, size_t size, size_t at, size_t width)
{
    int ret = pin(t, p, va, MIN(size, PAGE_SIZE),
                  PIN_IN | PIN_COPY); /* larger ones are not looked at (copy_struct_from_user) */
    uint64_t named = 0;

    if (ret < 0 || !p->bounce || p->size < at + width)
        return ret;
    memcpy(&named, (char *) p->hva + at, width);
    if (named <= INT_MAX && fds_reserved((int) named)) {
        named = NOBODYS;
        memcpy((char *) p->hva + at, &named, width);
    }
    return 0;
}

/* struct mount_attr: userns_fd */
static int64_t with_attr(struct thread *t, long nr, int flags, const uint64_t a[6])
{
    struct sys_path p;
    struct pin attr;
    int64_t ret = pin_naming(t, &attr, a[3], a[4], 24, 8);

    if (ret < 0)
        return ret;
    flags |= (a[2] & AT_SYMLINK_NOFOLLOW ? FS_NOFOLLOW : 0) | (a[2] & AT_EMPTY_PATH ? FS_EMPTY_OK : 0);
    ret = sys_path_or_alike(t, (int) a[0], a[1], flags, &p);
    if (ret >= 0) {
        ret = host(nr, p.dirfd, p.host, a[2], attr.hva, a[4]);
        sys_path_done(&p);
    }
    pin_done(t, &attr, 0);
    return ret;
}

int64_t sys_mount_setattr(struct thread *t, const uint64_t a[6])
{
    return with_attr(t, 442, FS_OWN, a);
}

int64_t sys_open_tree_attr(struct thread *t, const uint64_t a[6])
{
    return with_attr(t, 467, FS_EMPTY_OK | FS_OWN | FS_WALK, a);
}

/* struct mnt_id_req: its size, then mnt_ns_fd (Linux 6.18). They tell of all the host's mounts by its paths: who cannot ask so reads mountinfo, which tells what
 * is inside (fs/mounts.h). */
static int64_t ask_mounts(struct thread *t, long nr, const uint64_t a[6], size_t out)
{
    struct pin req, buf;
    uint32_t size = 0;

    if (fs_root.fd >= 0)
        return -ENOSYS;
    get_user(t->proc->space, &size, gva(a[0]));
    int64_t ret = pin_naming(t, &req, a[0], MAX(size, (uint32_t) sizeof size), 4, 4);
    if (ret < 0)
        return ret;
    ret = pin(t, &buf, a[1], MIN(out, PIN_COPY_MAX), PIN_INOUT);
    if (ret >= 0) {
        ret = host(nr, req.hva, buf.hva, a[2], a[3]);
        if (pin_done(t, &buf, buf.size) < 0)
            ret = -EFAULT;
    }
    pin_done(t, &req, 0);
    return ret;
}

int64_t sys_statmount(struct thread *t, const uint64_t a[6])
{
    return ask_mounts(t, 457, a, a[2]);
}

int64_t sys_listmount(struct thread *t, const uint64_t a[6])
{
    return ask_mounts(t, 458, a, MIN(a[2], PIN_COPY_MAX) * 8);
}
