/* Path resolution for the guest: --sysroot, `..` and symlinks that cannot leave it, /proc, /dev and /sys over it. Every handler that takes
 * a path goes through here. Does not open files; knows nothing of system calls. */
#ifndef FS_PATH_H
#define FS_PATH_H

#include <limits.h>

#include "base/base.h"

/* Where the guest's files are. One per process family; set once at start. */
struct fs_root {
    int fd;                 /* O_PATH descriptor of the sysroot in the window, or -1: the guest's / is the host's */
    char host_path[PATH_MAX]; /* its absolute host path without a trailing slash ("" without a sysroot) */
};

extern struct fs_root fs_root;

/* A resolved path: hand `dirfd` and `path` to a host call at once (calls without a dirfd take `path` alone: with a sysroot
 * it is absolute, "/proc/self/fd/N/name" or "/proc/self/fd/N/."). Release with fs_at_done(). */
struct fs_at {
    int dirfd;           /* the caller's own dirfd or AT_FDCWD; AT_FDCWD with a sysroot */
    int owned;           /* a descriptor to close after the call, or -1 */
    char path[PATH_MAX];
};

enum {
    FS_NOFOLLOW = 1,   /* a final symlink is the object itself */
    FS_EMPTY_OK = 2,   /* "" means dirfd (AT_EMPTY_PATH): passed on unchanged */
    FS_CREATE = 4,     /* the last component may be absent; a trailing slash then gives what the host gives */
    FS_BENEATH = 8, FS_IN_ROOT = 16, FS_NO_SYMLINKS = 32, FS_NO_MAGICLINKS = 64, FS_NO_XDEV = 128, /* openat2 RESOLVE_* */
};

/* Resolve `path` (host memory, already copied) against `dirfd` (the guest's, or AT_FDCWD). 0 or the errno Linux gives. Without a
 * sysroot this only copies. */
int fs_resolve(int dirfd, const char *path, int flags, struct fs_at *out);
void fs_at_done(struct fs_at *at);

/* The path as the guest names it, of an absolute host path (getcwd, /proc/self/fd links, SO_PEERNAME…): strips the sysroot. Returns
 * the length, or -ENAMETOOLONG. A host path outside the sysroot is shown as the kernel shows an unreachable one: "(unreachable)/…". */
int64_t fs_guest_path(const char *host_path, char *out, size_t size);

#endif
