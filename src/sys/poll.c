/* Waiting for descriptors. The numbers of the window are answered as closed ones; a signal mask holds for the wait alone; what
 * remains of a timeout is written back as Linux does. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <time.h>

#include "base/fds.h"
#include "base/persona.h"
#include "fs/target.h"
#include "sys/handlers.h"

/* ---- signal masks ---- */

bool sys_mask_begin(struct thread *t, ksigset_t mask)
{
    if (!signal_close(t))
        return false;
    t->saved_mask = t->sigmask;
    t->restore_mask = true;
    signal_set_mask(t, mask);
    return true;
}

void sys_mask_end(struct thread *t, bool interrupted)
{
    if (interrupted || !t->restore_mask)
        return;
    signal_set_mask(t, t->saved_mask);
    t->restore_mask = false;
}

/* With a mask of its own the host's call does all: it lets the mask's signals in, but what is ready wins over them, and then they stay
 * for the old mask. Whatever came with EINTR is stashed by then. */
static bool has_mask(const struct thread *t)
{
    return t->restore_mask;
}

/* A signal that the mask lets in is here already, since the host cannot keep it (SIGSEGV, SIGBUS): then there is only a look at what is ready. */
static bool only_looks(const struct thread *t)
{
    return has_mask(t) && signal_sync_deliverable(t);
}

/* Read the mask argument of ppoll and friends: 1 and *mask, 0 when there is none, or a negative errno. */
static int mask_get(struct thread *t, uint64_t va, uint64_t size, ksigset_t *mask)
{
    if (!va)
        return 0;
    if (size != sizeof *mask)
        return -EINVAL;
    return get_user(t->proc->space, mask, gva(va)) < 0 ? -EFAULT : 1;
}

/* ---- timeouts: an end on the monotonic clock ---- */

/* A struct timespec of the guest, NULL for none. */
static int timeout_get(struct thread *t, uint64_t va, int64_t *end)
{
    struct timespec ts;

    *end = CLOCK_NEVER;
    if (!va)
        return 0;
    if (get_user(t->proc->space, &ts, gva(va)) < 0)
        return -EFAULT;
    if (ts.tv_sec < 0 || (uint64_t) ts.tv_nsec >= NSEC)
        return -EINVAL;
    /* No wait at all must not become a short one. */
    *end = ts.tv_sec || ts.tv_nsec ? clock_after(ts.tv_sec, ts.tv_nsec) : 0;
    return 0;
}

/* As poll_select_finish(): the rest is told, unless that is not wanted, or fails, which is no error; but then the call cannot be made again. */
static int64_t finish(struct thread *t, int64_t ret, uint64_t va, int64_t end, bool usec)
{
    struct timespec left = clock_left(end);
    bool told = true;

    if (usec)
        left.tv_nsec /= 1000;
    if (va)
        told = !persona_has(STICKY_TIMEOUTS) && put_user(t->proc->space, gva(va), &left) == 0;
    return ret == -EINTR && told ? -ERESTARTNOHAND : ret;
}

/* ---- poll ---- */

/* Poll until `end`. -EINTR when a signal came. */
static int64_t poll_until(struct thread *t, uint64_t va, uint64_t count, int64_t end)
{
    struct pollfd few[64];
    autofree struct pollfd *many = NULL;
    struct pollfd *fds = few;
    struct timespec left, *limit;
    struct rlimit64 lim;
    ksigset_t mask;
    bool looks;
    int64_t ret;

    if (count > ARRAY_SIZE(few)) {
        ret = fds_set_limit(NULL, &lim);
        if (ret < 0)
            return ret;
        if (count > lim.rlim_cur)
            return -EINVAL;
        if (count > (uint64_t) fds_base())
            fds_open_up(); /* before that, the host's limit is less */
        many = malloc(count * sizeof *many);
        if (!many)
            return -ENOMEM;
        fds = many;
    }
    if (copy_in(t->proc->space, fds, gva(va), count * sizeof *fds) < 0)
        return -EFAULT;
    for (uint64_t i = 0; i < count; i++)
        if (fds[i].fd >= 0 && fds_reserved(fds[i].fd))
            fds[i].fd = INT_MAX; /* nobody's: POLLNVAL */
    looks = only_looks(t);
    left = clock_left(looks ? 0 : end);
    limit = end == CLOCK_NEVER && !looks ? NULL : &left;
    ret = has_mask(t) ? sys_block_masked(t, &mask, SYS_ppoll, fds, count, limit, &mask, 8l, 0l)
                      : sys_block(t, SYS_ppoll, fds, count, limit, NULL, 0l, 0l);
    if (!ret && looks)
        ret = -EINTR;
    if (ret < 0 && ret != -EINTR)
        return ret;
    if (va >= SPACE_TOP)
        return -EFAULT; /* even with nothing to write */
    /* Only revents are the kernel's to write, after a signal, too. */
    for (uint64_t i = 0; i < count; i++) {
        gva_t at = gva(va + i * sizeof *fds + offsetof(struct pollfd, revents));

        if (copy_out(t->proc->space, at, &fds[i].revents, sizeof fds[i].revents) < 0)
            return -EFAULT;
    }
    return ret;
}

enum { POLL_FDS, POLL_COUNT, POLL_END };

static int64_t poll_again(struct thread *t)
{
    int64_t ret =
        poll_until(t, t->restart_data[POLL_FDS], t->restart_data[POLL_COUNT], (int64_t) t->restart_data[POLL_END]);

    return ret == -EINTR ? -ERESTART_RESTARTBLOCK : ret;
}

int64_t sys_poll(struct thread *t, const uint64_t a[6])
{
    int ms = (int) a[2];
    int64_t end = ms < 0 ? CLOCK_NEVER : ms ? clock_after(ms / 1000, ms % 1000 * 1000000ll) : 0;
    int64_t ret = poll_until(t, a[0], (uint32_t) a[1], end);

    if (ret != -EINTR)
        return ret;
    t->restart_fn = poll_again;
    t->restart_data[POLL_FDS] = a[0];
    t->restart_data[POLL_COUNT] = (uint32_t) a[1];
    t->restart_data[POLL_END] = (uint64_t) end;
    return -ERESTART_RESTARTBLOCK;
}

int64_t sys_ppoll(struct thread *t, const uint64_t a[6])
{
    ksigset_t mask;
    int64_t end, ret;
    int given;

    ret = timeout_get(t, a[2], &end);
    if (ret < 0)
        return ret;
    given = mask_get(t, a[3], a[4], &mask);
    if (given < 0)
        return given;
    if (given && !sys_mask_begin(t, mask))
        return -ERESTARTNOINTR;
    ret = poll_until(t, a[0], (uint32_t) a[1], end);
    sys_mask_end(t, ret == -EINTR);
    return finish(t, ret, a[2], end, false);
}

/* ---- select ---- */

/* Linux looks at the sets up to the end of the table of descriptors, whatever count it is given: getdtablesize() may say a million
 * of sets that have 1,024 bits. */
static int select_count(struct thread *t, int n, const uint64_t va[3])
{
    enum { FEW = 256, MORE = 4096 }; /* every table has the first */
    uint64_t words[(MORE - FEW) / 64];
    size_t count = n > FEW ? (MIN((size_t) n, (size_t) MORE) - FEW + 63) / 64 : 0;
    bool named = n > MORE;
    struct target self;

    for (int i = 0; i < 3 && count && !named; i++) {
        if (!va[i])
            continue;
        named = copy_in(t->proc->space, words, gva(va[i] + FEW / 8), count * 8) < 0;
        for (size_t w = 0; w < count && !named; w++)
            named = words[w];
    }
    if (!named)
        return MIN(n, FEW);
    return target_self(&self) == 1 ? (int) MIN((uint64_t) n, target_slots(&self)) : n;
}

static bool names_window(const uint64_t *bits, int n)
{
    int end = MIN(n, fds_base() + fds_count());

    for (int fd = fds_base(); fd < end; fd++)
        if (bits[fd / 64] >> fd % 64 & 1)
            return true;
    return false;
}

static int64_t select_until(struct thread *t, int n, const uint64_t va[3], int64_t end)
{
    uint64_t few[3 * 16];
    autofree uint64_t *many = NULL;
    uint64_t *bits[3] = {NULL}, *room = few;
    const bool looks = only_looks(t);
    struct timespec left = clock_left(looks ? 0 : end), *limit = end == CLOCK_NEVER && !looks ? NULL : &left;
    ksigset_t mask;
    const struct {
        const ksigset_t *set;
        size_t size;
    } arg = {&mask, sizeof mask};
    size_t words, bytes;
    int64_t ret;

    if (n < 0)
        return -EINVAL;
    n = select_count(t, n, va);
    words = ((size_t) n + 63) / 64;
    bytes = words * 8;
    if (3 * words > ARRAY_SIZE(few)) {
        many = malloc(3 * bytes);
        if (!many)
            return -ENOMEM;
        room = many;
    }
    for (int i = 0; i < 3; i++) {
        if (!va[i])
            continue;
        bits[i] = room + (size_t) i * words;
        if (copy_in(t->proc->space, bits[i], gva(va[i]), bytes) < 0)
            return -EFAULT;
        if (names_window(bits[i], n))
            return -EBADF;
    }
    ret = has_mask(t) ? sys_block_masked(t, &mask, SYS_pselect6, (long) n, bits[0], bits[1], bits[2], limit, &arg)
                      : sys_block(t, SYS_pselect6, (long) n, bits[0], bits[1], bits[2], limit, NULL);
    if (ret < 0 || (!ret && looks))
        return ret < 0 ? ret : -EINTR;
    for (int i = 0; i < 3; i++)
        if (bits[i] && copy_out(t->proc->space, gva(va[i]), bits[i], bytes) < 0)
            return -EFAULT;
    return ret;
}

int64_t sys_select(struct thread *t, const uint64_t a[6])
{
    int64_t end = CLOCK_NEVER, ret;
    struct {
        int64_t sec, usec;
    } tv;

    if (a[4]) {
        if (get_user(t->proc->space, &tv, gva(a[4])) < 0)
            return -EFAULT;
        if (tv.sec < 0 || tv.usec < 0 || __builtin_add_overflow(tv.sec, tv.usec / 1000000, &tv.sec))
            return -EINVAL;
        end = tv.sec || tv.usec ? clock_after(tv.sec, tv.usec % 1000000 * 1000) : 0;
    }
    ret = select_until(t, (int) a[0], &a[1], end);
    return finish(t, ret, a[4], end, true);
}

int64_t sys_pselect6(struct thread *t, const uint64_t a[6])
{
    struct {
        uint64_t mask, size;
    } arg = {0};
    ksigset_t mask;
    int64_t end, ret;
    int given;

    if (a[5] && get_user(t->proc->space, &arg, gva(a[5])) < 0)
        return -EFAULT;
    ret = timeout_get(t, a[4], &end);
    if (ret < 0)
        return ret;
    given = mask_get(t, arg.mask, arg.size, &mask);
    if (given < 0)
        return given;
    if (given && !sys_mask_begin(t, mask))
        return -ERESTARTNOINTR;
    ret = select_until(t, (int) a[0], &a[1], end);
    sys_mask_end(t, ret == -EINTR);
    return finish(t, ret, a[4], end, false);
}

/* ---- epoll: never restarted (signal(7)) ---- */

/* More at once is never needed: what is left over comes with the next call. */
#define EVENTS_MAX 65536
/* The kernel's bound: EP_MAX_EVENTS. */
#define EVENTS_LIMIT (INT_MAX / (int) sizeof(struct epoll_event))

static int64_t epoll_into(struct thread *t, int fd, uint64_t va, int max, const struct timespec *limit)
{
    static const struct timespec now;
    struct pin p;
    ksigset_t mask;
    bool looks;
    int64_t ret;

    if (max <= 0 || max > EVENTS_LIMIT)
        return host(SYS_epoll_wait, fd, BAD_PTR, max, 0);
    max = MIN(max, EVENTS_MAX);
    ret = pin(t, &p, va, (size_t) max * sizeof(struct epoll_event), PIN_OUT);
    if (ret < 0)
        return ret;
    looks = only_looks(t);
    if (looks)
        limit = &now;
    ret = has_mask(t) ? sys_block_masked(t, &mask, SYS_epoll_pwait2, (long) fd, p.hva, (long) max, limit, &mask, 8l)
                      : sys_block(t, SYS_epoll_pwait2, (long) fd, p.hva, (long) max, limit, NULL, 0l);
    if (!ret && looks)
        ret = -EINTR;
    if (pin_done(t, &p, ret > 0 ? (size_t) ret * sizeof(struct epoll_event) : 0) < 0)
        ret = -EFAULT;
    return ret;
}

static int64_t epoll_masked(struct thread *t, const uint64_t a[6], const struct timespec *limit)
{
    ksigset_t mask;
    int given = mask_get(t, a[4], a[5], &mask);
    int64_t ret;

    if (given < 0)
        return given;
    if (given && !sys_mask_begin(t, mask))
        return -ERESTARTNOINTR;
    ret = epoll_into(t, (int) a[0], a[1], (int) a[2], limit);
    sys_mask_end(t, ret == -EINTR);
    return ret;
}

static const struct timespec *from_ms(int ms, struct timespec *ts)
{
    *ts = (struct timespec){ms / 1000, ms % 1000 * 1000000l};
    return ms < 0 ? NULL : ts;
}

int64_t sys_epoll_wait(struct thread *t, const uint64_t a[6])
{
    struct timespec ts;

    return epoll_into(t, (int) a[0], a[1], (int) a[2], from_ms((int) a[3], &ts));
}

int64_t sys_epoll_pwait(struct thread *t, const uint64_t a[6])
{
    struct timespec ts;

    return epoll_masked(t, a, from_ms((int) a[3], &ts));
}

int64_t sys_epoll_pwait2(struct thread *t, const uint64_t a[6])
{
    struct timespec ts;

    if (!a[3])
        return epoll_masked(t, a, NULL);
    if (get_user(t->proc->space, &ts, gva(a[3])) < 0)
        return -EFAULT;
    if (ts.tv_sec < 0 || (uint64_t) ts.tv_nsec >= NSEC)
        return -EINVAL;
    return epoll_masked(t, a, &ts);
}
