/* The generic service of a row: every argument becomes what the host kernel expects, by its kind alone. Bad addresses are handed on as
 * addresses that fail there, so that errors come in the kernel's own order. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "sys/iov.h"

/* No call transfers more at once (MAX_RW_COUNT), whatever count it is given: what lies beyond is not looked at. */
#define LOOK_MAX (2ull << 30)

/* Whatever the length word says, no call writes more than this. */
#define OUTLEN_MAX (1u << 20)

/* A name that the host finds too long. */
static char too_long[PATH_MAX + 16];

/* How many of the bytes can be read, page by page. */
static size_t readable(struct thread *t, gva_t va, size_t size, char *copy)
{
    size_t good = 0;

    while (good < size) {
        size_t n = MIN(size - good, PAGE_SIZE - ((va.v + good) & (PAGE_SIZE - 1)));

        if (copy_in(t->proc->space, copy + good, gva(va.v + good), n) < 0)
            break;
        good += n;
    }
    return good;
}

/* The copy lies at the end of a mapping: a host call that goes further faults there, as it would behind the guest's bytes, and can never
 * run into the supervisor's memory. Bytes that cannot be read are left out of it. */
static int bounce(struct thread *t, struct pin *p)
{
    const size_t tail = p->dir & PIN_ALIGNED ? -(p->va.v + p->size) & (PIN_SECTOR - 1) : 0;
    const size_t room = page_up(p->size + tail), end = room - tail;
    size_t good = p->size;
    char *map = mmap(NULL, room + PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (map == MAP_FAILED)
        return -ENOMEM;
    mprotect(map + room, PAGE_SIZE, PROT_NONE);
    p->bounce = map;
    p->map_size = room + PAGE_SIZE;
    if (p->dir & PIN_IN) {
        good = readable(t, p->va, p->size, map);
        memmove(map + end - good, map, good);
    }
    p->size = good;
    p->hva = map + end - good;
    return 0;
}

int pin(struct thread *t, struct pin *p, uint64_t va, size_t size, enum pin_dir dir)
{
    size_t run = 0;

    size = MIN(size, LOOK_MAX);
    *p = (struct pin){.va = gva(va), .size = size, .dir = dir};
    p->hva = mem_hva(t->proc->space, p->va, size, &run);
    /* Contiguous; or the address itself fails. */
    if (mem_is_bad(p->hva) || !run || (run >= size && !(dir & PIN_COPY)))
        return 0;
    return size > PIN_COPY_MAX ? -ENOMEM : bounce(t, p);
}

int pin_done(struct thread *t, struct pin *p, size_t out)
{
    int ret = 0;

    if (!p->bounce)
        return 0;
    if (p->dir & PIN_OUT && out)
        ret = copy_out(t->proc->space, p->va, p->hva, MIN(out, p->size));
    munmap(p->bounce, p->map_size);
    p->bounce = NULL;
    return ret;
}

int sys_path(struct thread *t, int dirfd, uint64_t va, int flags, struct sys_path *out)
{
    char path[PATH_MAX];
    int64_t len;
    int ret;

    out->dirfd = dirfd;
    out->at.owned = -1;
    out->at.open_flags = 0;
    out->at.resolve = 0;
    out->host = NULL;
    if (!va)
        return 0;
    len = copy_in_str(t->proc->space, path, gva(va), sizeof path);
    if (len < 0) {
        if (len == -ENAMETOOLONG)
            memset(too_long, 'x', sizeof too_long - 1);
        out->host = len == -ENAMETOOLONG ? too_long : BAD_PTR;
        return 0;
    }
    ret = fs_resolve(dirfd, path, flags, &out->at);
    if (ret < 0)
        return ret;
    out->host = out->at.path;
    out->dirfd = out->at.dirfd;
    return 0;
}

/* Each of these fails on the host, however a call looks at it. */
#define LINKS "/self/../self/../self/../self/../self/../self/.."
static const struct {
    int err, dirfd;
    const char *path;
} fail_alike[] = {
    {ENOENT, AT_FDCWD, "/proc/-/-"},
    {ENOTDIR, AT_FDCWD, "/proc/version/-"},
    {ELOOP, AT_FDCWD, "/proc" LINKS LINKS LINKS LINKS LINKS LINKS LINKS "/-/-"},
    {EBADF, -1, "-"},
};

int sys_path_or_alike(struct thread *t, int dirfd, uint64_t va, int flags, struct sys_path *out)
{
    int ret = sys_path(t, dirfd, va, flags, out);

    if (ret >= 0 || (ret == -EBADF && dirfd == AT_FDCWD))
        return ret;
    for (size_t i = 0; i < ARRAY_SIZE(fail_alike); i++) {
        if (ret == -fail_alike[i].err) {
            out->dirfd = fail_alike[i].dirfd;
            out->host = fail_alike[i].path;
            return 0;
        }
    }
    return ret;
}

void sys_path_done(struct sys_path *p)
{
    if (p->host == p->at.path)
        fs_at_done(&p->at);
}

int sys_str(struct thread *t, uint64_t va, char **out)
{
    char buf[PATH_MAX];
    int64_t len;

    *out = NULL;
    if (!va)
        return 0;
    len = copy_in_str(t->proc->space, buf, gva(va), sizeof buf);
    if (len == -ENAMETOOLONG) {
        memset(too_long, 'x', sizeof too_long - 1);
        *out = too_long;
    } else if (len < 0) {
        *out = BAD_PTR;
    } else {
        *out = malloc((size_t) len + 1);
        if (!*out)
            return -ENOMEM;
        memcpy(*out, buf, (size_t) len + 1);
    }
    return 0;
}

void sys_str_free(char *s)
{
    if (s != too_long && s != BAD_PTR)
        free(s);
}

int64_t sys_interrupted(int fd, bool receiving)
{
    struct timeval tv = {0};
    socklen_t len = sizeof tv;

    if (host(SYS_getsockopt, fd, SOL_SOCKET, receiving ? SO_RCVTIMEO : SO_SNDTIMEO, &tv, &len) == 0 &&
        (tv.tv_sec || tv.tv_usec))
        return -EINTR;
    return -ERESTARTSYS;
}

/* ---- plain I/O on memory that is in several host pieces ---- */

/* The vector form of a call whose buffer is argument 1 and count argument 2; 0: none. */
static long vector_form(unsigned nr)
{
    switch (nr) {
    case SYS_read:
        return SYS_readv;
    case SYS_write:
        return SYS_writev;
    case SYS_pread64:
        return SYS_preadv;
    case SYS_pwrite64:
        return SYS_pwritev;
    default:
        return 0;
    }
}

static bool writable(struct thread *t, uint64_t va, size_t size)
{
    for (uint64_t at = va; at < va + size; at = (at | (PAGE_SIZE - 1)) + 1) {
        uint32_t word = 0; /* which stays what it is */
        if (cmpxchg_user32(t->proc->space, gva(at & ~3ull), &word, 0) < 0)
            return false;
    }
    return true;
}

#define WHOLE_MAX (64u << 10)

/* A read or write whose buffer is not contiguous. Through a copy where that is small, and all of it good: an event, a counter or a map of users passes
 * whole only, and many files take a vector piece by piece. Else in pieces, as far as the first bad byte, as it would natively. */
static int64_t pass_pieces(struct thread *t, const struct sys_row *row, const uint64_t a[6])
{
    const enum pin_dir dir = row->arg[1].kind == K_INBUF ? PIN_IN : PIN_OUT;
    const long fd = (int) a[0];

    if (a[2] <= WHOLE_MAX && (dir == PIN_IN || writable(t, a[1], a[2]))) {
        struct pin p;
        int64_t ret = pin(t, &p, a[1], a[2], dir | PIN_ALIGNED);
        if (ret < 0)
            return ret;
        const bool good = p.size == a[2];
        if (good)
            ret = sys_block(t, row->nr, fd, p.hva, a[2], a[3], 0l, 0l);
        if (pin_done(t, &p, MAX(ret, 0)) < 0)
            ret = -EFAULT;
        if (good)
            return ret;
    }
    struct iovec iov[IOV_MAX];
    int n = 0;
    mem_iov(t->proc->space, gva(a[1]), MIN(a[2], LOOK_MAX), iov, &n, IOV_MAX);
    return sys_block(t, vector_form(row->nr), fd, iov, (long) n, a[3], 0l, 0l);
}

/* ---- the walk ---- */

#define PATHS_MAX 2 /* of a call */

/* What the arguments of one call hold on to. */
struct held {
    enum { HOLDS_NOTHING, HOLDS_PIN, HOLDS_IOV, HOLDS_STR, HOLDS_PATH } what[6];
    union {
        struct pin pin;
        struct pieces pieces;
        char *str;
        struct sys_path *path;
    } arg[6];
    struct sys_path *room; /* for PATHS_MAX: not from the heap, for which threads wait */
    unsigned paths;
};

static uint64_t count_of(const struct sys_row *row, const uint64_t a[6], unsigned index)
{
    switch (row->arg[index].kind) {
    case K_INT:
        return (int) a[index] < 0 ? 0 : (uint64_t) (int) a[index];
    case K_UINT:
        return (uint32_t) a[index];
    default:
        return a[index];
    }
}

/* Bytes of a counted buffer. */
static size_t buffer_size(const struct sys_row *row, const uint64_t a[6], unsigned x)
{
    size_t size;

    if (__builtin_mul_overflow(count_of(row, a, SYS_COUNT_INDEX(x)), SYS_COUNT_SIZE(x), &size))
        return SIZE_MAX;
    return size;
}

static int hold_pin(struct thread *t, struct held *held, unsigned i, uint64_t va, size_t size, enum pin_dir dir,
                    uint64_t h[6])
{
    struct pin *p = &held->arg[i].pin;
    int ret = pin(t, p, va, size, dir);

    held->what[i] = HOLDS_PIN;
    h[i] = (uint64_t) p->hva;
    return ret;
}

/* Pin it; when it does not fit, the host is told of less. */
static int hold_buffer(struct thread *t, const struct sys_row *row, const uint64_t a[6], unsigned i, struct held *held,
                       uint64_t h[6])
{
    unsigned x = row->arg[i].x;
    size_t size = buffer_size(row, a, x);
    enum pin_dir dir = row->arg[i].kind == K_INBUF ? PIN_IN : PIN_OUT;

    if (size > PIN_COPY_MAX) {
        /* Some calls want the count to be a multiple of something: its low bits stay. */
        h[SYS_COUNT_INDEX(x)] = (PIN_COPY_MAX / SYS_COUNT_SIZE(x) & ~(PAGE_SIZE - 1)) - PAGE_SIZE +
                                (h[SYS_COUNT_INDEX(x)] & (PAGE_SIZE - 1));
        size = h[SYS_COUNT_INDEX(x)] * SYS_COUNT_SIZE(x);
    }
    return hold_pin(t, held, i, a[i], size, dir, h);
}

/* AT_* flags are few, and mean the same wherever they are taken. A name that is to be made is no link to follow. */
static int at_flags(const struct sys_row *row, const uint64_t a[6], int flags)
{
    for (unsigned i = 0; i < row->nargs; i++) {
        if (row->arg[i].kind != K_ATFLAGS)
            continue;
        if (a[i] & AT_SYMLINK_NOFOLLOW)
            flags |= FS_NOFOLLOW;
        if (a[i] & AT_SYMLINK_FOLLOW && !(flags & FS_CREATE))
            flags = (flags & ~FS_NOFOLLOW) | FS_WALK; /* linkat(2): what has got a name can be opened by that */
        if (a[i] & AT_EMPTY_PATH)
            flags |= FS_EMPTY_OK;
    }
    return flags;
}

static int hold_path(struct thread *t, const struct sys_row *row, const uint64_t a[6], unsigned i, struct held *held,
                     uint64_t h[6])
{
    int flags = row->arg[i].x | (row->arg[i].kind == K_PATH_NF ? FS_NOFOLLOW : 0);
    bool has_dir = i && row->arg[i - 1].kind == K_DIRFD;
    if (has_dir)
        flags |= FS_DIRFD;
    BUG_ON(held->paths == PATHS_MAX);
    struct sys_path *p = &held->room[held->paths++];
    int ret = sys_path_or_alike(t, has_dir ? (int) a[i - 1] : AT_FDCWD, a[i], at_flags(row, a, flags), p);
    if (ret < 0)
        return ret;
    held->what[i] = HOLDS_PATH;
    held->arg[i].path = p;
    h[i] = (uint64_t) p->host;
    if (has_dir)
        h[i - 1] = (uint64_t) p->dirfd;
    return 0;
}

static int hold_str(struct thread *t, struct held *held, unsigned i, uint64_t va, uint64_t h[6])
{
    char **str = &held->arg[i].str;
    int ret = sys_str(t, va, str);

    held->what[i] = HOLDS_STR;
    h[i] = (uint64_t) *str;
    return ret;
}

static int hold_iov(struct thread *t, struct held *held, unsigned i, uint64_t va, uint64_t count, uint64_t *hcount,
                    enum pin_dir dir, uint64_t h[6])
{
    static const struct iovec bad_total = {NULL, SIZE_MAX};
    struct pieces *p = &held->arg[i].pieces;
    int ret;

    if (count > IOV_MAX) {
        h[i] = (uint64_t) BAD_PTR; /* EINVAL comes before it is looked at */
        return 0;
    }
    *p = (struct pieces){0};
    held->what[i] = HOLDS_IOV;
    ret = sys_iov(t, va, count, dir, p);
    if (ret == -ENOMEM)
        return ret;
    if (ret == -EFAULT) {
        h[i] = (uint64_t) BAD_PTR;
    } else if (ret < 0) {
        h[i] = (uint64_t) &bad_total;
        *hcount = 1;
    } else {
        h[i] = (uint64_t) p->iov;
        *hcount = (uint64_t) p->n;
    }
    return 0;
}

static int hold_arg(struct thread *t, const struct sys_row *row, const uint64_t a[6], unsigned i, struct held *held,
                    uint64_t h[6])
{
    const struct sys_arg *arg = &row->arg[i];
    uint32_t len = 1;

    switch ((enum arg_kind) arg->kind) {
    case K_PATH:
    case K_PATH_NF:
        return hold_path(t, row, a, i, held, h);
    case K_STR:
        return hold_str(t, held, i, a[i], h);
    case K_IN:
        return hold_pin(t, held, i, a[i], arg->x, PIN_IN, h);
    case K_OUT:
        return hold_pin(t, held, i, a[i], arg->x, PIN_OUT, h);
    case K_INOUT:
        return hold_pin(t, held, i, a[i], arg->x, PIN_INOUT, h);
    case K_INBUF:
    case K_OUTBUF:
        return hold_buffer(t, row, a, i, held, h);
    case K_OUTLEN:
        /* An unreadable length fails in the host call. INOUT: the call may write less than the length says. */
        get_user(t->proc->space, &len, gva(a[arg->x]));
        return hold_pin(t, held, i, a[i], MAX(MIN(len, OUTLEN_MAX), 1u), PIN_INOUT | PIN_COPY, h);
    case K_IOV_IN:
    case K_IOV_OUT:
        return hold_iov(t, held, i, a[i], count_of(row, a, arg->x), &h[arg->x],
                        arg->kind == K_IOV_IN ? PIN_IN : PIN_OUT, h);
    case K_ADDR:
        /* Only its own handler knows what it points at. */
        BUG_ON(true);
    default:
        return 0;
    }
}

/* How much of what it has put into a buffer the guest gets. */
static size_t out_size(const struct sys_arg *arg, const struct pin *p, int64_t ret)
{
    if (arg->kind == K_OUTBUF && !SYS_COUNT_WHOLE(arg->x))
        return ret > 0 ? (size_t) ret * SYS_COUNT_SIZE(arg->x) : 0;
    return ret >= 0 || p->dir & PIN_IN ? p->size : 0;
}

static int64_t release(struct thread *t, const struct sys_row *row, struct held *held, int64_t ret)
{
    for (unsigned i = 0; i < row->nargs; i++) {
        struct pin *p = &held->arg[i].pin;
        switch (held->what[i]) {
        case HOLDS_NOTHING:
            break;
        case HOLDS_PIN:
            if (p->bounce && pin_done(t, p, out_size(&row->arg[i], p, ret)) < 0 && ret >= 0)
                ret = -EFAULT;
            break;
        case HOLDS_IOV:
            if (sys_iov_out(t, &held->arg[i].pieces, ret) < 0)
                ret = -EFAULT;
            sys_iov_free(&held->arg[i].pieces);
            break;
        case HOLDS_STR:
            sys_str_free(held->arg[i].str);
            break;
        case HOLDS_PATH:
            sys_path_done(held->arg[i].path);
            break;
        }
    }
    return ret;
}

static bool receives(const struct sys_row *row)
{
    for (unsigned i = 0; i < row->nargs; i++)
        if (row->arg[i].kind == K_OUTBUF || row->arg[i].kind == K_IOV_OUT || row->arg[i].kind == K_OUTLEN)
            return true;
    return false;
}

static bool ready(int fd, short events)
{
    struct pollfd p = {.fd = fd, .events = events};
    struct timespec now = {0};

    return host(SYS_ppoll, &p, 1, &now, NULL, 8) > 0 && p.revents & events;
}

/* splice(2) waits at its pipe first, which has no timeout, and then at what may be a socket. */
static int64_t splice_interrupted(int in, int out)
{
    int64_t ret = ready(out, POLLOUT) ? sys_interrupted(in, true) : -ERESTARTSYS;

    return ret == -EINTR || !ready(in, POLLIN) ? ret : sys_interrupted(out, false);
}

static int64_t interrupted(const struct sys_row *row, const uint64_t a[6])
{
    if (!row->nargs || row->arg[0].kind != K_FD)
        return -ERESTARTSYS;
    if (row->nr == SYS_splice)
        return splice_interrupted((int) a[0], (int) a[2]);
    return sys_interrupted((int) a[0], receives(row));
}

static int64_t after_block(const struct sys_row *row, const uint64_t a[6], int64_t ret)
{
    if (ret != -EINTR)
        return ret;
    if (row->flags & S_NOHAND)
        return -ERESTARTNOHAND;
    if (!(row->flags & S_RESTART))
        return -EINTR;
    return interrupted(row, a);
}

int64_t sys_pass(struct thread *t, const struct sys_row *row, const uint64_t a[6])
{
    uint64_t h[6];
    int64_t ret = 0;

    if (vector_form(row->nr)) {
        size_t run = 0, count = MIN(a[2], LOOK_MAX);

        h[1] = (uint64_t) mem_hva(t->proc->space, gva(a[1]), count, &run);
        /* A buffer is refused when it ends outside user space, by its guest address, wherever it lies on the host. */
        if (!mem_is_user(a[1], a[2]))
            count = SIZE_MAX;
        else if (!mem_is_bad((void *) h[1]) && run < count)
            return after_block(row, a, pass_pieces(t, row, a));
        ret = sys_block(t, row->nr, (long) (int) a[0], h[1], count, a[3], 0l, 0l);
        return after_block(row, a, ret);
    }

    struct sys_path room[PATHS_MAX];
    struct held held;
    memset(held.what, HOLDS_NOTHING, sizeof held.what);
    held.room = room;
    held.paths = 0;
    memcpy(h, a, sizeof h);
    for (unsigned i = 0; i < row->nargs && ret >= 0; i++)
        ret = hold_arg(t, row, a, i, &held, h);
    if (ret >= 0) {
        if (row->flags & S_BLOCK)
            ret = after_block(row, a, sys_block(t, row->nr, h[0], h[1], h[2], h[3], h[4], h[5]));
        else
            ret = host(row->nr, h[0], h[1], h[2], h[3], h[4], h[5]);
    }
    return release(t, row, &held, ret);
}
