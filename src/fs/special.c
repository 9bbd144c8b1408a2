#include "fs/special.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/apart.h"
#include "base/fds.h"
#include "base/fsize.h"
#include "base/procfs.h"
#include "base/raw.h"
#include "fs/proc.h"
#include "fs/target.h"
#include "mem/access.h"
#include "task/process.h"

#define SPECIALS 256

/* Entries are written once, before `specials` counts them (release; fs_special() acquires). Closing a descriptor is
 * not seen here: an entry stays until 256 later ones came. */
static struct special {
    uint64_t dev, ino;
    int number; /* as our procfs calls it */
    struct target_life
        life; /* of the memory that was there when it was opened: the number may be another's later, and the program another */
} special[SPECIALS];
static unsigned specials;

/* Where no file may be that large: a pipe that holds all of it. It cannot be sought in, but it can be read. */
static int make_pipe(const void *text, size_t n)
{
    int end[2], r = (int) host(SYS_pipe2, end, O_CLOEXEC | O_NONBLOCK);
    if (r)
        return r;
    r = (int) host(SYS_fcntl, end[1], F_SETPIPE_SZ, (int) MIN(n, (size_t) INT32_MAX));
    bool all = r >= 0 && host(SYS_write, end[1], text, n) == (long) n;
    host(SYS_close, end[1]);
    if (all)
        host(SYS_fcntl, end[0], F_SETFL, 0);
    else
        host(SYS_close, end[0]);
    return all ? end[0] : -EFBIG;
}

static int make_memfd(const char *name, const void *text, size_t n, unsigned mode, struct stat *st)
{
    autofd fd = (int) host(SYS_memfd_create, name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return fd;
    struct rlimit64 limit;
    if (!fsize_lift(n, &limit))
        return -EFBIG;
    long r = 0;
    for (size_t done = 0; done < n && r >= 0; done += (size_t) r) {
        r = host(SYS_write, fd, (const char *) text + done, n - done);
        if (r == 0)
            r = -EIO;
    }
    fsize_restore(n, &limit);
    if (r >= 0)
        r = host(SYS_fchmod, fd, mode);
    if (r == 0)
        r = host(SYS_fcntl, fd, F_ADD_SEALS, SPECIAL_SEALS);
    if (r == 0)
        r = host(SYS_newfstatat, fd, "", st, AT_EMPTY_PATH);
    return r ? (int) r : steal_fd(&fd);
}

int special_again(int fd, uint64_t flags)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/thread-self/fd/%d", fd);
    return (int) host(SYS_openat, PROCFS(link),
                      (flags & ~(uint64_t) (O_NOFOLLOW | O_CREAT | O_EXCL | O_TRUNC)) | O_CLOEXEC, 0);
}

int special_text(const char *name, const void *text, size_t n, uint64_t flags, unsigned mode)
{
    struct stat st;
    autofd fd = make_memfd(name, text, n, mode, &st);
    if (fd == -EFBIG)
        return make_pipe(text, n);
    if (fd < 0)
        return fd;
    return special_again(fd, flags);
}

int special_open(const struct target *g, uint64_t flags)
{
    const int number = target_number(g);
    struct target_life life;
    char name[32];
    struct stat st;
    const int found = number < 0 ? number : target_life(g, &life);
    if (found && found != -ENOENT && found != -ESRCH)
        return found;
    snprintf(name, sizeof name, "/proc/%d/mem", number);
    int fd = special_text(name, "", 0, flags, 0600);
    if (fd < 0)
        return fd;
    long r = host(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH);
    if (r) {
        host(SYS_close, fd);
        return (int) r;
    }
    unsigned i = __atomic_load_n(&specials, __ATOMIC_RELAXED); /* one writer: the creation lock */
    special[i % SPECIALS] = (struct special){st.st_dev, st.st_ino, number, life};
    __atomic_store_n(&specials, i + 1, __ATOMIC_RELEASE);
    return fd;
}

/* The process whose memory `fd` is, or was (*life, which may be NULL), or 0. */
static int special_number(int fd, struct target_life *life)
{
    unsigned n = __atomic_load_n(&specials, __ATOMIC_ACQUIRE);
    struct stat st;
    if (n == 0 || host(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH))
        return 0;
    for (unsigned i = 0; i < MIN(n, SPECIALS); i++)
        if (special[i].ino == st.st_ino && special[i].dev == st.st_dev) {
            if (life)
                *life = special[i].life;
            return special[i].number;
        }
    return 0;
}

bool fs_special(int fd)
{
    return special_number(fd, NULL) != 0;
}

/* A region and where its bytes are in the host process, for one piece of a transfer. */
struct piece {
    uint64_t hva, size;
    bool zero; /* mapped, and nothing was ever put there */
};

struct memory {
    struct target target;
    struct space *space;    /* ours */
    struct space_view view; /* another's */
    int fd;                 /* the host's /proc/PID/mem: like it, ours goes past the rights of a mapping */
};

static int note_region(const struct region_info *r, void *arg)
{
    *(struct region_info *) arg = *r;
    return 1;
}

/* False when nothing is mapped at `va`. */
static bool piece_at(struct memory *m, uint64_t va, uint64_t size, struct piece *out)
{
    struct region_info region;
    memset(out, 0, sizeof *out);
    if (m->space) {
        if (va >= SPACE_TOP || space_walk(m->space, gva(va), gva(va + 1), note_region, &region) != 1)
            return false;
        out->size = MIN(size, region.end.v - va);
        size_t run;
        out->hva = (uint64_t) mem_hva(m->space, gva(va), out->size, &run);
        out->size = MIN(out->size, run);
        return true;
    }
    const struct region_info *r = space_view_region(&m->view, va);
    if (!r)
        return false;
    uint64_t run = m->view.chunk_size - va % m->view.chunk_size;
    out->hva = space_view_hva(&m->view, va, &run);
    out->zero = out->hva == UINT64_MAX;
    out->size = MIN(MIN(size, r->end.v - va), run);
    return true;
}

static int64_t move_piece(struct memory *m, const struct piece *p, void *buf, bool write)
{
    static const char zeros[4096];
    if (p->zero) {
        struct iovec local = {buf, MIN(p->size, sizeof zeros)}, remote = {(void *) zeros, MIN(p->size, sizeof zeros)};
        return write ? -EIO : host(SYS_process_vm_readv, host(SYS_gettid), &local, 1, &remote, 1, 0);
    }
    return host(write ? SYS_pwrite64 : SYS_pread64, m->fd, buf, p->size, p->hva);
}

/* `life`: -ESRCH when it is not the same any more; or NULL. */
static int memory_find(struct memory *m, struct thread *t, int number, const struct target_life *life)
{
    struct target_life now;
    int r = target_find(number, 0, &m->target);
    if (r == 1 && life && (target_life(&m->target, &now) || now.image != life->image || now.start != life->start))
        r = 0;
    if (r <= 0)
        return r ? r : -ESRCH;
    if (!m->target.self)
        return target_view(&m->target, &m->view);
    m->space = t->proc->space;
    return 0;
}

struct transfer {
    struct thread *t;
    int number;
    const struct target_life *life;
    struct memory m;
    const struct iovec *iov;
    int n;
    uint64_t at;
    bool write;
    int64_t done, r;
};

/* With m.fd open. */
static void transfer_pieces(struct transfer *x)
{
    x->r = 0;
    for (int i = 0; i < x->n && x->r >= 0; i++)
        for (uint64_t k = 0; k < x->iov[i].iov_len && x->r >= 0;) {
            struct piece p;
            x->r = -EIO;
            if (!piece_at(&x->m, x->at + (uint64_t) x->done, x->iov[i].iov_len - k, &p))
                break;
            x->r = move_piece(&x->m, &p, (char *) x->iov[i].iov_base + k, x->write);
            if (x->r == 0)
                x->r = -EIO;
            if (x->r > 0) {
                k += (uint64_t) x->r;
                x->done += x->r;
            }
        }
}

/* Called with the creation lock, for the host's limit of descriptors, and lets it go. The file is opened before the process is looked at: what is
 * found then can be a later program's than the file's, whose memory is gone, but not an earlier one's. */
static void transfer_open(void *arg)
{
    struct transfer *x = arg;
    const struct target g = {.number = x->number, .self = x->number == procfs_self()};
    x->m.fd = target_file(&g, "mem", O_RDWR);
    x->r = x->m.fd < 0 ? x->m.fd : memory_find(&x->m, x->t, x->number, x->life);
    fds_create_unlock();
    if (x->r == 0)
        transfer_pieces(x);
    space_view_free(&x->m.view);
    if (x->m.fd >= 0)
        host(SYS_close, x->m.fd);
}

static int64_t transfer_at(struct thread *t, int number, const struct target_life *life, const struct iovec *iov, int n,
                           int64_t at, bool write)
{
    struct transfer x = {
        .t = t, .number = number, .life = life, .iov = iov, .n = n, .at = (uint64_t) at, .write = write};
    fds_create_lock();
    if (process_owns_table(t->proc)) {
        transfer_open(&x);
    } else {
        /* Whoever else can name the number for a moment could write to the supervisor by it. */
        int r = apart_run(transfer_open, &x, procfs_fd());
        if (r) {
            fds_create_unlock();
            x.r = r;
        }
    }
    if (x.r == -ENOENT || x.r == -ESRCH)
        x.r = 0; /* the process is gone, and its memory with it */
    return x.done ? x.done : MIN(x.r, 0);
}

static int64_t transfer(struct thread *t, int fd, const struct iovec *iov, int n, int64_t off, bool write)
{
    struct target_life life;
    int number = special_number(fd, &life);
    int64_t access = host(SYS_fcntl, fd, F_GETFL);
    if (!number || access < 0 || (access & O_PATH) || (access & O_ACCMODE) == (write ? O_RDONLY : O_WRONLY))
        return -EBADF;
    int64_t at = off < 0 ? host(SYS_lseek, fd, 0, SEEK_CUR) : off, r;
    if (at < 0)
        return at;
    r = transfer_at(t, number, &life, iov, n, at, write);
    if (r > 0 && off < 0)
        host(SYS_lseek, fd, at + r, SEEK_SET);
    return r;
}

int64_t special_move(struct thread *t, int pid, uint64_t va, void *buf, size_t n, bool write)
{
    const struct iovec iov = {buf, n};
    const int number = procfs_number(pid);
    return number < 0 ? number : transfer_at(t, number, NULL, &iov, 1, (int64_t) va, write);
}

int64_t fs_special_read(struct thread *t, int fd, const struct iovec *iov, int n, int64_t off)
{
    return transfer(t, fd, iov, n, off, false);
}

int64_t fs_special_write(struct thread *t, int fd, const struct iovec *iov, int n, int64_t off)
{
    return transfer(t, fd, iov, n, off, true);
}
