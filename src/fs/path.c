#include "fs/path.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <time.h>

#include "base/fds.h"
#include "base/procfs.h"
#include "base/raw.h"

#define MAX_LINKS 40 /* MAXSYMLINKS: the 41st is ELOOP */
#define PATH_FD (O_PATH | O_CLOEXEC)

int (*fs_magic_link)(int dir, const char *name);
int (*fs_hides)(const struct proc_name *p, int number);

/* Every step holds the directory by descriptor and opens one name in it without following, so a rename or a swapped
 * symlink can change what is found but never where the search goes. Descriptors are born at numbers that the guest
 * can see: the creation lock is held from the first to fds_adopt_fd(). */
struct walk {
    int dir;          /* O_PATH, owned */
    int flags;        /* FS_* */
    unsigned links;   /* symlinks followed */
    bool root_set;    /* FS_NO_XDEV: Linux refuses an absolute symlink until something made it look at the root */
    bool fresh;       /* there is something new to try in one call */
    const char *last; /* what the path would end in if nothing else came: "", ".", ".." */
    struct fs_at *out;
    char *rest;             /* what is left to walk, in buf */
    char buf[4 * PATH_MAX]; /* link targets are put in front of the rest, from the end of the buffer down */
};

static void enter(struct walk *w, int fd)
{
    if (w->dir >= 0)
        host(SYS_close, w->dir);
    w->dir = fd;
}

static int enter_path(struct walk *w, const char *host_dir)
{
    int fd = (int) host(SYS_openat, AT_FDCWD, host_dir, PATH_FD | O_DIRECTORY, 0);
    if (fd < 0)
        return fd;
    enter(w, fd);
    return 0;
}

static int enter_root(struct walk *w)
{
    /* Another thread may have gone back to the host's meanwhile. */
    int fd = (int) host(SYS_openat, fs_root.fd < 0 ? AT_FDCWD : fs_root.fd, fs_root.fd < 0 ? "/" : ".",
                        PATH_FD | O_DIRECTORY, 0);
    if (fd < 0)
        return fd;
    enter(w, fd);
    return 0;
}

static int enter_start(struct walk *w, int dirfd)
{
    int fd = (int) host(SYS_openat, dirfd, ".", PATH_FD | O_DIRECTORY, 0);
    if (fd < 0)
        return fd;
    enter(w, fd);
    char path[PATH_MAX];
    autofd above = -1; /* a directory whose path is too long is where the first one is that can be named */
    int64_t n;
    while ((n = proc_fd_link(fd, path, sizeof path)) == -ENAMETOOLONG && fs_root.strict) {
        fd = (int) host(SYS_openat, fd, "..", PATH_FD | O_DIRECTORY, 0);
        if (above >= 0)
            host(SYS_close, above);
        above = fd;
        if (fd < 0)
            return fd;
    }
    if (n < 0 && n != -ENAMETOOLONG)
        return (int) n;
    return n < 0 || fs_path_reachable(path) ? 0 : -ENOENT;
}

static bool at_root(const struct walk *w)
{
    struct fs_place p;
    return fs_place_of(w->dir, &p) == 0 && fs_same_place(&p, &fs_root_place);
}

/* What `..` is at the root: what is mounted upon that, or it. */
static int root_top(void)
{
    struct open_how how = {.flags = PATH_FD | O_DIRECTORY, .resolve = RESOLVE_IN_ROOT};
    return (int) host(SYS_openat2, fs_root.fd, "..", &how, sizeof how);
}

static bool is_root_top(int dir)
{
    struct fs_place here, top;
    autofd fd = root_top();
    return fd >= 0 && fs_place_of(fd, &top) == 0 && fs_place_of(dir, &here) == 0 && fs_same_place(&here, &top);
}

/* Has the step from directory `from` up to `to` led out? That is where `from` is mounted upon the root, which is to be at it: 1, 0, or a negative errno.
 * Under a sysroot no other step does, and it is the end that is looked at: wherever the mount is moved meanwhile. */
static int leaves_root(int from, int to)
{
    struct statx st;
    char path[PATH_MAX];
    if (host(SYS_statx, from, "", AT_EMPTY_PATH, 0, &st) == 0 &&
        st.stx_attributes_mask & ~st.stx_attributes & STATX_ATTR_MOUNT_ROOT)
        return 0;
    int64_t n = proc_fd_link(to, path, sizeof path);
    if (n < 0)
        return n == -ENAMETOOLONG ? 0 : (int) n; /* the root's parent can be named */
    return !fs_path_inside(path) && (fs_root.strict || is_root_top(from));
}

static int step_up(struct walk *w)
{
    struct fs_place p;
    int fd, r = fs_place_of(w->dir, &p);
    w->root_set = true;
    if (r)
        return r;
    for (size_t i = 0; i < FS_MOUNTS; i++)
        if (fs_same_place(&p, &fs_mounts[i].place) && fs_mount_is_shown(&fs_mounts[i]))
            return w->flags & FS_NO_XDEV ? -EXDEV : enter_root(w);
    bool top = fs_same_place(&p, &fs_root_place);
    if (!top) {
        struct open_how how = {.flags = PATH_FD | O_DIRECTORY, .resolve = w->flags & FS_NO_XDEV ? RESOLVE_NO_XDEV : 0};
        fd = procfs_hold(w->dir, "..", &how);
        r = fd < 0 ? fd : leaves_root(w->dir, fd);
        if (r && fd >= 0)
            host(SYS_close, fd);
        if (r < 0)
            return r;
        top = r;
    }
    if (top && (fd = root_top()) < 0) /* where there is no openat2, and while mounts change: as if there were none */
        return 0;
    enter(w, fd);
    return 0;
}

/* The result is `held`, a descriptor in the window, with `name` in it and a slash, as far as they are given. Who may be given a directory to start from
 * (FS_DIRFD) gets the supervisor's own procfs: that on /proc may be the guest's. */
static void put_result(struct fs_at *out, int flags, int held, const char *name, bool slash)
{
    const bool absolute = !(flags & (FS_WALK | FS_DIRFD));
    out->owned = held;
    out->dirfd = absolute ? AT_FDCWD : procfs_fd();
    snprintf(out->path, sizeof out->path, "%s%d%s%s%s",
             absolute ? "/proc/thread-self/fd/" : procfs_path("/proc/thread-self/fd/"), held, name ? "/" : "",
             name ? name : "", slash ? "/" : "");
}

/* The same of `fd` (consumed), which is moved there. */
static int found(struct walk *w, int fd, const char *name, bool slash)
{
    int held = fds_adopt_fd(fd, false);
    if (held < 0)
        return held;
    put_result(w->out, w->flags, held, name, slash);
    return 0;
}

/* The object `fd` itself. Where the call would look at the /proc link, the slash makes it follow: then it is a
 * directory. */
static int found_object(struct walk *w, int fd)
{
    return found(w, fd, NULL, w->flags & (FS_NOFOLLOW | FS_MOUNTPOINT));
}

/* The path ended in "/", "." or ".." (`last`: "", ".", ".."). */
static int found_dir(struct walk *w, const char *last)
{
    int dir = steal_fd(&w->dir);
    if (*last == 0 && w->flags & FS_REMOVE) {
        host(SYS_close, dir);
        strcpy(w->out->path, "/"); /* EBUSY or EISDIR: the host never looks further */
        return 0;
    }
    if (w->flags & (FS_CREATE | FS_REMOVE) || strcmp(last, ".") == 0)
        return found(w, dir, ".", false);
    return found_object(w, dir);
}

/* A supervisor's descriptor in /proc/PID/fd is not there: 0, or a negative errno. */
static int hidden(int dir, const char *name)
{
    int n;
    struct proc_name p;
    int r = proc_number(name, strlen(name), &n) ? proc_name_of_fd(dir, &p) : 0;
    if (r != 1)
        return r;
    if (fs_hides)
        return fs_hides(&p, n);
    return fds_reserved(n) && strncmp(p.rest, "fd", 2) == 0 ? -ENOENT : 0;
}

/* Follow the /proc link `name` in w->dir, whose text is `target`, when it is a magic one: the object's descriptor.
 * FS_MAGIC_HOST when it is a symlink like any other ("self", "mounts"). */
static int step_magic(struct walk *w, const char *name, const char *target)
{
    if (target[0] != '/' && !strchr(target, ':'))
        return FS_MAGIC_HOST;
    struct open_how how = {.flags = PATH_FD, .resolve = RESOLVE_NO_MAGICLINKS};
    int fd = (int) host(SYS_openat2, w->dir, name, &how, sizeof how);
    if (fd >= 0)
        host(SYS_close, fd);
    if (fd != -ELOOP && fd != -ENOSYS && fd != -EPERM) /* see procfs_hold() */
        return FS_MAGIC_HOST;
    if (w->flags & (FS_NO_MAGICLINKS | FS_NO_SYMLINKS))
        return -ELOOP;
    fd = fs_magic_link ? fs_magic_link(w->dir, name) : FS_MAGIC_HOST;
    if (fd != FS_MAGIC_HOST)
        return fd;
    fd = (int) host(SYS_openat, w->dir, name, PATH_FD, 0);
    if (fd < 0)
        return fd;
    char path[PATH_MAX];
    int64_t n = fs_root.strict ? proc_fd_link(fd, path, sizeof path) : 0;
    if (n < 0 || (n && path[0] == '/' && !fs_path_reachable(path))) {
        host(SYS_close, fd);
        return n < 0 ? (int) n : -EACCES;
    }
    return fd;
}

static int push_link(struct walk *w, const char *target, size_t len)
{
    if (++w->links > MAX_LINKS)
        return -ELOOP;
    if (len == 0)
        return -ENOENT;
    if ((size_t) (w->rest - w->buf) < len + 1)
        return -ENAMETOOLONG;
    if (*w->rest && *w->rest != '/')
        *--w->rest = '/';
    w->rest -= len;
    memcpy(w->rest, target, len);
    if (*target != '/')
        return 0;
    struct stat here, root;
    if (w->flags & FS_NO_XDEV &&
        (!w->root_set || host(SYS_newfstatat, w->dir, "", &here, AT_EMPTY_PATH) ||
         host(SYS_newfstatat, fs_root.fd, "", &root, AT_EMPTY_PATH) || here.st_dev != root.st_dev))
        return -EXDEV;
    return enter_root(w);
}

/* What is left has neither symlinks nor `..` nor a mount of ours ahead, most of the time: let the host walk it, or
 * all but the last component of it when that one is special, in one call. Returns 1 when the result is there, 0 to
 * go on step by step, or the errno. */
static int walk_quick(struct walk *w)
{
    bool whole = !(w->flags & (FS_CREATE | FS_REMOVE | FS_NOFOLLOW | FS_MOUNTPOINT));
    char *first = w->rest + strspn(w->rest, "/"), *last = w->rest + strlen(w->rest);
    if (last - first >= PATH_MAX || w->flags & FS_NO_XDEV)
        return 0;
    while (last > first && last[-1] == '/')
        last--;
    while (last > first && last[-1] != '/')
        last--;
    if (last == first && (!whole || *first == 0))
        return 0;
    for (const char *c = first; (c = strstr(c, "..")); c++)
        if ((c == first || c[-1] == '/') && (c[2] == '/' || c[2] == 0))
            return 0;
    for (size_t i = 0; i < FS_MOUNTS; i++)
        if (fs_is_below(first, fs_mounts[i].name, strlen(fs_mounts[i].name)))
            return 0;
    int n;
    if (first[0] == '.' || proc_number(last, strlen(last), &n))
        return 0;
    for (const char *c = first; *c; c += strspn(c, "/")) {
        if (proc_number(c, strcspn(c, "/"), &n) && n == w->dir) /* proc_step_aside() */
            return 0;
        c += strcspn(c, "/");
    }

    struct open_how how = {.flags = PATH_FD | (whole ? 0 : O_DIRECTORY), .resolve = RESOLVE_NO_SYMLINKS};
    if (!whole)
        last[-1] = 0;
    int fd = (int) host(SYS_openat2, w->dir, first, &how, sizeof how);
    if (!whole)
        last[-1] = '/';
    if (fd == -ENOENT || fd == -ENOTDIR || fd == -EACCES)
        return fd;
    if (fd < 0)
        return 0;
    if (!whole) {
        enter(w, fd);
        w->rest = last;
        return 0;
    }
    int r = found(w, fd, NULL, false);
    return r ? r : 1;
}

static int open_step(struct walk *w, const char *name)
{
    int fd = -ENOSYS;
    if (w->flags & FS_NO_XDEV) {
        struct open_how how = {.flags = PATH_FD | O_NOFOLLOW, .resolve = RESOLVE_NO_XDEV};
        fd = (int) host(SYS_openat2, w->dir, name, &how, sizeof how);
    }
    if (fd == -ENOSYS)
        fd = (int) host(SYS_openat, w->dir, name, PATH_FD | O_NOFOLLOW, 0);
    return fd;
}

/* One name of the path. */
struct step {
    char name[NAME_MAX + 1];
    bool slash; /* one comes after it */
    bool final; /* and no other name */
};

#define WALK_ON 1 /* not there yet */

/* Returns WALK_ON, 0 when the path has ended, or -ENAMETOOLONG. */
static int next_step(struct walk *w, struct step *s)
{
    w->rest += strspn(w->rest, "/");
    size_t len = strcspn(w->rest, "/");
    if (len > NAME_MAX)
        return -ENAMETOOLONG;
    memcpy(s->name, w->rest, len);
    s->name[len] = 0;
    w->rest += len;
    s->slash = *w->rest == '/';
    s->final = w->rest[strspn(w->rest, "/")] == 0;
    return len ? WALK_ON : 0;
}

static const struct fs_mount *mount_at(const struct walk *w, const char *name)
{
    for (size_t i = 0; i < FS_MOUNTS; i++)
        if (strcmp(name, fs_mounts[i].name) == 0 && at_root(w) && fs_mount_is_shown(&fs_mounts[i]))
            return &fs_mounts[i];
    return NULL;
}

static int step_mount(struct walk *w, const struct step *s, const struct fs_mount *m)
{
    if (w->flags & FS_NO_XDEV)
        return -EXDEV;
    if (s->final && w->flags & (FS_CREATE | FS_REMOVE | FS_NOFOLLOW)) {
        strcpy(w->out->path, m->host);
        return 0;
    }
    w->last = "..";
    int r = enter_path(w, m->host);
    return r ? r : WALK_ON;
}

/* Of the symlink `*fd`, which is `name` in w->dir. Returns WALK_ON when its text is to be walked, or 0 when it is a magic one and `*fd`
 * is now what it leads to. */
static int step_link(struct walk *w, const char *name, int *fd)
{
    char target[PATH_MAX];
    int64_t n = host(SYS_readlinkat, *fd, "", target, sizeof target - 1);
    if (n < 0)
        return (int) n;
    target[n] = 0;
    struct statfs fs;
    int jump = FS_MAGIC_HOST;
    if (host(SYS_fstatfs, *fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC)
        jump = step_magic(w, name, target);
    if (jump == FS_MAGIC_HOST) {
        if (w->flags & FS_NO_SYMLINKS)
            return -ELOOP;
        w->fresh = true;
        int r = push_link(w, target, (size_t) n);
        return r ? r : WALK_ON;
    }
    if (jump < 0)
        return jump;
    host(SYS_close, *fd);
    *fd = jump;
    w->fresh = true;
    return ++w->links > MAX_LINKS ? -ELOOP : 0;
}

static int step_name(struct walk *w, const struct step *s)
{
    w->last = "";
    int r = hidden(w->dir, s->name);
    if (r == 0)
        r = proc_step_aside(&w->dir, s->name);
    if (r)
        return r;
    const struct fs_mount *m = mount_at(w, s->name);
    if (m && (fs_root.strict || !s->final ||
              !(w->flags & FS_MOUNTPOINT))) /* a mount in a root of chroot(2) is like any other */
        return step_mount(w, s, m);
    if (s->final && (s->slash ? w->flags & (FS_CREATE | FS_REMOVE) : w->flags & FS_NOFOLLOW))
        return found(w, steal_fd(&w->dir), s->name, s->slash);

    autofd fd = open_step(w, s->name);
    if (fd == -ENOENT && s->final && w->flags & FS_CREATE) {
        w->out->open_flags = O_NOFOLLOW;
        return found(w, steal_fd(&w->dir), s->name, false);
    }
    if (fd < 0)
        return fd;
    struct stat st;
    r = (int) host(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH);
    if (r == 0 && S_ISLNK(st.st_mode)) {
        r = step_link(w, s->name, &fd);
        if (r == 0)
            r = (int) host(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH);
    }
    if (r)
        return r;
    if (s->final && w->flags & FS_MOUNTPOINT)
        return found(w, steal_fd(&w->dir), s->name, s->slash);
    if (S_ISDIR(st.st_mode)) {
        if (s->final)
            return found_object(w, steal_fd(&fd));
        enter(w, steal_fd(&fd));
        return WALK_ON;
    }
    return !s->final || s->slash ? -ENOTDIR : found_object(w, steal_fd(&fd));
}

static int walk(struct walk *w)
{
    struct step s;
    int r;
    do {
        if (w->fresh && (r = walk_quick(w)) != 0)
            return MIN(r, 0);
        w->fresh = false;
        r = next_step(w, &s);
        if (r == 0)
            return found_dir(w, w->last);
        if (r < 0)
            return r;
        if (strcmp(s.name, ".") == 0) {
            w->last = ".";
        } else if (strcmp(s.name, "..") == 0) {
            if (s.final && w->flags & FS_REMOVE)
                return found(w, steal_fd(&w->dir), "..", false); /* ENOTEMPTY, EISDIR, EBUSY: never looked up */
            w->last = "..";
            r = step_up(w);
            r = r ? r : WALK_ON;
        } else {
            r = step_name(w, &s);
        }
    } while (r == WALK_ON);
    return r;
}

static int walk_from(int dirfd, const char *path, size_t len, int flags, struct fs_at *out)
{
    struct walk w;
    w.dir = -1;
    w.flags = flags;
    w.links = 0;
    w.root_set = *path == '/';
    w.fresh = true;
    w.last = "";
    w.out = out;
    w.rest = w.buf + sizeof w.buf - 1 - len;
    memcpy(w.rest, path, len + 1);
    int r = *path == '/' ? enter_root(&w) : enter_start(&w, dirfd);
    if (r == 0)
        r = walk(&w);
    if (w.dir >= 0)
        host(SYS_close, w.dir);
    return r;
}

static int open_from(int dirfd, const char *path, const struct open_how *how)
{
    return (int) (how->resolve ? host(SYS_openat2, dirfd, path, how, sizeof *how)
                               : host(SYS_openat, dirfd, path, how->flags, 0));
}

/* With the creation lock: what nobody has to wait for. */
static int hold_cached(int dirfd, const char *path, const struct open_how *how)
{
    struct open_how cached = *how;
    cached.resolve |= RESOLVE_CACHED;
    const int fd = (int) host(SYS_openat2, dirfd, path, &cached, sizeof cached);
    return fd < 0 ? fd : fds_adopt_fd(fd, false);
}

/* Without it: who is waited for may be another thread, which may take the number that this gets meanwhile. */
static int hold_waiting(int dirfd, const char *path, const struct open_how *how)
{
    int fd = open_from(dirfd, path, how);
    if (fd < 0 && fd != -EMFILE)
        return fd;
    fds_create_lock();
    if (fd < 0) { /* no number is free that the guest may use */
        fd = open_from(dirfd, path, how);
    } else {
        const int64_t flags = host(SYS_fcntl, fd, F_GETFL);
        if (flags < 0 || !(flags & O_PATH)) /* another thread's by now: it stays, and ours is gone */
            fd = -EMFILE;
    }
    if (fd >= 0)
        fd = fds_adopt_fd(fd, false);
    fds_create_unlock();
    return fd;
}

int fs_hold(int dirfd, const char *path, const struct open_how *how)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    int fd = -EMFILE;
    for (int tries = 0; fd == -EMFILE && tries < 100; tries++) {
        if (tries) /* a full window is full of what other threads hold just now */
            host(SYS_nanosleep, &moment, NULL);
        fds_create_lock();
        fd = hold_cached(dirfd, path, how);
        fds_create_unlock();
        /* not cached; or before Linux 5.12, and 5.6; or in a sandbox from then */
        if (fd == -EAGAIN || fd == -EINVAL || fd == -ENOSYS || fd == -EPERM)
            fd = hold_waiting(dirfd, path, how);
    }
    return fd;
}

/* Without a root of the guest's own, where no magic link is on the way: what is at the path, by the kernel's rules. -ELOOP: there may be one. */
static int hold_in_one(int dirfd, const char *path, int flags, struct fs_at *out)
{
    const struct open_how how = {.flags = PATH_FD, .resolve = RESOLVE_NO_MAGICLINKS};
    int fd = fs_hold(dirfd, path, &how);
    if (fd < 0)
        return fd;
    put_result(out, flags, fd, NULL, false);
    return 0;
}

static int resolve_in_root(int dirfd, const char *path, size_t len, int flags, struct fs_at *out)
{
    int r = -ELOOP;
    if (fs_root.fd < 0 && !(flags & (FS_NOFOLLOW | FS_CREATE)))
        r = hold_in_one(dirfd, path, flags, out);
    if (r == -ELOOP || r == -ENOSYS || r == -EPERM) {
        fds_create_lock();
        r = walk_from(dirfd, path, len, flags, out);
        fds_create_unlock();
    }
    if (r)
        fs_at_done(out);
    return r;
}

/* ---- without a sysroot ---- */

/* `name` is the last component of out->path and may be one that means something else to the guest: ask where it
 * lies. */
static int resolve_proc_name(int flags, const char *name, struct fs_at *out)
{
    char parent[PATH_MAX];
    size_t len = (size_t) (name - out->path);
    memcpy(parent, out->path, len);
    parent[len] = 0;
    const struct open_how how = {.flags = PATH_FD | O_DIRECTORY, .resolve = out->resolve};
    struct stat st;
    struct statfs fs;
    /* A directory that is on a device, or that somebody may write to, is none of procfs's. */
    if (!out->resolve && host(SYS_newfstatat, out->dirfd, len ? parent : ".", &st, 0) == 0 &&
        (major(st.st_dev) || st.st_mode & 0222))
        return 0;
    const int dir = fs_hold(out->dirfd, len ? parent : ".", &how);
    if (dir < 0)
        return 0; /* the host call says what is wrong */
    const bool procfs = host(SYS_fstatfs, dir, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
    fds_create_lock();
    int r = procfs ? hidden(dir, name) : 0;
    flags |= procfs ? 0 : FS_NOFOLLOW;
    if (r == 0 && !(flags & FS_NOFOLLOW) && fs_magic_link) {
        struct proc_name p;
        int fd = proc_name_of_fd(dir, &p) == 1 && p.pid && !p.rest[0] ? fs_magic_link(dir, name) : FS_MAGIC_HOST;
        if (fd >= 0)
            fd = fds_adopt_fd(fd, false);
        if (fd >= 0) {
            out->owned = fd;
            out->dirfd = AT_FDCWD;
            snprintf(out->path, sizeof out->path, "/proc/thread-self/fd/%d", fd);
        } else if (fd != FS_MAGIC_HOST) {
            r = fd;
        }
    }
    fds_close(dir);
    fds_create_unlock();
    return r;
}

/* Under --sysroot: is what was found in the host's /proc, /dev or /sys, or outside? */
static bool is_hosts(const struct fs_at *at)
{
    char place[PATH_MAX];
    const int fd = at->path[0] ? at->owned : at->dirfd;
    if (!fs_root.strict)
        return false;
    int64_t n = fd == AT_FDCWD ? host(SYS_getcwd, place, sizeof place) : proc_fd_link(fd, place, sizeof place);
    if (n < 0)
        return n != -ENOENT || at->path[0]; /* of a descriptor that is none the host says so */
    if (fs_is_below(place, fs_root.host_path, strlen(fs_root.host_path)))
        return false;
    if (strcmp(place, "/") != 0 || fd < 0)
        return true;
    /* What open_tree(2) and fsmount(2) gave has no place yet. */
    fds_create_lock();
    const int mounted = mount_root_of(fd, place, sizeof place);
    fds_create_unlock();
    return mounted != 0;
}

int fs_resolve(int dirfd, const char *path, int flags, struct fs_at *out)
{
    size_t len = strlen(path);
    out->dirfd = dirfd;
    out->owned = -1;
    out->open_flags = 0;
    out->resolve = 0;
    if (flags & FS_BENEATH)
        out->resolve |= RESOLVE_BENEATH;
    if (flags & FS_IN_ROOT)
        out->resolve |= RESOLVE_IN_ROOT;
    if (len >= sizeof out->path)
        return -ENAMETOOLONG;
    memcpy(out->path, path, len + 1);

    bool host_walks = (fs_root.fd < 0 && !(flags & FS_WALK)) || out->resolve;
    if (host_walks) {
        if (flags & FS_NO_SYMLINKS)
            out->resolve |= RESOLVE_NO_SYMLINKS;
        if (flags & FS_NO_MAGICLINKS)
            out->resolve |= RESOLVE_NO_MAGICLINKS;
        if (flags & FS_NO_XDEV)
            out->resolve |= RESOLVE_NO_XDEV;
    }
    if (!host_walks) {
        int r = flags & FS_EMPTY_OK ? 0 : -ENOENT;
        if (len) {
            out->dirfd = AT_FDCWD;
            r = resolve_in_root(dirfd, path, len, flags, out);
        }
        if (r == 0 && flags & FS_OWN && is_hosts(out)) {
            fs_at_done(out);
            r = -EPERM;
        }
        return r;
    }
    if (fs_root.fd >= 0) {
        /* The host confines this one to dirfd by itself, if dirfd is inside: the directory that was looked at, whatever is at that number by then. */
        if (*path == '/' && (flags & (FS_BENEATH | FS_IN_ROOT)) == FS_BENEATH)
            return -EXDEV;
        struct walk w = {.dir = -1};
        fds_create_lock();
        int r = enter_start(&w, dirfd);
        if (r && w.dir >= 0)
            host(SYS_close, w.dir);
        if (r == 0)
            r = out->dirfd = out->owned = fds_adopt_fd(w.dir, false);
        fds_create_unlock();
        if (r < 0)
            return r;
    }
    const char *name = strrchr(out->path, '/');
    name = name ? name + 1 : out->path;
    /* Where such links may not be followed, the host says so of any. */
    const int no_jump = FS_NO_MAGICLINKS | FS_NO_SYMLINKS | FS_BENEATH | FS_IN_ROOT;
    int n;
    const bool jumps = strcmp(name, "exe") == 0 || strcmp(name, "root") == 0;
    int r = 0;
    if ((jumps && !(flags & no_jump)) || proc_number(name, strlen(name), &n))
        r = resolve_proc_name(flags, name, out);
    if (r)
        fs_at_done(out);
    return r;
}

void fs_at_done(struct fs_at *at)
{
    if (at->owned < 0)
        return;
    fds_create_lock();
    fds_close(steal_fd(&at->owned));
    fds_create_unlock();
}
