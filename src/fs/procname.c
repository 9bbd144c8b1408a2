#include "fs/procname.h"

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
#include "base/nspid.h"
#include "base/procfs.h"
#include "base/raw.h"

enum { PROC_ROOT_INO = 1 };

bool proc_number(const char *name, size_t len, int *value)
{
    int64_t v = 0;
    if (len == 0 || len > 10)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (name[i] < '0' || name[i] > '9')
            return false;
        v = v * 10 + (name[i] - '0');
    }
    if (v > INT_MAX)
        return false;
    *value = (int) v;
    return true;
}

void proc_name_parse(const char *name, struct proc_name *out)
{
    *out = (struct proc_name){0};
    snprintf(out->whole, sizeof out->whole, "%s", name);
    size_t len = strcspn(name, "/");
    if (proc_number(name, len, &out->pid)) {
        name += len;
        name += *name == '/';
        const char *tid = strncmp(name, "task/", 5) == 0 ? name + 5 : "";
        len = strcspn(tid, "/");
        if (proc_number(tid, len, &out->tid)) {
            name = tid + len;
            name += *name == '/';
        }
    }
    snprintf(out->rest, sizeof out->rest, "%s", name);
}

int proc_step_aside(int *dir, const char *name)
{
    int n;
    if (!proc_number(name, strlen(name), &n) || n != *dir)
        return 0;
    int other = (int) host(SYS_fcntl, n, F_DUPFD_CLOEXEC, 0);
    if (other < 0)
        return other;
    host(SYS_close, n);
    *dir = other;
    return 0;
}

int64_t proc_fd_link(int fd, char *buf, size_t size)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/thread-self/fd/%d", fd);
    long n = host(SYS_readlinkat, PROCFS(link), buf, size - 1);
    if (n >= 0)
        buf[n] = 0;
    return n;
}

/* The root of procfs `dev`, when that is what is mounted on `path`: an O_PATH descriptor, or -1. */
static int root_at(const char *path, uint64_t dev)
{
    struct stat st;
    autofd fd = (int) host(SYS_openat, AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    if (fd < 0 || host(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH) || st.st_dev != dev || st.st_ino != PROC_ROOT_INO)
        return -1;
    return steal_fd(&fd);
}

/* Is `st` what procfs `root` has by this name? */
static bool is_named(int root, const char *name, const struct stat *st)
{
    const struct open_how how = {.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC,
                                 .resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS};
    struct stat it;
    autofd fd = procfs_hold(root, *name ? name : ".", &how);
    return fd >= 0 && host(SYS_newfstatat, fd, "", &it, AT_EMPTY_PATH) == 0 && it.st_dev == st->st_dev &&
           it.st_ino == st->st_ino;
}

/* Our number of what another procfs calls `number`. */
static int translate(int root, int number)
{
    int own, pid = nspid_here(root, number, &own), ours = pid ? procfs_number(pid) : -1;
    return MAX(ours, -1);
}

/* The name is an end of `path`, as readlink(2) shows it, behind `piece`, what of the procfs is mounted there. */
static bool find_name(const struct stat *st, char *path, const char *piece, struct proc_name *out)
{
    struct stat ours;
    const bool is_ours = host(SYS_newfstatat, procfs_fd(), "", &ours, AT_EMPTY_PATH) == 0 && ours.st_dev == st->st_dev;
    for (char *c = path;; c += 1 + strcspn(c + 1, "/")) { /* a slash, or the end */
        char name[PATH_MAX];
        const char at = *c, *rest = at ? c + 1 : c;
        snprintf(name, sizeof name, "%s%s%s", piece, *piece && *rest ? "/" : "", rest);
        *c = 0;
        autofd root = is_ours ? -1 : root_at(c == path ? "/" : path, st->st_dev);
        *c = at;
        if (is_ours ? is_named(procfs_fd(), name, st) : root >= 0 && is_named(root, name, st)) {
            proc_name_parse(name, out);
            out->pid = is_ours || !out->pid ? out->pid : translate(root, out->pid);
            out->tid = is_ours || !out->tid ? out->tid : translate(root, out->tid);
            return true;
        }
        if (!at)
            return false;
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int find_place(int fd, const struct stat *st, char *path, struct proc_name *out)
{
    const uint64_t dynamic_first = 0xf0000000; /* the inodes of what is no process's */
    char mounted[PATH_MAX] = "";
    if (find_name(st, path, "", out))
        return 1;
    const int placed = mount_root_of(fd, mounted, sizeof mounted);
    const char *piece = mounted + (*mounted == '/');
    if (placed == 1 && *piece && find_name(st, path, piece, out))
        return 1;
    proc_name_parse("", out);
    /* What has no place shows what it likes. No file but a process's memory has mode 0600. */
    bool process = placed != 1 || is_digit(*piece);
    for (const char *c = path; !*piece && !process && (c = strchr(c, '/')); c++)
        process = is_digit(c[1]);
    if (!process || (st->st_ino >= dynamic_first && (st->st_mode & 0777) != 0600))
        return 1;
    return placed == 1 && !*piece ? -ENOENT : -EACCES;
}

int proc_name_of_fd(int fd, struct proc_name *out)
{
    struct statfs fs;
    struct stat st;
    char path[PATH_MAX];
    int r = (int) host(SYS_fstatfs, fd, &fs);
    if (r || fs.f_type != PROC_SUPER_MAGIC)
        return r == -EBADF ? r : 0; /* procfs itself answers */
    fds_create_lock();
    r = (int) host(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH);
    if (r == 0)
        r = (int) MIN(proc_fd_link(fd, path, sizeof path), 0);
    if (r == 0)
        r = find_place(fd, &st, path, out);
    fds_create_unlock();
    return r;
}

int mount_root_of(int fd, char *root, size_t size)
{
    struct statx st;
    char buf[4096];
    int r = (int) host(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &st);
    if (r || !(st.stx_mask & STATX_MNT_ID))
        return r ? r : -ENOSYS;
    const int table = procfs_file("/proc/thread-self/mountinfo", O_RDONLY);
    int64_t n = table;
    uint64_t number = 0; /* a line: ID PARENT MAJOR:MINOR ROOT ... */
    unsigned field = 0;
    size_t len = 0;
    bool ours = false, done = false;
    while (!done && table >= 0 && (n = host(SYS_read, table, buf, sizeof buf)) > 0) {
        for (int64_t i = 0; i < n && !done; i++) {
            if (buf[i] == '\n') {
                done = ours;
                number = field = 0;
            } else if (buf[i] == ' ') {
                ours = field ? ours : number == st.stx_mnt_id;
                field++;
            } else if (field == 0) {
                number = number * 10 + (uint64_t) (buf[i] - '0');
            } else if (ours && field == 3 && len + 1 < size) {
                root[len++] = buf[i];
            }
        }
    }
    root[len] = 0;
    if (table >= 0)
        host(SYS_close, table);
    return n < 0 ? (int) n : done;
}
