#include "base/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/resource.h>

#include "base/raw.h"

/* create: exclusive while a supervisor descriptor is at a guest-visible number; use: shared by guest calls that close, duplicate, map or
 * pass on a descriptor. Whoever wants it alone comes first, or threads that loop over close() would keep one waiting: the C library
 * has no such lock that a static initializer makes.
 * The word: how many use it, or LOCK_ALONE, and how many wait to have it alone, in units of LOCK_WANTED. */
#define LOCK_ALONE 0x80000000u
#define LOCK_WANTED 0x10000u
static uint32_t lock_word, lock_sleepers;

static void lock_sleep(uint32_t seen)
{
    __atomic_fetch_add(&lock_sleepers, 1,
                       __ATOMIC_SEQ_CST); /* before the kernel compares; lock_wake() looks after it changed the word */
    host(SYS_futex, &lock_word, 128 /* FUTEX_WAIT_PRIVATE */, seen, NULL, NULL, 0);
    __atomic_fetch_sub(&lock_sleepers, 1, __ATOMIC_SEQ_CST);
}

static void lock_wake(void)
{
    if (__atomic_load_n(&lock_sleepers, __ATOMIC_SEQ_CST))
        host(SYS_futex, &lock_word, 129 /* FUTEX_WAKE_PRIVATE */, INT_MAX, NULL, NULL, 0);
}

static void lock_use(void)
{
    uint32_t w = __atomic_load_n(&lock_word, __ATOMIC_RELAXED);
    for (;;) {
        if (w >= LOCK_WANTED) {
            lock_sleep(w);
            w = __atomic_load_n(&lock_word, __ATOMIC_RELAXED);
        } else if (__atomic_compare_exchange_n(&lock_word, &w, w + 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
            return;
        }
    }
}

static void unlock_use(void)
{
    if (__atomic_sub_fetch(&lock_word, 1, __ATOMIC_SEQ_CST) % LOCK_WANTED == 0)
        lock_wake();
}

static void lock_alone(void)
{
    uint32_t w = __atomic_add_fetch(&lock_word, LOCK_WANTED, __ATOMIC_RELAXED);
    for (;;) {
        if (w & LOCK_ALONE || w % LOCK_WANTED) {
            lock_sleep(w);
            w = __atomic_load_n(&lock_word, __ATOMIC_RELAXED);
        } else if (__atomic_compare_exchange_n(&lock_word, &w, (w - LOCK_WANTED) | LOCK_ALONE, false, __ATOMIC_ACQUIRE,
                                               __ATOMIC_RELAXED)) {
            return;
        }
    }
}

static void unlock_alone(void)
{
    __atomic_and_fetch(&lock_word, ~LOCK_ALONE, __ATOMIC_SEQ_CST);
    lock_wake();
}

/* Window geometry and the guest's RLIMIT_NOFILE. Geometry: set before the second thread exists. used[], limit: under the lock. */
static int base, count;
static bool used[FDS_WINDOW];
static struct rlimit64 limit;
static __thread int depth; /* of fds_create_lock() */

/* A vfork child has a descriptor table of its own, but shares this memory: what it takes in the window is free again for the parent, whose
 * thread-local storage it runs on. */
static __thread bool sharing, shared_above;
static __thread bool shared_use[FDS_WINDOW];

/* Whether the guest uses numbers above the window. Then each free place of the window holds a copy of `filler`, so that the host, which
 * hands out the lowest free number, cannot choose one. */
static bool above;
static int filler;

static bool is_above(void)
{
    return sharing ? shared_above : above;
}

/* The host's soft limit while a supervisor descriptor is made: up to the end of the window, so that neither a full guest table nor the
 * number of the window stands in the way; otherwise below it. */
static void host_limit(bool making)
{
    uint64_t end = (uint64_t) base + count, room = MAX(limit.rlim_cur, end) + FDS_SPARE;
    uint64_t plain = is_above() ? limit.rlim_cur : MIN(limit.rlim_cur, (uint64_t) base);
    struct rlimit64 h = {making ? end : plain, MAX(limit.rlim_max, end)}, before;
    if (making && is_above()) {
        struct rlimit64 more = {room, MAX(h.rlim_max, room)};
        if (host(SYS_prlimit64, 0, RLIMIT_NOFILE, &more, &before) == 0)
            goto done;
        h.rlim_cur = MAX(end, limit.rlim_cur); /* it may not be raised: a full table is full for us, too */
    }
    if (host(SYS_prlimit64, 0, RLIMIT_NOFILE, &h, &before))
        return;
done:
    /* Another process may have set it meanwhile: prlimit(2). */
    if (making && before.rlim_cur != plain)
        limit.rlim_cur = before.rlim_cur;
}

int fds_init(void)
{
    struct rlimit64 lim;
    if (host(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &lim))
        return -EMFILE;
    limit = lim;
    /* Above what the guest can be given today, but low: the kernel copies the table up to the highest number at fork. */
    uint64_t at = MAX(MIN(lim.rlim_cur, 65536ull), 1024ull) + FDS_SPARE;
    count = FDS_WINDOW;
    if (lim.rlim_max < at + count) {
        struct rlimit64 more = {lim.rlim_cur, at + count};
        if (host(SYS_prlimit64, 0, RLIMIT_NOFILE, &more, NULL)) {
            /* It has to fit below the hard limit: near its end, which itself is left to the guest. */
            if (lim.rlim_max < 64)
                return -EMFILE;
            count = MIN(FDS_WINDOW, (int) (lim.rlim_max / 4));
            at = lim.rlim_max - count - MIN(FDS_SPARE, lim.rlim_max / 16);
        }
    }
    base = (int) at;
    return fds_set_limit(NULL, NULL);
}

static void fill(int place)
{
    if (host(SYS_dup3, filler, base + place, O_CLOEXEC) < 0)
        host(SYS_close, base + place);
}

/* Fill what is free in the window. False when that was done before, or cannot be; a vfork child leaves it to the program that it starts. */
static bool open_up(void)
{
    if (sharing || above)
        return false;
    int fd = (int) host(SYS_openat, AT_FDCWD, "/", O_PATH | O_CLOEXEC, 0);
    fd = fd < 0 ? fd : fds_adopt_fd(fd, false);
    if (fd < 0)
        return false;
    filler = fd;
    for (int i = 0; i < count; i++) {
        if (host(SYS_fcntl, base + i, F_GETFD) == -EBADF)
            fill(i);
        else
            used[i] = true;
    }
    return above = true;
}

/* The host's soft limit does not reach into the window unless that is filled, so the host never hands out a number of it. */
int fds_set_limit(const struct rlimit64 *new_limit, struct rlimit64 *old)
{
    int r = 0;
    fds_create_lock();
    uint64_t before = limit.rlim_cur;
    if (old)
        *old = limit;
    if (new_limit && new_limit->rlim_cur > new_limit->rlim_max) {
        r = -EINVAL;
    } else if (new_limit) {
        struct rlimit64 h = {(uint64_t) base + count, MAX(new_limit->rlim_max, (uint64_t) base + count)};
        r = (int) host(SYS_prlimit64, 0, RLIMIT_NOFILE, &h, NULL);
        if (r == 0 && new_limit->rlim_max > limit.rlim_max && new_limit->rlim_max <= (uint64_t) base + count) {
            /* Inside what was raised for the window: whether the guest may is the host's to say. */
            struct rlimit64 probe = {h.rlim_cur, h.rlim_max + 1};
            r = (int) host(SYS_prlimit64, 0, RLIMIT_NOFILE, &probe, NULL);
        }
        if (r == 0)
            limit = *new_limit;
        if (r == 0 && limit.rlim_cur > MAX((uint64_t) base, before))
            open_up();
    }
    fds_create_unlock(); /* puts the soft limit to where it belongs */
    return r;
}

const struct rlimit64 *fds_limit(void)
{
    return &limit;
}

bool fds_open_up(void)
{
    fds_create_lock();
    bool changed = limit.rlim_cur > (uint64_t) base && open_up();
    fds_create_unlock();
    return changed;
}

bool fds_is_above(int fd)
{
    return fd >= base && (uint64_t) fd < limit.rlim_cur;
}

bool fds_opened_up(void)
{
    return is_above();
}

void fds_adopt(int b, int n, const struct rlimit64 *guest_limit)
{
    base = b;
    count = n;
    limit = *guest_limit;
}

int fds_base(void)
{
    return base;
}

int fds_count(void)
{
    return count;
}

bool fds_reserved(int fd)
{
    return fds_contains(base, count, fd);
}

int fds_adopt_fd(int fd, bool inherit)
{
    int place = 0;
    BUG_ON(!depth);
    /* A number may be taken without a mark: by what was opened under the lock while the guest's table was full. */
    while (place < count && (used[place] || (!is_above() && host(SYS_fcntl, base + place, F_GETFD) != -EBADF)))
        place++;
    if (fds_reserved(fd)) { /* the guest's table was full: it was born here */
        place = fd - base;
        host(SYS_fcntl, fd, F_SETFD, inherit ? 0 : FD_CLOEXEC);
    } else {
        int r = place == count ? -EMFILE : (int) host(SYS_dup3, fd, base + place, inherit ? 0 : O_CLOEXEC);
        host(SYS_close, fd);
        if (r < 0)
            return r == -EBADF ? -EMFILE : r;
    }
    used[place] = true;
    shared_use[place] = sharing;
    return base + place;
}

void fds_close(int fd)
{
    if (!fds_reserved(fd))
        return;
    if (is_above())
        fill(fd - base);
    else
        host(SYS_close, fd);
    if (sharing && !shared_use[fd - base])
        return; /* the parent still has it */
    shared_use[fd - base] = false;
    __atomic_store_n(&used[fd - base], false, __ATOMIC_RELEASE); /* pairs with the search under the lock */
}

void fds_mark_used(int fd)
{
    if (fds_reserved(fd))
        used[fd - base] = true;
}

void fds_create_lock(void)
{
    if (depth++)
        return;
    lock_alone();
    host_limit(true);
}

void fds_create_unlock(void)
{
    if (--depth)
        return;
    host_limit(false);
    unlock_alone();
}

void fds_use_lock(void)
{
    lock_use();
}

void fds_use_unlock(void)
{
    unlock_use();
}

void fds_fork_prepare(void)
{
    lock_alone();
}

void fds_fork_done(bool child)
{
    if (child) {
        above = is_above();
        sharing = false; /* a vfork child's own child: what the window holds is its own */
        for (int i = 0; i < count; i++)
            shared_use[i] = false;
        lock_word = lock_sleepers = 0;
    } else {
        unlock_alone();
    }
}

void fds_share_begin(void)
{
    shared_above = is_above();
    sharing = true;
}

void fds_share_end(void)
{
    if (!sharing)
        return;
    sharing = false;
    for (int i = 0; i < count; i++) {
        if (shared_use[i])
            __atomic_store_n(&used[i], false, __ATOMIC_RELEASE);
        shared_use[i] = false;
    }
}
