#include "fs/root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/fds.h"
#include "base/raw.h"
#include "fs/procname.h"

#define PATH_FD (O_PATH | O_CLOEXEC)

struct fs_root fs_root = {.fd = -1};
struct fs_place fs_root_place;
struct fs_mount fs_mounts[FS_MOUNTS] = {{"proc", "/proc", {0}}, {"dev", "/dev", {0}}, {"sys", "/sys", {0}}};

int fs_place_of(int fd, struct fs_place *out)
{
    struct stat st;
    long r = host(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH);
    *out = (struct fs_place){st.st_dev, st.st_ino};
    return (int) r;
}

bool fs_same_place(const struct fs_place *a, const struct fs_place *b)
{
    return a->dev == b->dev && a->ino == b->ino;
}

bool fs_mount_is_shown(const struct fs_mount *m)
{
    struct statfs fs;
    if (fs_root.strict)
        return true;
    if (m != &fs_mounts[0])
        return false;
    autofd fd = (int) host(SYS_openat, fs_root.fd, m->name, PATH_FD | O_DIRECTORY | O_NOFOLLOW, 0);
    return fd >= 0 && host(SYS_fstatfs, fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

bool fs_path_inside(const char *p)
{
    if (fs_root.fd < 0 || fs_is_below(p, fs_root.host_path, strlen(fs_root.host_path)))
        return true;
    for (size_t i = 0; i < (fs_root.strict ? FS_MOUNTS : 1); i++)
        if (fs_is_below(p, fs_mounts[i].host, strlen(fs_mounts[i].host)))
            return true;
    return false;
}

bool fs_path_reachable(const char *p)
{
    return !fs_root.strict || fs_path_inside(p);
}

int64_t fs_guest_path(const char *host_path, char *out, size_t size)
{
    const char *prefix = "";
    size_t strip = 0;
    if (fs_root.fd >= 0 && host_path[0] == '/') {
        if (fs_is_below(host_path, fs_root.host_path, strlen(fs_root.host_path)))
            strip = strlen(fs_root.host_path);
        else if (fs_root.strict && !fs_path_inside(host_path) && strncmp(host_path, "/memfd:", 7) &&
                 strncmp(host_path, "/SYSV", 5))
            prefix = "(unreachable)";
        host_path += strip;
        if (!*host_path)
            host_path = "/";
    }
    int n = snprintf(out, size, "%s%s", prefix, host_path);
    return n < 0 || (size_t) n >= size ? -ENAMETOOLONG : n;
}

/* Take the root from `fd`, which stays the caller's on failure. */
static int root_take(int fd)
{
    char path[PATH_MAX];
    int64_t n = proc_fd_link(fd, path, sizeof path);
    int r = n < 0 ? (int) n : fs_place_of(fd, &fs_root_place);
    for (size_t i = 0; i < FS_MOUNTS && r == 0; i++) {
        autofd m = (int) host(SYS_openat, AT_FDCWD, fs_mounts[i].host, PATH_FD | O_DIRECTORY, 0);
        if (m < 0 || fs_place_of(m, &fs_mounts[i].place))
            fs_mounts[i].place = (struct fs_place){0}; /* no such directory: walking into it says so */
    }
    if (r)
        return r;
    fs_root.fd = fd;
    if (strcmp(path, "/") == 0)
        path[0] = 0, n = 0;
    memcpy(fs_root.host_path, path, (size_t) n + 1);
    return 0;
}

int fs_root_set(const char *dir)
{
    fds_create_lock();
    int fd = (int) host(SYS_openat, AT_FDCWD, dir, PATH_FD | O_DIRECTORY, 0);
    char path[PATH_MAX] = "";
    int64_t n = fd < 0 ? fd : proc_fd_link(fd, path, sizeof path);
    int r = (int) MIN(n, 0);
    if (r == 0 && strcmp(path, "/") == 0) {
        host(SYS_close, fd); /* the host's own root needs no walker */
    } else if (r == 0) {
        fd = fds_adopt_fd(fd, true);
        r = fd < 0 ? fd : root_take(fd);
        if (r && fd >= 0)
            fds_close(fd);
        fs_root.strict = r == 0;
    }
    fds_create_unlock();
    return r;
}

int fs_root_adopt(int fd, bool strict)
{
    fs_root.strict = strict;
    return fd < 0 ? 0 : root_take(fd);
}

/* The host's own root is where the supervisor looks from; another mount may lie upon it, whose path is "/", too. */
static bool is_host_root(int fd)
{
    const unsigned mask = STATX_INO | STATX_MNT_ID;
    struct statx a, b;
    return host(SYS_statx, fd, "", AT_EMPTY_PATH, mask, &a) == 0 && host(SYS_statx, AT_FDCWD, "/", 0, mask, &b) == 0 &&
           a.stx_ino == b.stx_ino && a.stx_dev_major == b.stx_dev_major && a.stx_dev_minor == b.stx_dev_minor &&
           a.stx_mnt_id == b.stx_mnt_id;
}

int fs_root_change(int dirfd, const char *path, bool may, int *old)
{
    *old = -1;
    int found = (int) host(SYS_openat, dirfd, path, PATH_FD | O_DIRECTORY, 0);
    int fd = found < 0 ? found : (int) host(SYS_openat, found, ".", PATH_FD | O_DIRECTORY, 0); /* who may search it */
    if (found >= 0)
        host(SYS_close, found);
    if (fd >= 0 && !may) {
        host(SYS_close, fd);
        fd = -EPERM;
    }
    if (fd >= 0)
        fd = fds_adopt_fd(fd, true);
    if (fd < 0)
        return fd;
    const int before = fs_root.fd;
    int r = root_take(fd);
    if (r) {
        fds_close(fd);
        return r;
    }
    *old = before;
    if (is_host_root(fd)) { /* no walker any more */
        fs_root = (struct fs_root){.fd = -1};
        fds_close(fd);
    }
    return 0;
}

int fs_root_renew(void)
{
    struct fs_place now;
    if (fs_root.fd < 0)
        return 0;
    fds_create_lock();
    int old = fs_root.fd, fd = (int) host(SYS_openat, AT_FDCWD, fs_root.host_path, PATH_FD | O_DIRECTORY, 0);
    int r = fd < 0 ? fd : fs_place_of(fd, &now);
    if (r == 0 && !fs_same_place(&now, &fs_root_place)) /* somebody has put something else there */
        r = -ESTALE;
    if (r && fd >= 0)
        host(SYS_close, fd);
    if (r == 0)
        r = fd = fds_adopt_fd(fd, true);
    if (r >= 0 && (r = root_take(fd)))
        fds_close(fd);
    if (r == 0)
        fds_close(old);
    fds_create_unlock();
    return r;
}
