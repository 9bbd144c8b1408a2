#include "fs/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <time.h>

#include "base/fds.h"
#include "base/lines.h"
#include "base/procfs.h"
#include "base/raw.h"
#include "fs/device.h"
#include "fs/procname.h"
#include "fs/proctext.h"
#include "fs/special.h"
#include "fs/target.h"

#define MEMFD_PREFIX "/memfd:" /* how the host names a memfd; ours go on with the path of the file they stand for */

/* ---- magic links on the way of a path (fs_magic_link; the creation lock is held) ---- */

static int magic_link(int dir, const char *name)
{
    struct proc_name p;
    struct target g;
    bool link = strcmp(name, "exe") == 0 || strcmp(name, "root") == 0;
    int r = proc_name_of_fd(dir, &p);
    if (r < 0)
        return r;
    if (r == 0 || !p.pid || !(p.rest[0] ? strcmp(p.rest, "fd") == 0 : link))
        return FS_MAGIC_HOST;
    r = target_find(p.pid, p.tid, &g);
    /* To who has a root of its own the program of another root is like any outside. */
    if (r == 0 || r == -ESRCH || (r == 1 && fs_root.strict && !target_is_inside(&g)))
        return FS_MAGIC_HOST;
    if (r < 0)
        return r;
    if (strcmp(name, "exe") == 0)
        return target_exe_open(&g, O_PATH | O_CLOEXEC);
    if (strcmp(name, "root") == 0)
        return fs_root.strict ? (int) host(SYS_openat, fs_root.fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC, 0)
                              : target_root_open(&g);
    /* What a guest holds it may use again, wherever it is. A directory from outside would be a way out, though. */
    autofd fd = (int) host(SYS_openat, dir, name, O_PATH | O_CLOEXEC, 0);
    struct stat st;
    char path[PATH_MAX];
    if (fd < 0)
        return fd;
    r = (int) host(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH);
    if (r == 0 && fs_root.strict && S_ISDIR(st.st_mode) &&
        (proc_fd_link(fd, path, sizeof path) < 0 || !fs_path_reachable(path)))
        r = -EACCES;
    return r ? r : steal_fd(&fd);
}

static uint64_t mount_of(int dir, const char *path)
{
    struct statx sx = {0};
    host(SYS_statx, dir, path, AT_EMPTY_PATH, STATX_MNT_ID, &sx);
    return sx.stx_mask & STATX_MNT_ID ? sx.stx_mnt_id : 0;
}

static int hides(const struct proc_name *p, int number)
{
    struct target g;
    if (!p->pid || (strcmp(p->rest, "fd") && strcmp(p->rest, "fdinfo")))
        return 0;
    /* One that is not to be seen, or not there yet, has its own where we have ours if the same one started both. */
    const bool own = target_glance(p->pid, p->tid, &g) == 1 ? fds_contains(g.window_base, g.window_count, number)
                                                            : fds_reserved(number);
    return own ? -ENOENT : 0;
}

void fs_proc_init(struct process *p, int exe_fd)
{
    target_init(p, exe_fd);
    fs_magic_link = magic_link;
    fs_hides = hides;
}

/* ---- open ---- */

bool fs_proc_busy(const struct fs_at *at, uint64_t flags)
{
    struct stat st;
    int link = flags & O_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0;
    bool writes = ((flags & O_ACCMODE) + 1) & 2 || flags & O_TRUNC; /* O_ACCMODE as a whole: for ioctl only */
    if (flags & O_PATH || !writes || (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
        return false;
    return host(SYS_newfstatat, at->dirfd, at->path, &st, link) == 0 && target_is_program(st.st_dev, st.st_ino);
}

bool fs_proc_holds(const struct fs_at *at)
{
    return mount_of(at->dirfd, at->path) == mount_of(AT_FDCWD, "/proc");
}

/* Is it a file or link of a descriptor that is none of the guest's? By whatever way it was found: a link, or a path that the host confined. */
static bool is_hidden_one(const struct proc_name *name)
{
    struct proc_name p = *name;
    char *number = strchr(p.rest, '/');
    int n;
    if (!number || !proc_number(number + 1, strlen(number + 1), &n))
        return false;
    *number = 0;
    return hides(&p, n) < 0;
}

/* Whose memory is `fd`, which is open as O_PATH? 1: a guest's, which may be opened so; 0: none of ours; or what opening it says. */
static int memory_of_guest(int fd, uint64_t flags, struct target *g)
{
    static const int access[] = {
        [O_RDONLY] = R_OK, [O_WRONLY] = W_OK, [O_RDWR] = R_OK | W_OK, [O_ACCMODE] = R_OK | W_OK};
    struct proc_name p;
    char link[64];
    int r = proc_name_of_fd(fd, &p);
    if (r != 1 || !p.pid || strcmp(p.rest, "mem"))
        return MIN(r, 0);
    r = target_find(p.pid, p.tid, g);
    if (r != 1)
        return r;
    snprintf(link, sizeof link, "/proc/thread-self/fd/%d", fd);
    r = (int) host(439 /* faccessat2 */, PROCFS(link), access[flags & O_ACCMODE], AT_EACCESS);
    if (r == -ENOSYS)
        r = (int) host(SYS_faccessat, PROCFS(link), access[flags & O_ACCMODE]);
    return r ? r : 1;
}

bool fs_proc_memory(const struct fs_at *at, uint64_t flags, uint64_t resolve, int *out)
{
    struct open_how how = {.flags = O_PATH | O_CLOEXEC | (flags & (O_NOFOLLOW | O_DIRECTORY)), .resolve = resolve};
    struct target g;
    struct stat st;
    /* Procfs is on no device; mem has no size, and is its owner's alone. */
    if (flags & O_PATH ||
        host(SYS_newfstatat, at->dirfd, at->path, &st, flags & O_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0) ||
        major(st.st_dev) || st.st_size || (st.st_mode & (S_IFMT | 0777)) != (S_IFREG | 0600) ||
        (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
        return false;
    fds_create_lock();
    int fd = procfs_hold(at->dirfd, at->path, &how);
    int r = fd < 0 ? fd : memory_of_guest(fd, flags, &g);
    if (fd >= 0)
        host(SYS_close, fd);
    *out = r == 1 ? special_open(&g, flags) : r;
    fds_create_unlock();
    return r != 0;
}

/* Put `with` at the number `fd`. Consumes both on failure. */
static int64_t replace(int fd, int with, uint64_t flags)
{
    long r = with < 0 ? with : host(SYS_dup3, with, fd, flags & O_CLOEXEC);
    if (with >= 0)
        host(SYS_close, with);
    if (r < 0)
        host(SYS_close, fd);
    return r;
}

/* As target_find(), with the text of `file`, if it is one. It goes on meanwhile: what has ended, executed another program or changed as it was
 * read is looked at anew. */
static int find_and_tell(const struct proc_name *p, int fd, const struct proc_file *file, struct target *g,
                         struct text *t)
{
    const struct timespec moment = {.tv_nsec = 20000};
    for (int tries = 0;; tries++) {
        int r = target_find(p->pid, p->tid, g);
        if (r != 1 || !file)
            return r;
        t->n = 0;
        r = file->text ? file->text(g, fd, t) : file->error;
        if (r == 0)
            return t->failed ? -ENOMEM : 1;
        if (r == PROC_TEXT_HOST)
            return 0;
        if (tries == 1000 || (r != -EAGAIN && r != -EFAULT && r != -EIO && r != -ENOENT))
            return r;
        host(SYS_nanosleep, &moment, NULL);
    }
}

static int64_t serve(int fd, const struct proc_name *p, const struct stat *st, uint64_t flags)
{
    bool mem = strcmp(p->rest, "mem") == 0;
    const struct proc_file *file = proc_file_find(p->rest);
    struct target g;
    if (!file && !mem)
        return fd;
    if (file && file->text && (flags & O_ACCMODE) != O_RDONLY && (flags & O_ACCMODE) != O_RDWR)
        return fd; /* tells nothing, and takes nothing */
    struct text t = {0};
    int r = find_and_tell(p, fd, file, &g, &t);
    if (r <= 0)
        free(t.p);
    if (r == 0)
        return fd;
    if (mem && (r == 1 || r == -ESRCH)) /* which has nothing in it then */
        return replace(fd, special_open(&g, flags), flags);
    if (r == -ESRCH) /* but there was somebody when this was opened, and it may have the memory that is gone */
        return replace(fd, special_again(fd, flags), flags);
    if (r < 0) {
        if (r == -EACCES && file && file->open_to_all)
            return fd;
        host(SYS_close, fd);
        return r;
    }
    char name[128];
    snprintf(name, sizeof name, "/proc/%s", p->whole);
    int with = special_text(name, t.p ? t.p : "", t.n, flags, st->st_mode & 0777);
    free(t.p);
    return replace(fd, with, flags);
}

/* --hostname: what uname(2) says, for those who ask the file, and nobody's to write, as with sethostname(2). */
static int64_t serve_hostname(struct thread *t, int fd, const struct stat *st, uint64_t flags)
{
    static const char name[] = "/proc/sys/kernel/hostname";
    const char *host = t->proc->opt->hostname;
    char path[PATH_MAX], text[80];
    if (!host || proc_fd_link(fd, path, sizeof path) < 0 || strcmp(path, name) != 0)
        return fd;
    if ((flags & O_ACCMODE) != O_RDONLY) {
        host(SYS_close, fd);
        return -EPERM;
    }
    int n = snprintf(text, sizeof text, "%s\n", host);
    return replace(fd, special_text(name, text, (size_t) n, flags, st->st_mode & 0777), flags);
}

static int64_t filter_device(int fd, const struct stat *st)
{
    if (device_is_plain(st))
        return fd;
    fds_create_lock();
    const bool refused = device_is_refused(st);
    if (refused)
        host(SYS_close, fd);
    fds_create_unlock();
    return refused ? -ENXIO : fd;
}

int64_t fs_proc_filter(struct thread *t, int fd, uint64_t flags)
{
    struct proc_name p;
    struct statfs fs;
    struct stat st;
    if (host(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH))
        return fd;
    if (S_ISCHR(st.st_mode) && !(flags & O_PATH))
        return filter_device(fd, &st);
    /* procfs is on no device, and none of the files in question has a size. */
    if (major(st.st_dev) || !(S_ISLNK(st.st_mode) || (!st.st_size && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))))
        return fd;
    /* Who serves a file system may be another thread, so this is asked without the lock. */
    if (host(SYS_fstatfs, fd, &fs) || fs.f_type != PROC_SUPER_MAGIC)
        return fd;
    fds_create_lock();
    int64_t r = proc_name_of_fd(fd, &p);
    const bool as_it_is = r == 0 || (flags & O_PATH && (r == 1 || !S_ISLNK(st.st_mode)));
    if (r == 1 && is_hidden_one(&p))
        r = -ENOENT;
    else if (as_it_is)
        r = 0;
    if (r < 0)
        host(SYS_close, fd);
    else if (as_it_is)
        r = fd;
    else
        r = p.pid ? serve(fd, &p, &st, flags) : serve_hostname(t, fd, &st, flags);
    fds_create_unlock();
    return r;
}

bool fs_proc_is_text(int fd)
{
    char path[PATH_MAX];
    return host(SYS_fcntl, fd, F_GET_SEALS) == SPECIAL_SEALS && proc_fd_link(fd, path, sizeof path) > 0 &&
           strncmp(path, MEMFD_PREFIX "/proc/", sizeof MEMFD_PREFIX "/proc/" - 1) == 0;
}

/* ---- readlink ---- */

static int64_t host_link_of(int dir, const char *name, char *out, size_t size)
{
    char path[PATH_MAX];
    long n = host(SYS_readlinkat, dir, name, path, sizeof path - 1);
    if (n < 0)
        return n;
    path[n] = 0;
    char *text = path;
    if (strncmp(path, MEMFD_PREFIX "/proc/", sizeof MEMFD_PREFIX "/proc/" - 1) == 0) {
        char *end = strstr(path, " (deleted)");
        if (end)
            *end = 0;
        text += sizeof MEMFD_PREFIX - 1;
    }
    return fs_guest_path(text, out, size);
}

/* A name as in map_files? */
static bool is_range(const char *s)
{
    uint64_t n;
    return parse_number(&s, 16, &n) && *s++ == '-' && parse_number(&s, 16, &n) && !*s;
}

/* The names in map_files are the host's addresses: has the guest this one? */
static bool is_mapped_there(const struct target *g, const char *name)
{
    struct space_view v;
    uint64_t start;
    if (!parse_number(&name, 16, &start) || target_view(g, &v))
        return false;
    const bool is = v.in_place && space_view_region(&v, start);
    space_view_free(&v);
    return is;
}

static int64_t read_link(int dir, const char *name, char *out, size_t size)
{
    struct proc_name p;
    struct target g;
    int r = proc_name_of_fd(dir, &p);
    if (r <= 0 || !p.pid)
        return MIN(r, 0);
    if (strcmp(p.rest, "fd") == 0)
        return host_link_of(dir, name, out, size);
    const bool mapped = strcmp(p.rest, "map_files") == 0;
    if (p.rest[0] && !mapped)
        return 0;
    r = target_find(p.pid, p.tid, &g);
    if (r < 0 && r != -ESRCH)
        return r;
    if (mapped)
        return r != 1 || is_mapped_there(&g, name) ? host_link_of(dir, name, out, size) : -ENOENT;
    if (strcmp(name, "exe") == 0 && r == 1)
        return target_exe_path(&g, out, size);
    if (strcmp(name, "root") == 0 && r == 1) {
        char root[PATH_MAX] = "/";
        autofd fd = fs_root.strict ? -1 : target_root_open(&g);
        if (fd >= 0)
            proc_fd_link(fd, root, sizeof root);
        if (fd >= 0)
            host(SYS_close, steal_fd(&fd));
        if (!strcmp(root, "/") || !fs_path_inside(root))
            return snprintf(out, size, "%s", root);
        return fs_guest_path(root, out, size);
    }
    return host_link_of(dir, name, out, size);
}

int64_t fs_proc_readlink(struct thread *t, const struct fs_at *at, char *buf, size_t size)
{
    char parent[PATH_MAX], out[PATH_MAX];
    struct proc_name p;
    int n;
    (void) t;
    const char *slash = strrchr(at->path, '/'), *name = slash ? slash + 1 : at->path;
    int64_t r = 0;
    if (!*at->path) {
        /* The link itself is open: its directory is found by its name. */
        if (at->dirfd < 0 || proc_name_of_fd(at->dirfd, &p) != 1 || !p.pid)
            return 0;
        if (proc_fd_link(at->dirfd, parent, sizeof parent) < 0 || !(slash = strrchr(parent, '/')))
            return 0;
        name = slash + 1;
        parent[slash - parent] = 0;
    } else {
        size_t len = (size_t) (name - at->path);
        memcpy(parent, at->path, len);
        parent[len] = 0;
    }
    if (strcmp(name, "exe") && strcmp(name, "cwd") && strcmp(name, "root") && !is_range(name) &&
        !proc_number(name, strlen(name), &n))
        return 0;
    fds_create_lock();
    int dir = (int) host(SYS_openat, *at->path ? at->dirfd : AT_FDCWD, *parent ? parent : ".",
                         O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    if (dir >= 0) {
        r = proc_step_aside(&dir, name);
        if (r == 0)
            r = read_link(dir, name, out, sizeof out);
        host(SYS_close, dir);
    }
    fds_create_unlock();
    if (r > 0) {
        r = MIN(r, (int64_t) size);
        memcpy(buf, out, (size_t) r);
    }
    return r;
}

/* ---- directories ---- */

/* The descriptors of a guest, or its threads. */
static bool is_filtered(int fd, struct proc_name *p)
{
    static const char *const names[] = {"fd", "fdinfo", "task"};
    if (proc_name_of_fd(fd, p) != 1 || !p->pid)
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (strcmp(p->rest, names[i]) == 0)
            return true;
    return false;
}

bool fs_proc_lists(int fd)
{
    struct proc_name p;
    return is_filtered(fd, &p);
}

/* What the guest must not see of a number in the directory. */
struct hidden {
    struct target target;
    int *tids, ntids; /* task: the threads to show */
};

static bool is_hidden(const struct hidden *h, int number)
{
    if (!h->tids)
        return fds_contains(h->target.window_base, h->target.window_count, number);
    for (int i = 0; i < h->ntids; i++)
        if (h->tids[i] == number)
            return false;
    return true;
}

int64_t fs_proc_getdents(struct thread *t, long nr, int fd, void *buf, size_t size, int64_t n)
{
    /* struct linux_dirent and linux_dirent64: inode, offset, length, and the name behind them (with the type between
     * in the latter). */
    enum { RECLEN = 16 };
    const size_t name = nr == SYS_getdents64 ? 19 : 18;
    struct proc_name p;
    struct hidden h = {.tids = NULL};
    (void) t;
    if (!is_filtered(fd, &p) || target_find(p.pid, p.tid, &h.target) != 1)
        return n;
    if (strcmp(p.rest, "task") == 0 && (h.ntids = target_threads(&h.target, &h.tids, NULL)) < 0)
        return n;
    autofree int *tids = h.tids;
    for (; n > 0; n = host(nr, fd, buf, size)) {
        int64_t kept = 0;
        uint16_t len;
        for (int64_t at = 0; at < n; at += len) {
            char *entry = (char *) buf + at;
            int number;
            memcpy(&len, entry + RECLEN, sizeof len);
            if (proc_number(entry + name, strlen(entry + name), &number) && is_hidden(&h, number))
                continue;
            memmove((char *) buf + kept, entry, len);
            kept += len;
        }
        if (kept)
            return kept;
    }
    return n;
}
