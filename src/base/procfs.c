#include "base/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/fds.h"
#include "base/raw.h"

static int root = AT_FDCWD;

/* A copy of the mount that is in no namespace, where nobody can mount anything, nor does what is mounted elsewhere come. Who may not have one
 * may mount nothing on the original, too; before Linux 5.2 there is none. */
static int detached(void)
{
    enum { OPEN_TREE = 428, MOUNT_SETATTR = 442, CLONE = 1, RECURSIVE = 0x8000 };
    const struct {
        uint64_t attr_set, attr_clr, propagation, userns_fd;
    } private = {.propagation = MS_PRIVATE};
    const int fd = (int) host(OPEN_TREE, AT_FDCWD, "/proc", CLONE | RECURSIVE | O_CLOEXEC);
    const int r = fd < 0 ? 0 : (int) host(MOUNT_SETATTR, fd, "", AT_EMPTY_PATH | RECURSIVE, &private, sizeof private);
    if (r == 0 || r == -ENOSYS) /* before Linux 5.12 nothing comes to what has no namespace */
        return fd;
    host(SYS_close, fd);
    return r;
}

int procfs_open(void)
{
    struct statfs fs;
    fds_create_lock();
    int fd = detached();
    if (fd < 0)
        fd = (int) host(SYS_openat, AT_FDCWD, "/proc", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    int r = fd < 0 ? fd : (int) host(SYS_fstatfs, fd, &fs);
    if (r == 0 && fs.f_type != PROC_SUPER_MAGIC)
        r = -ENOENT;
    if (r && fd >= 0)
        host(SYS_close, fd);
    if (r == 0)
        r = fd = fds_adopt_fd(fd, true);
    fds_create_unlock();
    if (r < 0)
        return r;
    root = fd;
    return 0;
}

void procfs_adopt(int fd)
{
    fds_mark_used(fd);
    root = fd;
}

int procfs_fd(void)
{
    return root;
}

int procfs_hold(int dir, const char *path, const struct open_how *how)
{
    int fd = (int) host(SYS_openat2, dir, path, how, sizeof *how);
    if (fd == -ENOSYS || fd == -EPERM) /* before Linux 5.6, or in a sandbox from then */
        fd = (int) host(SYS_openat, dir, path, how->flags, 0);
    return fd;
}

const char *procfs_path(const char *path)
{
    return root == AT_FDCWD ? path : path + sizeof "/proc/" - 1;
}

int procfs_file(const char *path, int flags)
{
    const struct open_how how = {.flags = (uint64_t) flags | O_NONBLOCK | O_CLOEXEC,
                                 .resolve = RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS};
    return procfs_hold(PROCFS(path), &how);
}

int procfs_self(void)
{
    char link[16];
    const long n = host(SYS_readlinkat, PROCFS("/proc/self"), link, sizeof link - 1);
    link[MAX(n, 0)] = 0;
    return n < 0 ? (int) n : atoi(link);
}

int procfs_number(int pid)
{
    enum { PIDFD_A_THREAD = O_EXCL }; /* PIDFD_THREAD, Linux 6.9 */
    fds_create_lock();
    autofd fd = (int) host(SYS_pidfd_open, pid, 0);
    if (fd == -EINVAL || fd == -ENOENT)
        fd = (int) host(SYS_pidfd_open, pid, PIDFD_A_THREAD);
    int number = fd < 0 ? fd : procfs_pidfd(fd);
    /* A thread on an older kernel: the same number, where the process's own is. */
    if (fd < 0 && fd != -ESRCH && procfs_self() == (int) host(SYS_getpid))
        number = pid;
    if (fd >= 0)
        host(SYS_close, steal_fd(&fd));
    fds_create_unlock();
    return number ? number : -ESRCH;
}

int procfs_pidfd(int fd)
{
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/thread-self/fdinfo/%d", fd);
    autofd info = procfs_file(path, O_RDONLY);
    long n = info < 0 ? info : host(SYS_read, info, text, sizeof text - 1);
    if (n < 0)
        return n == -ENOENT ? -EBADF : -EACCES;
    text[n] = 0;
    const char *line = strstr(text, "\nPid:\t");
    if (!line)
        return -EBADF;
    const int number = atoi(line + sizeof "\nPid:\t" - 1);
    return number < 0 ? 0 : number ? number : -EACCES;
}

/* What follows the name in its stat: "S 123 ...", in `text`. NULL, and a negative errno in *error: there is none. */
static const char *stat_of(int pid, char *text, size_t size, int *error)
{
    char path[32];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    fds_create_lock();
    int fd = procfs_file(path, O_RDONLY);
    long n = fd < 0 ? fd : host(SYS_read, fd, text, size - 1);
    if (fd >= 0)
        host(SYS_close, fd);
    fds_create_unlock();
    text[MAX(n, 0)] = 0;
    const char *end = strrchr(text, ')');
    *error = n < 0 ? (int) n : -ESRCH;
    return end && strlen(end) > 4 ? end + 2 : NULL;
}

int procfs_threads(int pid)
{
    char path[32];
    struct stat st;
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    int r = (int) host(SYS_newfstatat, PROCFS(path), &st, 0);
    return r ? r : (int) st.st_nlink - 2;
}

int procfs_parent(int pid)
{
    char text[1024];
    int error;
    const char *s = stat_of(pid, text, sizeof text, &error);
    return s ? atoi(s + 2) : error;
}

char procfs_state(int pid)
{
    char text[1024];
    int error;
    const char *s = stat_of(pid, text, sizeof text, &error);
    return s ? *s : 0;
}

int procfs_end(int pid)
{
    char text[1024];
    int error;
    const char *s = stat_of(pid, text, sizeof text, &error);
    if (!s || (*s != 'Z' && *s != 'X'))
        return s ? -ECHILD : error;
    return atoi(strrchr(s, ' ') + 1); /* the last field */
}
