/* The guest's root: --sysroot or chroot(2)'s, what lies over it, and the names of host paths inside of it. See docs/internals/paths.md. */
#ifndef FS_ROOT_H
#define FS_ROOT_H

#include <limits.h>
#include <string.h>

#include "base/base.h"

/* Where the guest's files are: set at start (--sysroot), and by chroot(2). */
struct fs_root {
    int fd; /* O_PATH descriptor of the root in the window, or -1: the guest's / is the host's */
    /* A sysroot, which stays: nothing outside of it can be reached, also not from a directory that is outside, and it has the host's /proc, /dev and
     * /sys. Else the root is chroot(2)'s. */
    bool strict;
    char host_path[PATH_MAX]; /* its absolute host path without a trailing slash ("" without a root of its own) */
};

extern struct fs_root fs_root;

/* Make host directory `dir` the guest's root: its descriptor lies in the window and survives exec. 0 or a negative
 * errno. */
int fs_root_set(const char *dir);
/* After exec: the root is the inherited window descriptor `fd` (-1: none), and what it is. 0 or a negative errno. */
int fs_root_adopt(int fd, bool strict);
/* chroot(2), for a process that shares its root with no other and has no sysroot. `dirfd`, `path`: as fs_resolve() says. 0, and in *old what is to be
 * closed when nobody is told of it any more (or -1); or the errno of the directory, or where it is one and the caller `may` not -EPERM. With the
 * creation lock held. */
int fs_root_change(int dirfd, const char *path, bool may, int *old);

/* After unshare(CLONE_NEWNS) or setns: the same path in the mount namespace that the process is in now. 0 or a
 * negative errno; then the root stays in the old one. */
int fs_root_renew(void);

/* The path as the guest names it, of an absolute host path (getcwd, /proc/self/fd links, SO_PEERNAME...): strips the
 * root. Returns the length, or -ENAMETOOLONG. A host path outside is told as it is, and outside of a sysroot as getcwd(2) tells an
 * unreachable one: "(unreachable)/...". What is no path ("pipe:[5]") stays. */
int64_t fs_guest_path(const char *host_path, char *out, size_t size);

/* True when absolute host path `p` is inside the guest's root, /proc, /dev or /sys; and when the guest may be there. */
bool fs_path_inside(const char *p);
bool fs_path_reachable(const char *p);

/* ---- for path.c ---- */

/* What tells a directory from every other. */
struct fs_place {
    uint64_t dev, ino;
};

extern struct fs_place fs_root_place;
int fs_place_of(int fd, struct fs_place *out);
bool fs_same_place(const struct fs_place *a, const struct fs_place *b);

/* Host directories that the guest sees at its root, whatever the sysroot has there. */
enum { FS_MOUNTS = 3 };
extern struct fs_mount {
    const char *name, *host;
    struct fs_place place;
} fs_mounts[FS_MOUNTS];

/* After chroot(2) only a procfs that is mounted at its place counts, which then is the host's, with all that is done for guests there. With the
 * creation lock held. */
bool fs_mount_is_shown(const struct fs_mount *m);

/* Is `path` the directory `dir`, of `len` bytes, or below it? */
static inline bool fs_is_below(const char *path, const char *dir, size_t len)
{
    return strncmp(path, dir, len) == 0 && (path[len] == '/' || path[len] == 0);
}

#endif
