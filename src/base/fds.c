#include "base/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "base/raw.h"

/* Window geometry: set before the second thread exists. */
static int base, count;

static struct fds_user first FORKED = {.table = &first.own, .own.user[0].pid = -1};
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
    uint64_t at = MAX(MIN(lim.rlim_cur, 4096ull), 1024ull) + FDS_SPARE;
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
    if (me->table->apart)
        me->table->used[fd - base] = me->table->founder + 1; /* for all, and to stay when this process ends */
    for (int i = 0; i < count; i++) {
        if (host(SYS_fcntl, base + i, F_GETFD) == -EBADF)
            fill(i);
        else if (!me->table->used[i]) /* what is marked may be another process's */
            me->table->used[i] = me->owner + 1;
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

void fds_expect(int n)
{
    struct pollfd last[FDS_EXPECTED];
    struct timespec now = {0};
    BUG_ON(n > FDS_EXPECTED);
    n = MIN(n, base); /* where the window lies low, these are all */
    if (me->table->above || me->limit.rlim_cur <= (uint64_t) base)
        return;
    for (int i = 0; i < n; i++)
        last[i] = (struct pollfd){.fd = base - n + i};
    host(SYS_ppoll, last, n, &now, NULL, 8);
    for (int i = 0; i < n; i++)
        if (last[i].revents != POLLNVAL) {
            fds_open_up();
            return;
        }
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

/* A copy of `fd`, or the number itself where it was born in the window. */
static int settle(int fd, bool inherit, uint8_t mark)
{
    int place = 0;
    uint8_t *used = me->table->used;
    BUG_ON(!depth);
    /* A number may be taken without a mark: by what was opened under the lock while the guest's table was full. */
    while (place < count && (__atomic_load_n(&used[place], __ATOMIC_ACQUIRE) ||
                             (!me->table->above && host(SYS_fcntl, base + place, F_GETFD) != -EBADF)))
        place++;
    if (fds_reserved(fd)) { /* the guest's table was full: it was born here */
        place = fd - base;
        host(SYS_fcntl, fd, F_SETFD, inherit ? 0 : FD_CLOEXEC);
    } else {
        int r = place == count ? -EMFILE : (int) host(SYS_dup3, fd, base + place, inherit ? 0 : O_CLOEXEC);
        if (r < 0)
            return r == -EBADF ? -EMFILE : r;
    }
    used[place] = mark;
    return base + place;
}

static int adopt(int fd, bool inherit, uint8_t mark)
{
    int r = settle(fd, inherit, mark);
    if (r != fd)
        host(SYS_close, fd);
    return r;
}

int fds_copy(int fd)
{
    return settle(fd, false, me->owner + 1);
}

int fds_adopt_fd(int fd, bool inherit)
{
    return adopt(fd, inherit, me->owner + 1);
}

int fds_adopt_private(int fd, bool inherit)
{
    return adopt(fd, inherit, FDS_PRIVATE | (me->slot + 1));
}

static void empty(int place)
{
    if (me->table->above)
        fill(place);
    else
        host(SYS_close, base + place);
    __atomic_store_n(&me->table->used[place], 0, __ATOMIC_RELEASE); /* pairs with the search under the lock */
}

void fds_close(int fd)
{
    if (!fds_reserved(fd))
        return;
    const int used = me->table->used[fd - base];
    if (!used || used == me->owner + 1 || used == (FDS_PRIVATE | (me->slot + 1)))
        empty(fd - base); /* else another process's, in a table that is ours, too */
}

void fds_set_private(int fd, bool alone)
{
    if (fds_reserved(fd))
        me->table->used[fd - base] = alone ? FDS_PRIVATE | (me->slot + 1) : me->owner + 1;
}

void fds_mark_used(int fd)
{
    if (fds_reserved(fd))
        me->table->used[fd - base] = me->owner + 1;
}

void fds_close_unmarked(void)
{
    const uint8_t *used = me->table->used;
    for (int end, i = 0; i < count; i = end + 1) {
        for (end = i; end < count && !used[end]; end++)
            ;
        if (end > i)
            host(SYS_close_range, base + i, base + end - 1, 0);
    }
}

/* ---- the lock: a writer, and for each process that uses the table the number of its readers ---- */

static const struct timespec patience = {.tv_nsec = 10000000};

static bool gone(const struct fds_table *t, unsigned slot)
{
    return t->user[slot].pid > 0 && lock_owner_dead(t->user[slot].pid);
}

static void write_lock(void)
{
    struct fds_table *t;
    for (;;) {
        t = me->table;
        if (t->apart)
            lock_take_over(&t->writer);
        else
            lock_take(&t->writer);
        if (t == me->table)
            break;
        lock_drop(&t->writer); /* it has moved meanwhile */
    }
    for (unsigned i = 0; i < FDS_USERS; i++) {
        uint32_t *readers = &t->user[i].readers, n;
        while ((n = __atomic_load_n(readers, __ATOMIC_SEQ_CST)))
            if (host(SYS_futex, readers, FUTEX_WAIT, n, t->apart ? &patience : NULL, NULL, 0) == -ETIMEDOUT &&
                gone(t, i))
                __atomic_store_n(readers, 0, __ATOMIC_SEQ_CST);
    }
}

static void end_reading(struct fds_table *t)
{
    uint32_t *readers = &t->user[me->slot].readers;
    if (__atomic_sub_fetch(readers, 1, __ATOMIC_SEQ_CST) == 0 && __atomic_load_n(&t->writer.word, __ATOMIC_SEQ_CST))
        host(SYS_futex, readers, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* Dead users leave what was theirs open in the table that others go on with. What the first of them had is in use by all, but for what was its alone:
 * /dev/kvm, the program. */
static void bury(struct fds_table *t)
{
    for (unsigned i = 0; t->apart && i < FDS_USERS; i++) {
        if (!gone(t, i))
            continue;
        for (int k = 0; k < count; k++)
            if (t->used[k] == (FDS_PRIVATE | (i + 1)) || (t->used[k] == i + 1 && i != t->founder))
                empty(k);
        if (i != t->founder)
            t->user[i].pid = 0;
    }
}

void fds_create_lock(void)
{
    if (depth++)
        return;
    write_lock();
    bury(me->table);
    host_limit(true);
}

void fds_create_unlock(void)
{
    if (--depth)
        return;
    host_limit(false);
    lock_drop(&me->table->writer);
}

int fds_given(int fd)
{
    if (!fds_reserved(fd) && (uint64_t) fd < me->limit.rlim_cur)
        return fd;
    fds_create_lock(); /* else it could be one that is born just now */
    if (!fds_reserved(fd))
        host(SYS_close, fd);
    else if (!me->table->used[fd - base]) /* else a descriptor of ours has taken its place by now */
        fds_close(fd);
    fds_create_unlock();
    return -EMFILE;
}

void fds_use_lock(void)
{
    for (;;) {
        struct fds_table *t = me->table;
        /* Counted first, then a look for the writer, who does it the other way round: one of the two sees the other. */
        __atomic_add_fetch(&t->user[me->slot].readers, 1, __ATOMIC_SEQ_CST);
        if (!__atomic_load_n(&t->writer.word, __ATOMIC_SEQ_CST) && __atomic_load_n(&me->table, __ATOMIC_SEQ_CST) == t)
            return;
        end_reading(t);
        write_lock();
        t = me->table;
        __atomic_add_fetch(&t->user[me->slot].readers, 1, __ATOMIC_SEQ_CST);
        lock_drop(&t->writer);
        return;
    }
}

void fds_use_unlock(void)
{
    end_reading(me->table);
}

/* ---- fork ---- */

void fds_fork_prepare(void)
{
    write_lock();
    if (me->table->apart)
        memcpy(&me->at_fork, me->table, sizeof me->at_fork);
}

static int free_slot(const struct fds_table *t)
{
    int i = 0;
    while (i < FDS_USERS && t->user[i].pid)
        i++;
    return i == FDS_USERS ? -EAGAIN : i;
}

/* Give the table a page of its own, which both will see. */
static int move_apart(void)
{
    struct fds_table *t = me->table;
    for (unsigned i = 0; i < FDS_USERS; i++)
        if (i != me->slot && t->user[i].pid)
            return -EAGAIN; /* another of this memory uses it where it is */
    void *page = mmap(NULL, page_up(sizeof *t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return -EAGAIN;
    struct fds_table *n = page;
    memcpy(n, t, sizeof *n);
    n->apart = true;
    n->founder = me->owner;
    n->user[me->slot].pid = (int) host(SYS_getpid);
    __atomic_store_n(&me->table, n,
                     __ATOMIC_SEQ_CST); /* its lock is ours as the old one was; who waits for that sees the move */
    lock_drop(&t->writer);
    return 0;
}

int fds_fork_share(void)
{
    int r = me->table->apart ? 0 : move_apart();
    bury(me->table);
    int place = r ? r : free_slot(me->table);
    if (place < 0)
        return -EAGAIN;
    me->table->user[place].pid = (int) host(SYS_getpid); /* until the child says who it is */
    me->table->user[place].answer = 0;
    return place;
}

void fds_fork_answer(int status)
{
    uint32_t *answer = &me->table->user[me->slot].answer;
    __atomic_store_n(answer, 1 + (uint32_t) -status, __ATOMIC_RELEASE);
    host(SYS_futex, answer, FUTEX_WAKE, 1, NULL, NULL, 0);
}

int fds_fork_wait(int slot, int pid)
{
    uint32_t *answer = &me->table->user[slot].answer, v;
    while (!(v = __atomic_load_n(answer, __ATOMIC_ACQUIRE)))
        if (pid <= 0 ||
            (host(SYS_futex, answer, FUTEX_WAIT, 0, &patience, NULL, 0) == -ETIMEDOUT && lock_owner_dead(pid)))
            break;
    if (v == 1)
        return 0;
    me->table->user[slot].pid = pid > 0 ? pid : 0; /* what it leaves is closed when its end is seen */
    return v ? -(int) (v - 1) : -EAGAIN;
}

void fds_fork_parent(void)
{
    lock_drop(&me->table->writer);
}

void fds_drop_others(void)
{
    struct fds_table *t = me->table;
    if (t != &me->own)
        return;
    for (int k = 0; k < count; k++)
        if (t->used[k] == me->owner + 1 || t->used[k] == t->founder + 1)
            t->used[k] = 1;
        else if (t->used[k])
            empty(k);
    me->owner = t->founder = 0;
}

void fds_fork_child(int place)
{
    struct fds_table *t = me->table;
    /* What /proc of this process tells is read at one place. */
    first.limit = me->limit;
    if (place >= 0) {
        first.table = t;
        first.slot = first.owner = (uint8_t) place;
        t->user[place].pid = (int) host(SYS_getpid);
        me = &first;
        return;
    }
    if (t->apart)
        t = &me->at_fork;
    if (t != &first.own)
        memcpy(&first.own, t, sizeof *t);
    first.owner = me->owner;
    me = &first;
    me->slot = 0;
    me->table = t = &me->own;
    t->writer = (struct lock){0};
    t->apart = false;
    memset(t->user, 0, sizeof t->user);
    t->user[0].pid = -1;
}

/* ---- processes that share memory ---- */

int fds_child_prepare(struct fds_user *u, bool share_table)
{
    static uint32_t last_id;
    struct fds_table *t = me->table;
    int slot = share_table ? free_slot(t) : 0;
    if (slot >= 0) {
        u->limit = me->limit;
        u->owner = me->owner;
        u->slot = (uint8_t) slot;
        u->table = share_table ? t : &u->own;
        if (!share_table) {
            memcpy(&u->own, t, sizeof *t);
            u->own.writer = (struct lock){0};
            u->own.apart = false;
            memset(u->own.user, 0, sizeof u->own.user);
            u->own.id = __atomic_add_fetch(&last_id, 1, __ATOMIC_RELAXED);
        }
        u->table->user[slot].pid = -1;
    }
    return slot < 0 ? slot : 0;
}

void fds_act_for(struct fds_user *u)
{
    me = u;
    depth = 0;
}

void fds_clone_lock(void)
{
    write_lock();
}

void fds_clone_unlock(struct fds_user *parent, int pid, bool *let_go)
{
    struct lock *l = &parent->table->writer;
    bool ours = lock_inherit(l, pid);
    __atomic_store_n(let_go, true, __ATOMIC_RELEASE);
    if (ours)
        lock_drop(l);
}

void fds_clone_done(bool let_go, int pid)
{
    struct lock *l = &me->table->writer;
    if (!let_go || (pid > 0 && lock_held_by(l, pid)))
        lock_drop(l);
}

void fds_child_gone(struct fds_user *u, int pid)
{
    struct fds_table *t = u->table;
    if (t != me->table)
        return;
    if (pid > 0 && lock_held_by(&t->writer, pid))
        lock_drop(&t->writer);
    __atomic_store_n(&t->user[u->slot].readers, 0, __ATOMIC_SEQ_CST);
    host(SYS_futex, &t->user[u->slot].readers, FUTEX_WAKE, 1, NULL, NULL, 0);
    write_lock();
    for (int k = 0; k < count; k++)
        if (t->used[k] == (FDS_PRIVATE | (u->slot + 1)))
            empty(k);
    t->user[u->slot].pid = 0;
    lock_drop(&t->writer);
}
