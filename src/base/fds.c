#include "base/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/resource.h>

#include "base/raw.h"

/* Window geometry: set before the second thread exists. */
static int base, count;

static struct fds_user first = {.table = &first.own, .own.users = &first};
static __thread struct fds_user *me = &first;
static __thread int depth; /* of fds_create_lock() */

/* The host's soft limit while a supervisor descriptor is made: up to the end of the window, so that neither a full guest table nor the
 * number of the window stands in the way; otherwise below it. */
static void host_limit(bool making)
{
    uint64_t end = (uint64_t) base + count, room = MAX(me->limit.rlim_cur, end) + FDS_SPARE;
    uint64_t plain = me->table->above ? me->limit.rlim_cur : MIN(me->limit.rlim_cur, (uint64_t) base);
    struct rlimit64 h = {making ? end : plain, MAX(me->limit.rlim_max, end)}, before;
    if (making && me->table->above) {
        struct rlimit64 more = {room, MAX(h.rlim_max, room)};
        if (host(SYS_prlimit64, 0, RLIMIT_NOFILE, &more, &before) == 0)
            goto done;
        h.rlim_cur = MAX(end, me->limit.rlim_cur); /* it may not be raised: a full table is full for us, too */
    }
    if (host(SYS_prlimit64, 0, RLIMIT_NOFILE, &h, &before))
        return;
done:
    /* Another process may have set it meanwhile: prlimit(2). */
    if (making && before.rlim_cur != plain)
        me->limit.rlim_cur = before.rlim_cur;
}

int fds_init(void)
{
    struct rlimit64 lim;
    if (host(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &lim))
        return -EMFILE;
    me->limit = lim;
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
    if (host(SYS_dup3, me->table->filler, base + place, O_CLOEXEC) < 0)
        host(SYS_close, base + place);
}

/* Fill what is free in the window. False when that was done before, or cannot be. */
static bool open_up(void)
{
    if (me->table->above)
        return false;
    int fd = (int) host(SYS_openat, AT_FDCWD, "/", O_PATH | O_CLOEXEC, 0);
    fd = fd < 0 ? fd : fds_adopt_fd(fd, false);
    if (fd < 0)
        return false;
    me->table->filler = fd;
    for (int i = 0; i < count; i++) {
        if (host(SYS_fcntl, base + i, F_GETFD) == -EBADF)
            fill(i);
        else
            me->table->used[i] = true;
    }
    return me->table->above = true;
}

/* The host's soft limit does not reach into the window unless that is filled, so the host never hands out a number of it. */
int fds_set_limit(const struct rlimit64 *new_limit, struct rlimit64 *old)
{
    int r = 0;
    fds_create_lock();
    uint64_t before = me->limit.rlim_cur;
    if (old)
        *old = me->limit;
    if (new_limit && new_limit->rlim_cur > new_limit->rlim_max) {
        r = -EINVAL;
    } else if (new_limit) {
        struct rlimit64 h = {(uint64_t) base + count, MAX(new_limit->rlim_max, (uint64_t) base + count)};
        r = (int) host(SYS_prlimit64, 0, RLIMIT_NOFILE, &h, NULL);
        if (r == 0 && new_limit->rlim_max > me->limit.rlim_max && new_limit->rlim_max <= (uint64_t) base + count) {
            /* Inside what was raised for the window: whether the guest may is the host's to say. */
            struct rlimit64 probe = {h.rlim_cur, h.rlim_max + 1};
            r = (int) host(SYS_prlimit64, 0, RLIMIT_NOFILE, &probe, NULL);
        }
        if (r == 0)
            me->limit = *new_limit;
        if (r == 0 && me->limit.rlim_cur > MAX((uint64_t) base, before))
            open_up();
    }
    fds_create_unlock(); /* puts the soft limit to where it belongs */
    return r;
}

const struct rlimit64 *fds_limit(void)
{
    return &first.limit;
}

bool fds_open_up(void)
{
    fds_create_lock();
    bool changed = me->limit.rlim_cur > (uint64_t) base && open_up();
    fds_create_unlock();
    return changed;
}

bool fds_is_above(int fd)
{
    return fd >= base && (uint64_t) fd < me->limit.rlim_cur;
}

bool fds_opened_up(void)
{
    return me->table->above;
}

void fds_adopt(int b, int n, const struct rlimit64 *guest_limit)
{
    base = b;
    count = n;
    me->limit = *guest_limit;
}

struct fds_user *fds_self(void)
{
    return me;
}

uint32_t fds_table_id(void)
{
    return me->table->id;
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
    bool *used = me->table->used;
    BUG_ON(!depth);
    /* A number may be taken without a mark: by what was opened under the lock while the guest's table was full. */
    while (place < count && (used[place] || (!me->table->above && host(SYS_fcntl, base + place, F_GETFD) != -EBADF)))
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
    return base + place;
}

void fds_close(int fd)
{
    if (!fds_reserved(fd))
        return;
    if (me->table->above)
        fill(fd - base);
    else
        host(SYS_close, fd);
    __atomic_store_n(&me->table->used[fd - base], false, __ATOMIC_RELEASE); /* pairs with the search under the lock */
}

void fds_mark_used(int fd)
{
    if (fds_reserved(fd))
        me->table->used[fd - base] = true;
}

/* ---- the lock: a writer, and for each process that uses the table the number of its readers ---- */

static void write_lock(struct fds_table *t)
{
    lock_take(&t->writer);
    for (struct fds_user *u = t->users; u; u = u->next)
        for (uint32_t n; (n = __atomic_load_n(&u->readers, __ATOMIC_SEQ_CST));)
            host(SYS_futex, &u->readers, FUTEX_WAIT_PRIVATE, n, NULL, NULL, 0);
}

static void end_reading(struct fds_user *u)
{
    if (__atomic_sub_fetch(&u->readers, 1, __ATOMIC_SEQ_CST) == 0 && u->table->writer.word)
        host(SYS_futex, &u->readers, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

void fds_create_lock(void)
{
    if (depth++)
        return;
    write_lock(me->table);
    host_limit(true);
}

void fds_create_unlock(void)
{
    if (--depth)
        return;
    host_limit(false);
    lock_drop(&me->table->writer);
}

void fds_use_lock(void)
{
    struct lock *writer = &me->table->writer;
    /* Counted first, then a look for the writer, who does it the other way round: one of the two sees the other. */
    __atomic_add_fetch(&me->readers, 1, __ATOMIC_SEQ_CST);
    if (!__atomic_load_n(&writer->word, __ATOMIC_SEQ_CST))
        return;
    end_reading(me);
    lock_take(writer);
    __atomic_add_fetch(&me->readers, 1, __ATOMIC_SEQ_CST);
    lock_drop(writer);
}

void fds_use_unlock(void)
{
    end_reading(me);
}

void fds_fork_prepare(void)
{
    write_lock(me->table);
}

void fds_fork_done(bool child)
{
    struct fds_table *t = me->table;
    if (!child) {
        lock_drop(&t->writer);
        return;
    }
    /* The others who use it are the parent's. And what /proc of this process tells is read at one place. */
    first.limit = me->limit;
    if (t != &first.own)
        memcpy(&first.own, t, sizeof *t);
    first.own.writer = (struct lock){0};
    first.own.users = me = &first;
    first.table = &first.own;
    first.next = NULL;
    first.readers = 0;
}

/* ---- processes that share memory ---- */

void fds_child_prepare(struct fds_user *u, bool share_table)
{
    struct fds_table *t = me->table;
    fds_fork_prepare();
    u->limit = me->limit;
    u->table = share_table ? t : &u->own;
    if (!share_table) {
        static uint32_t last_id;
        memcpy(&u->own, t, sizeof *t);
        u->own.writer = (struct lock){0};
        u->own.users = NULL;
        u->own.id = __atomic_add_fetch(&last_id, 1, __ATOMIC_RELAXED);
    }
    u->next = u->table->users;
    u->table->users = u;
    fds_fork_done(false);
}

void fds_act_for(struct fds_user *u)
{
    me = u;
    depth = 0;
}

void fds_child_gone(struct fds_user *u, int pid)
{
    struct fds_table *t = u->table;
    if (t == &u->own)
        return;
    if (pid > 0 && lock_held_by(&t->writer, pid))
        lock_drop(&t->writer);
    __atomic_store_n(&u->readers, 0, __ATOMIC_SEQ_CST);
    host(SYS_futex, &u->readers, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    write_lock(t);
    for (struct fds_user **p = &t->users; *p; p = &(*p)->next)
        if (*p == u) {
            *p = u->next;
            break;
        }
    lock_drop(&t->writer);
}
