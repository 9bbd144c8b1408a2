/* Path resolution for the guest: --sysroot, `..` and symlinks that cannot leave it, /proc, /dev and /sys over it,
 * and the few names in /proc that must not mean what they mean to the host. Every handler that takes a path goes
 * through here. Does not open files for the guest; knows nothing of system calls. See docs/internals/paths.md. */
#ifndef FS_PATH_H
#define FS_PATH_H

#include <limits.h>

#include "fs/procname.h"
#include "fs/root.h"

/* A resolved path: hand `dirfd` and `path` to a host call at once (calls without a dirfd take `path` alone: with a
 * sysroot it is absolute, "/proc/thread-self/fd/N/name" or "/proc/thread-self/fd/N"). Release with fs_at_done(). */
struct fs_at {
    int dirfd; /* the caller's own dirfd or AT_FDCWD; AT_FDCWD with a sysroot; procfs_fd() by FS_WALK and FS_DIRFD */
    int owned; /* a window descriptor to close after the call, or -1 */
    int open_flags;   /* to be or-ed into the flags of an O_CREAT open: O_NOFOLLOW when a new name is made, or 0 */
    uint64_t resolve; /* the RESOLVE_* bits that openat2 still has to be given */
    char path[PATH_MAX];
};

enum {
    FS_NOFOLLOW = 1, /* a final symlink is the object itself (O_NOFOLLOW; O_CREAT|O_EXCL too) */
    FS_EMPTY_OK = 2, /* "" means dirfd (AT_EMPTY_PATH): passed on unchanged */
    FS_CREATE = 4,   /* the last component may be absent; a trailing slash then gives what the host gives */
    FS_BENEATH = 8,  /* openat2's RESOLVE_* */
    FS_IN_ROOT = 16,
    FS_NO_SYMLINKS = 32,
    FS_NO_MAGICLINKS = 64,
    FS_NO_XDEV = 128,
    FS_MOUNTPOINT = 512, /* umount: links are followed, but the result holds the mount only by its parent */
    FS_OWN =
        1024, /* under --sysroot what lies in the host's /proc, /dev or /sys is -EPERM: a mount there is everybody's, and so would be what is done to a copy of one */
    FS_WALK =
        4096, /* without a sysroot, too, what is found is held by a descriptor, and no link led to one of ours; by FS_DIRFD */
    FS_DIRFD = 2048, /* the call takes a dirfd: what is held is named from the supervisor's own procfs */
    FS_REMOVE = 256, /* unlink, rmdir, rename: with FS_NOFOLLOW; "/", "." and ".." endings fail as on the host */
};

/* Resolve `path` (host memory, already copied) against `dirfd` (the guest's, or AT_FDCWD). 0 or the errno Linux
 * gives. Without a sysroot and FS_WALK this only copies, but for names that may be /proc/PID/exe or a supervisor's descriptor in
 * /proc/PID/fd. Takes the descriptor creation lock with a sysroot: call it without fds_use_lock(). */
int fs_resolve(int dirfd, const char *path, int flags, struct fs_at *out);
void fs_at_done(struct fs_at *at);

/* What is at `path`, for a look at it: an O_PATH descriptor (`how->flags` says so) in the window, or a negative errno. fds_close() it. Without the creation lock,
 * as the host may have to wait for what it looks up: for another thread of the guest's, which serves the file system there, or for a server that is
 * away. So it is born at a number where others can have it, which can have such a one anyway, and can put there what they have. */
struct open_how;
int fs_hold(int dirfd, const char *path, const struct open_how *how);

/* Where the magic link `name` in the procfs directory `dir` leads the guest. Set by proc.c. Returns a new
 * O_PATH|O_CLOEXEC descriptor, a negative errno, or FS_MAGIC_HOST: as on the host, if that is inside the sysroot. */
#define FS_MAGIC_HOST (-4096)
extern int (*fs_magic_link)(int dir, const char *name);

/* Is descriptor `number` in `dir`, which has that name, none of the guest's? 0, or the negative errno that its name gives. Set by proc.c. */
extern int (*fs_hides)(const struct proc_name *p, int number);

#endif
