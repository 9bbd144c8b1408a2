#include "fs/execopen.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/procfs.h"
#include "base/raw.h"
#include "fs/path.h"
#include "fs/procname.h"

/* Whether someone has the file open for writing: only the kernel's own exec asks that directly, but a read lease is
 * refused for the same reason. Not ours to know of another user's file, where leases are refused altogether. */
static bool is_being_written(int fd)
{
    /* Should someone open it in between, the kernel tells the holder of a lease: by a signal that is ignored by
     * default. */
    host(SYS_fcntl, fd, F_SETSIG, SIGURG);
    long r = host(SYS_fcntl, fd, F_SETLEASE, F_RDLCK);
    if (r == 0)
        host(SYS_fcntl, fd, F_SETLEASE, F_UNLCK);
    return r == -EAGAIN;
}

/* The readable twin of O_PATH descriptor `fd`. Opening a FIFO or a device for reading would have effects, so only
 * what exec may load is opened at all. */
static int open_regular(int fd, char **abs_path)
{
    struct stat st;
    char link[64], path[PATH_MAX], name[PATH_MAX];
    long r = host(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH);
    if (r)
        return (int) r;
    if (S_ISLNK(st.st_mode))
        return -ELOOP;
    if (!S_ISREG(st.st_mode))
        return -EACCES;
    int64_t n = proc_fd_link(fd, path, sizeof path);
    if (n < 0)
        return (int) n;
    n = fs_guest_path(path, name, sizeof name);
    if (n < 0)
        return (int) n;
    snprintf(link, sizeof link, "/proc/thread-self/fd/%d", fd);
    autofd file = (int) host(SYS_openat, PROCFS(link), O_RDONLY | O_CLOEXEC, 0);
    if (file < 0)
        return file;
    if (st.st_mode & 0111 && is_being_written(file))
        return -ETXTBSY;
    *abs_path = strdup(name);
    return *abs_path ? steal_fd(&file) : -ENOMEM;
}

int fs_exec_openat(int dirfd, const char *path, int at_flags, char **abs_path)
{
    *abs_path = NULL;
    if (!*path && at_flags & AT_EMPTY_PATH) /* AT_FDCWD: a directory */
        return dirfd == AT_FDCWD ? -EACCES : open_regular(dirfd, abs_path);
    struct fs_at at;
    bool nofollow = at_flags & AT_SYMLINK_NOFOLLOW;
    int r = fs_resolve(dirfd, path, FS_WALK | (nofollow ? FS_NOFOLLOW : 0), &at);
    if (r)
        return r;
    autofd fd = (int) host(SYS_openat, at.dirfd, at.path, O_PATH | O_CLOEXEC | (nofollow ? O_NOFOLLOW : 0), 0);
    fs_at_done(&at);
    return fd < 0 ? fd : open_regular(fd, abs_path);
}

int fs_exec_open(void *arg, const char *path, char **abs_path)
{
    (void) arg;
    return fs_exec_openat(AT_FDCWD, path, 0, abs_path);
}

const char *fs_exec_denied(const char *path)
{
    struct fs_at at;
    struct stat st;
    if (fs_resolve(AT_FDCWD, path, 0, &at))
        return NULL;
    long r = host(SYS_newfstatat, at.dirfd, at.path, &st, 0);
    bool unreadable = r == 0 && host(SYS_faccessat, at.dirfd, at.path, R_OK);
    fs_at_done(&at);
    if (r)
        return NULL;
    if (S_ISDIR(st.st_mode))
        return "a directory, not a program";
    if (!S_ISREG(st.st_mode))
        return "not a regular file";
    return unreadable ? "no permission to read it, which elfuse needs for running it" : NULL;
}
