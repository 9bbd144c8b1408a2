/* From a number and six registers to a handler and a result. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/fds.h"
#include "sys/handlers.h"
#include "sys/stats.h"
#include "sys/trace.h"
#include "task/process.h"
#include "task/seccomp.h"

/* The last calls of the process, for the crash report: threads take places in turn, and a torn entry is no harm there. Whoever comes back from
 * a long call may find its place taken by another. */
#define RING 16
static struct ring_entry {
    atomic_uint turn;
    atomic_int tid;
    _Atomic uint32_t nr;
    _Atomic uint64_t args[6];
    _Atomic int64_t ret;
    atomic_bool done;
} ring[RING] FORKED;
static atomic_uint ring_next FORKED;

#define SET(x, v) atomic_store_explicit(&(x), v, memory_order_relaxed)
#define GET(x) atomic_load_explicit(&(x), memory_order_relaxed)

static struct ring_entry *ring_begin(const struct thread *t, unsigned *turn)
{
    *turn = atomic_fetch_add_explicit(&ring_next, 1, memory_order_relaxed);
    struct ring_entry *e = &ring[*turn % RING];
    SET(e->done, false);
    SET(e->turn, *turn);
    SET(e->tid, t->tid);
    SET(e->nr, (uint32_t) t->nr);
    for (unsigned i = 0; i < ARRAY_SIZE(e->args); i++)
        SET(e->args[i], t->args[i]);
    return e;
}

static void ring_end(struct ring_entry *e, unsigned turn, int64_t ret)
{
    if (GET(e->turn) != turn)
        return;
    SET(e->ret, ret);
    SET(e->done, true);
}

static bool names_window(const struct sys_row *row, const uint64_t a[6])
{
    for (unsigned i = 0; i < row->nargs; i++)
        if ((row->arg[i].kind == K_FD || row->arg[i].kind == K_DIRFD) && fds_reserved((int) a[i]))
            return true;
    return false;
}

/* Whether it failed for want of a number above the window. */
static bool needs_above(const struct sys_row *row, const uint64_t a[6], int64_t ret)
{
    if (ret == -EBADF && (row->nr == SYS_dup2 || row->nr == SYS_dup3))
        return fds_is_above((int) a[1]);
    if (ret == -EINVAL && row->nr == SYS_fcntl && ((int) a[1] == F_DUPFD || (int) a[1] == F_DUPFD_CLOEXEC))
        return fds_is_above((int) a[2]);
    return ret == -EMFILE;
}

/* A kernel that lacks a call says so before it looks at an argument. The newest calls are none that are served without the host's; what they
 * say to arguments that are all wrong does nothing and is asked once. */
#define NEW_CALLS 449

static bool host_lacks(uint32_t nr)
{
    static _Atomic uint8_t known[64]; /* 1: there, 2: not there */

    if (nr - NEW_CALLS >= ARRAY_SIZE(known))
        return false;
    uint8_t k = GET(known[nr - NEW_CALLS]);
    if (!k) {
        k = host(nr, -1l, -1l, -1l, -1l, -1l, -1l) == -ENOSYS ? 2 : 1;
        SET(known[nr - NEW_CALLS], k);
    }
    return k == 2;
}

static int64_t serve(struct thread *t, const struct sys_row *row)
{
    int64_t ret;

    if (seccomp_on(t)) {
        if (!seccomp_allows(t, &ret))
            return ret;
        row = sys_row_of((uint32_t) t->nr);
    }
    if (!row)
        return -ENOSYS;
    if (row->flags & S_DENIED)
        return -row->error;
    if (row->nr >= NEW_CALLS && host_lacks(row->nr))
        return -ENOSYS;
    if (names_window(row, t->args))
        return -EBADF;
    do {
        if (row->flags & S_FDLOCK)
            fds_use_lock();
        ret = row->fn ? row->fn(t, t->args) : sys_pass(t, row, t->args);
        if (row->flags & S_FDLOCK)
            fds_use_unlock();
        if (row->flags & S_GIVES && ret >= 0)
            ret = fds_given((int) ret);
    } while (needs_above(row, t->args, ret) && fds_open_up());
    return ret;
}

static int64_t serve_observed(struct thread *t, const struct sys_row *row)
{
    bool traced = trace_fd() >= 0;
    int64_t start = 0;
    int64_t ret;
    int pid = t->proc->pid;

    if (traced)
        trace_before(t, row);
    if (stats_on)
        start = clock_now();
    ret = serve(t, row);
    if (stats_on && t->proc == process_self && t->proc->pid != pid)
        stats_forked(t->proc);
    if (stats_on)
        stats_call(row, (uint64_t) (clock_now() - start));
    if (traced)
        trace_after(t, row, ret);
    return ret;
}

void sys_dispatch(struct thread *t)
{
    /* As Linux does, only the low 32 bits of rax count. */
    const struct sys_row *row = sys_row_of((uint32_t) t->nr);
    const bool may_come = row && row->flags & (S_ANY | S_OPEN) && !seccomp_on(t) && !t->trace.active;
    if (!may_come && !signal_close(t))
        return;
    unsigned turn;
    struct ring_entry *e = ring_begin(t, &turn);
    int64_t ret;

    if (row && (stats_on || trace_fd() >= 0))
        ret = serve_observed(t, row);
    else
        ret = serve(t, row);

    ring_end(e, turn, ret);
    t->in_syscall = ret != -ENO_RESULT;
    if (t->in_syscall)
        t->regs->rax = (uint64_t) ret;
}

static char *put_str(char *p, char *end, const char *s)
{
    while (*s && p < end)
        *p++ = *s++;
    return p;
}

static char *put_num(char *p, char *end, uint64_t v, unsigned base)
{
    char digits[20];
    int n = 0;

    do
        digits[n++] = "0123456789abcdef"[v % base];
    while (v /= base);
    while (n && p < end)
        *p++ = digits[--n];
    return p;
}

void sys_crash_calls(int fd)
{
    unsigned next = atomic_load_explicit(&ring_next, memory_order_relaxed);

    for (unsigned i = 0; i < RING; i++) {
        struct ring_entry *e = &ring[(next + i) % RING];
        uint32_t nr = GET(e->nr);
        int64_t ret = GET(e->ret);
        const struct sys_row *row = sys_row_of(nr);
        char line[256], *p = line, *end = line + sizeof line - 1;

        if (!GET(e->tid))
            continue;
        p = put_str(p, end, "  ");
        p = put_num(p, end, (unsigned) GET(e->tid), 10);
        p = put_str(p, end, " ");
        p = row ? put_str(p, end, row->name) : put_num(p, end, nr, 10);
        for (unsigned k = 0; k < (row && !(row->flags & S_DENIED) ? row->nargs : 6u); k++) {
            p = put_str(p, end, k ? ", 0x" : "(0x");
            p = put_num(p, end, GET(e->args[k]), 16);
        }
        p = put_str(p, end, row && !row->nargs ? "() = " : ") = ");
        if (!GET(e->done)) {
            p = put_str(p, end, "?");
        } else {
            p = put_str(p, end, ret < 0 ? "-" : "");
            p = put_num(p, end, (uint64_t) (ret < 0 ? -ret : ret), 10);
        }
        *p++ = '\n';
        host(SYS_write, fd, line, p - line);
    }
}
