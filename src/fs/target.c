#include "fs/target.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "base/fds.h"
#include "base/nspid.h"
#include "base/place.h"
#include "base/procfs.h"
#include "base/raw.h"
#include "fs/path.h"
#include "fs/procname.h"
#include "fs/vma.h"
#include "task/process.h"

#define MAX_THREADS 65536
#define MAGIC 0x656c667573656667ull

/* What others find, who know where this binary has it. Written before the first guest instruction. */
static struct published {
    uint64_t magic;
    struct process *proc;
    int exe_fd, window_base, window_count, root_fd;
    uint64_t image;
} published = {.exe_fd = -1, .root_fd = -1};

static uint64_t own_dev, own_ino;         /* elfuse */
static uint64_t program_dev, program_ino; /* what it runs */

void target_init(struct process *p, int exe_fd)
{
    struct stat st;
    if (host(SYS_newfstatat, PROCFS("/proc/thread-self/exe"), &st, 0) == 0) {
        own_dev = st.st_dev;
        own_ino = st.st_ino;
    }
    if (exe_fd >= 0 && host(SYS_newfstatat, exe_fd, "", &st, AT_EMPTY_PATH) == 0) {
        program_dev = st.st_dev;
        program_ino = st.st_ino;
    }
    struct timespec now;
    host(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    published = (struct published){MAGIC,
                                   p,
                                   exe_fd,
                                   fds_base(),
                                   fds_count(),
                                   fs_root.fd,
                                   (uint64_t) now.tv_sec * 1000000000 + (uint64_t) now.tv_nsec};
}

bool target_is_elfuse(uint64_t dev, uint64_t ino)
{
    return ino == own_ino && dev == own_dev;
}

bool target_is_program(uint64_t dev, uint64_t ino)
{
    return ino == program_ino && dev == program_dev && ino;
}

/* Who has its memory. Of our own process the calling thread has it. */
static int memory_of(const struct target *g)
{
    return g->self ? (int) host(SYS_gettid) : g->pid;
}

static int peek_pid(int pid, uint64_t addr, void *buf, size_t size)
{
    struct iovec local, remote = {(void *) addr, size};
    local.iov_base = buf; /* cppcheck-suppress ctuuninitvar; filled by the call */
    local.iov_len = size;
    long r = host(SYS_process_vm_readv, pid, &local, 1, &remote, 1, 0);
    if (r < 0)
        return r == -EPERM ? -EACCES : (int) r;
    return (size_t) r == size ? 0 : -EFAULT;
}

static int peek_number(int number, uint64_t addr, void *buf, size_t size)
{
    char path[32];
    snprintf(path, sizeof path, "/proc/%d/mem", number);
    autofd fd = procfs_file(path, O_RDONLY);
    long r = fd < 0 ? fd : host(SYS_pread64, fd, buf, size, addr);
    return r < 0 ? (int) r : (size_t) r == size ? 0 : -EFAULT;
}

int target_life(const struct target *g, struct target_life *out)
{
    enum { START = 22 }; /* the field in its stat */
    struct text t = {0};
    char path[32];
    snprintf(path, sizeof path, "/proc/%d/stat", target_number(g));
    autofd fd = procfs_file(path, O_RDONLY);
    int r = fd < 0 ? fd : text_read(&t, fd);
    const char *p = r == 0 ? strrchr(t.p, ')') : NULL;
    for (int field = 2; p && field < START; field++)
        p = strchr(p + 1, ' ');
    *out = (struct target_life){g->image, p ? strtoull(p, NULL, 10) : 0};
    free(t.p);
    return r;
}

int target_number(const struct target *g)
{
    return g->self ? procfs_self() : g->number;
}

int target_peek(const struct target *g, uint64_t addr, void *buf, size_t size)
{
    if (!g->pid && !g->self)
        return peek_number(g->number, addr, buf, size);
    /* By way of the kernel for ourselves too: what a list of threads points at may be gone by now. */
    return peek_pid(memory_of(g), addr, buf, size);
}

#ifdef ELFUSE_FIXED
/* What another process has published: it is where its image is, which is not to be seen from outside. */
static int find_published(struct target *g, struct published *p)
{
    for (unsigned n = 0; place_nth(n); n++) {
        g->shift = place_nth(n) - place_start();
        int r = target_peek(g, (uint64_t) &published + g->shift, p, sizeof *p);
        if (r == 0 && p->magic == MAGIC)
            return 0;
        if (r && r != -EFAULT && r != -EIO) /* which say that nothing is there */
            return r;
    }
    return -EACCES; /* about to start its program */
}
#else
/* A build that the kernel places. */
static int find_published(struct target *g, struct published *p)
{
    struct text t = {0};
    struct vma_list l;
    autofd maps = target_file(g, "maps", O_RDONLY);
    int r = maps < 0 ? maps : text_read(&t, maps);
    if (r == 0)
        r = vma_parse(&l, &t);
    free(t.p);
    if (r)
        return r;
    r = -EACCES;
    for (unsigned i = 0; i < l.n && r; i++)
        if (l.vma[i].ino == own_ino) {
            g->shift = l.vma[i].start - place_start();
            r = target_peek(g, (uint64_t) &published + g->shift, p, sizeof *p);
        }
    vma_free(&l);
    return r;
}
#endif

static bool has_thread(int number, int tid)
{
    char path[64];
    struct stat st;
    snprintf(path, sizeof path, "/proc/%d/task/%d", number, tid);
    return host(SYS_newfstatat, PROCFS(path), &st, 0) == 0;
}

static void file_path(const struct target *g, const char *name, char *buf, size_t size)
{
    if (g->self)
        snprintf(buf, size, "/proc/thread-self/%s", name);
    else
        snprintf(buf, size, "/proc/%d/%s", g->number, name);
}

int target_file(const struct target *g, const char *name, int flags)
{
    char path[64];
    file_path(g, name, path, sizeof path);
    return procfs_file(path, flags);
}

/* A child that does not say when it is there has its parent's memory until then. The mark goes last, so it is looked at first. */
static bool is_unborn(const struct target *g)
{
    int forking = 0;
    target_peek(g, g->at + offsetof(struct process, forking), &forking, sizeof forking);
    return forking && forking != g->number && !has_thread(forking, g->number);
}

/* -EAGAIN: it is not there yet. */
static int fill(struct target *out, const struct published *p)
{
    out->exe_fd = p->exe_fd;
    out->window_base = p->window_base;
    out->window_count = p->window_count;
    out->root_fd = p->root_fd;
    out->image = p->image;
    /* A vfork child shares these variables with its parent, but has a process of its own. */
    out->at = out->self && current ? (uint64_t) current->proc : (uint64_t) p->proc;
    if (!out->self && is_unborn(out))
        return -EAGAIN;
    int r = target_peek(out, out->at, &out->proc, sizeof out->proc);
    return r ? r : 1;
}

int target_self(struct target *out)
{
    *out = (struct target){.pid = (int) host(SYS_getpid), .self = true, .exe_fd = -1};
    return published.proc ? fill(out, &published) : 0;
}

/* Whatever keeps us from seeing its program is no answer: a process can hide that for a moment (PR_SET_DUMPABLE). */
static int runs_elfuse(const struct target *g)
{
    struct stat st;
    char path[64];
    file_path(g, "exe", path, sizeof path);
    int r = (int) host(SYS_newfstatat, PROCFS(path), &st, 0);
    if (r)
        return r == -ENOENT ? -ESRCH : r == -EACCES ? -EPERM : r;
    return target_is_elfuse(st.st_dev, st.st_ino);
}

/* `out` is another process, or a thread of it. */
static int look_at(struct target *out)
{
    struct published p;
    int r = runs_elfuse(out);
    if (r != 1)
        return r;
    r = find_published(out, &p);
    if (r)
        return r;
    if (p.magic != MAGIC || !p.proc)
        return -EACCES; /* about to start its program */
    return fill(out, &p);
}

/* Let a child come up. False: it has had a second, and is stopped. */
static bool wait_for_birth(int r, struct timespec *since)
{
    const struct timespec moment = {.tv_nsec = 20000};
    struct timespec now;
    if (r != -EAGAIN)
        return false;
    host(SYS_clock_gettime, CLOCK_MONOTONIC, &now); /* in place the vDSO may be gone: it is the guest's */
    if (!since->tv_sec)
        *since = now;
    host(SYS_nanosleep, &moment, NULL);
    return now.tv_sec - since->tv_sec <= 1;
}

#define ONCE_BORN(look)                                                                                                \
    ({                                                                                                                 \
        struct timespec since_ = {0};                                                                                  \
        int r_;                                                                                                        \
        do                                                                                                             \
            r_ = (look);                                                                                               \
        while (wait_for_birth(r_, &since_));                                                                           \
        r_ == -EAGAIN ? -EACCES : r_;                                                                                  \
    })

/* This process, or a thread of it. */
static bool is_own(int number)
{
    const int own = procfs_self();
    return number == own || (own > 0 && has_thread(own, number));
}

static int look_by_number(int number, int pid, struct target *out)
{
    if (is_own(number))
        return target_self(out);
    *out = (struct target){.number = number, .pid = pid, .exe_fd = -1};
    return look_at(out);
}

static int look_named(int number, struct target *out)
{
    int own;
    if (is_own(number)) {
        const int r = target_self(out);
        out->tid = nspid_own(number);
        return r;
    }
    *out = (struct target){.number = number, .exe_fd = -1};
    const int r = runs_elfuse(out);
    if (r != 1)
        return r;
    out->pid = nspid_here(procfs_fd(), number, &own);
    out->tid = own;
    return out->pid ? look_at(out) : -EACCES; /* of a namespace that ours is not above of */
}

static int look_for(int pid, int tid, struct target *out)
{
    if (!published.proc)
        return 0;
    if (pid < 0)
        return -EACCES;
    fds_create_lock();
    int r = look_named(pid, out);
    if (r == -ESRCH && tid)
        r = look_named(tid, out);
    if (r == 1 && tid)
        out->tid = nspid_own(tid);
    fds_create_unlock();
    return r;
}

int target_now(int pid, struct target *out)
{
    if (!published.proc || pid <= 0)
        return 0;
    fds_create_lock();
    const int number = procfs_number(pid);
    const int r = number > 0 ? look_by_number(number, pid, out) : number;
    fds_create_unlock();
    return r;
}

static int look_behind(int pidfd, struct target *out)
{
    if (!published.proc)
        return 0;
    fds_create_lock();
    int number = procfs_pidfd(pidfd);
    int r = number > 0 ? look_by_number(number, 0, out) : number ? number : -ESRCH;
    fds_create_unlock();
    return r;
}

int target_glance(int pid, int tid, struct target *out)
{
    return look_for(pid, tid, out);
}

int target_find(int pid, int tid, struct target *out)
{
    const int r = ONCE_BORN(look_for(pid, tid, out));
    return r == -EPERM ? -EACCES : r; /* as its files say it */
}

int target_of(int pid, struct target *out)
{
    return ONCE_BORN(target_now(pid, out));
}

int target_of_pidfd(int pidfd, struct target *out)
{
    return ONCE_BORN(look_behind(pidfd, out));
}

static int peek_arg(void *arg, uint64_t addr, void *buf, size_t size)
{
    return target_peek(arg, addr, buf, size);
}

int target_outline(const struct target *g, struct space_view *out)
{
    return space_outline(peek_arg, (void *) g, (uint64_t) g->proc.space, out);
}

int target_view(const struct target *g, struct space_view *out)
{
    if (g->self)
        return space_view(g->proc.space, out);
    return space_view_remote(peek_arg, (void *) g, (uint64_t) g->proc.space, out);
}

int target_view_again(const struct target *g, struct space_view *v)
{
    return space_view_again(peek_arg, (void *) g, (uint64_t) g->proc.space, v);
}

size_t target_guest_read(const struct target *g, struct space_view *v, uint64_t va, void *buf, size_t size)
{
    size_t done = 0;
    while (done < size) {
        uint64_t run, hva = space_view_hva(v, va + done, &run);
        size_t n = MIN(run, size - done);
        if (hva == UINT64_MAX)
            break;
        struct iovec local = {(char *) buf + done, n}, remote = {(void *) hva, n};
        long r = host(SYS_process_vm_readv, memory_of(g), &local, 1, &remote, 1, 0);
        if (r <= 0)
            break;
        done += (size_t) r;
    }
    return done;
}

/* As they are at one time, if they change meanwhile -EAGAIN. Who is looked for may have ended; or the list has changed so that it only looked whole. */
static int list_threads(const struct target *g, int **tids, struct thread *find, uint64_t *find_at)
{
    autofree int *list = NULL, *whole = NULL;
    int count = -EAGAIN, wanted = g->tid ? g->tid : g->pid;
    for (int i = 0; i < 8; i++) {
        struct process p;
        struct thread t;
        unsigned seen = 0;
        bool found = !find;
        int n = 0, r = target_peek(g, g->at, &p, sizeof p);
        free(list);
        list = NULL;
        if (r || p.nthreads == 0 || p.nthreads > MAX_THREADS)
            return r ? r : p.nthreads ? -EAGAIN : -ESRCH;
        list = calloc(p.nthreads, sizeof *list);
        if (!list)
            return -ENOMEM;
        uint64_t at = (uint64_t) p.threads.lh_first;
        for (; at && seen < p.nthreads && target_peek(g, at, &t, sizeof t) == 0; seen++) {
            if (t.tid) /* it has a number when it runs */
                list[n++] = t.tid;
            if (find && t.tid == wanted) {
                *find = t;
                found = true;
                if (find_at)
                    *find_at = at;
            }
            at = (uint64_t) t.link.le_next;
        }
        if (seen != p.nthreads || at)
            continue;
        free(whole);
        whole = steal_ptr(&list);
        count = n;
        if (found || g->self) /* its list does not change meanwhile */
            break;
    }
    *tids = steal_ptr(&whole);
    return count;
}

int target_threads_at(const struct target *g, int **tids, struct thread *find, uint64_t *find_at)
{
    struct process *own = g->self ? (struct process *) g->at : NULL;
    if (own)
        pthread_mutex_lock(&own->lock);
    const int n = list_threads(g, tids, find, find_at);
    if (own)
        pthread_mutex_unlock(&own->lock);
    return n;
}

int target_descriptors(const struct target *g, int *highest)
{
    char buf[4096];
    int count = 0, fd;
    *highest = -1;
    autofd dir = target_file(g, "fd", O_RDONLY | O_DIRECTORY);
    if (dir < 0)
        return dir;
    for (long n; (n = host(SYS_getdents64, dir, buf, sizeof buf)) != 0;) {
        if (n < 0)
            return (int) n;
        for (long at = 0; at < n; at += *(unsigned short *) (buf + at + 16)) {
            const char *name = buf + at + 19;
            if (!proc_number(name, strlen(name), &fd) || fds_contains(g->window_base, g->window_count, fd) ||
                (g->self && fd == dir))
                continue;
            count++;
            *highest = MAX(*highest, fd);
        }
    }
    return count;
}

uint64_t target_slots(const struct target *g)
{
    uint64_t slots = 256;
    int highest;
    fds_create_lock();
    int n = target_descriptors(g, &highest);
    fds_create_unlock();
    while (n > 0 && (uint64_t) highest >= slots)
        slots *= 2;
    return slots;
}

bool target_next_guest(struct target *g, uint64_t *next)
{
    uint64_t at = *next ? (uint64_t) g->proc.next_guest : 0;
    if (!*next && target_peek(g, (uint64_t) &process_guests + g->shift, &at, sizeof at))
        return false;
    if (!at || target_peek(g, at, &g->proc, sizeof g->proc))
        return false;
    *next = g->at = at;
    return true;
}

static void fd_link(const struct target *g, int fd, char *buf, size_t size)
{
    char name[32];
    snprintf(name, sizeof name, "fd/%d", fd);
    file_path(g, name, buf, size);
}

int target_exe_open(const struct target *g, int flags)
{
    char link[64];
    if (g->exe_fd < 0)
        return -ENOENT;
    fd_link(g, g->exe_fd, link, sizeof link);
    return (int) host(SYS_openat, PROCFS(link), flags & ~O_NOFOLLOW, 0);
}

int target_root_open(const struct target *g)
{
    char link[64];
    if (g->root_fd < 0)
        return (int) host(SYS_openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    fd_link(g, g->root_fd, link, sizeof link);
    return (int) host(SYS_openat, PROCFS(link), O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
}

int target_root_path(const struct target *g, char root[PATH_MAX])
{
    char path[64];
    strcpy(root, g->self ? fs_root.host_path : "");
    if (g->self || g->root_fd < 0)
        return 0;
    fd_link(g, g->root_fd, path, sizeof path);
    const long n = host(SYS_readlinkat, PROCFS(path), root, PATH_MAX - 1);
    root[MAX(n, 0)] = 0;
    return (int) MIN(n, 0);
}

bool target_is_inside(const struct target *g)
{
    char root[PATH_MAX];
    return g->self ||
           (target_root_path(g, root) == 0 && fs_is_below(root, fs_root.host_path, strlen(fs_root.host_path)));
}

void target_rooted(void)
{
    published.root_fd = fs_root.fd;
}

int64_t target_exe_path(const struct target *g, char *buf, size_t size)
{
    char link[64], path[PATH_MAX];
    if (g->exe_fd < 0)
        return -ENOENT;
    fd_link(g, g->exe_fd, link, sizeof link);
    long n = host(SYS_readlinkat, PROCFS(link), path, sizeof path - 1);
    if (n < 0)
        return n;
    path[n] = 0;
    return fs_guest_path(path, buf, size);
}
