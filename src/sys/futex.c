/* futex(2): words are at their host addresses, which are as stable and as private or shared as the guest's, so the host's futexes are
 * the guest's. */
#include <errno.h>
#include <linux/futex.h>

#include "sys/handlers.h"
#include "task/process.h"

struct waitv { /* struct futex_waitv */
    uint64_t val, uaddr;
    uint32_t flags, reserved;
};

/* restart_data of an interrupted wait with a timeout, which goes on to the same end (restart_syscall). */
enum { WAIT_WORD, WAIT_OP, WAIT_VAL, WAIT_SEC, WAIT_NSEC, WAIT_BITS };

static int64_t restart_wait(struct thread *t)
{
    const uint64_t *d = t->restart_data;
    const struct timespec end = {(time_t) d[WAIT_SEC], (long) d[WAIT_NSEC]};
    long r = sys_block(t, SYS_futex, mem_hva(t->proc->space, gva(d[WAIT_WORD]), 4, NULL), (long) d[WAIT_OP],
                       (uint64_t) (uint32_t) d[WAIT_VAL], &end, NULL, d[WAIT_BITS]);
    return r == -EINTR ? -ERESTART_RESTARTBLOCK : r;
}

/* When a wait of `rel` from now ends. */
static struct timespec deadline(const struct timespec *rel)
{
    struct timespec end;
    host(SYS_clock_gettime, CLOCK_MONOTONIC, &end);
    end.tv_nsec += rel->tv_nsec;
    if (end.tv_nsec >= 1000000000)
        end.tv_sec++, end.tv_nsec -= 1000000000;
    if (__builtin_add_overflow(end.tv_sec, rel->tv_sec, &end.tv_sec))
        end.tv_sec = INT64_MAX;
    return end;
}

static bool valid(const struct timespec *ts)
{
    return ts->tv_sec >= 0 && ts->tv_nsec >= 0 && ts->tv_nsec < 1000000000;
}

#define END_TAKES_AT_MOST 1 /* s */

/* A guest thread has ended when the word that its joiner waits for is clear, but its host thread lives a moment longer, and as long it still
 * owns, to the kernel, what it never unlocked. Whoever wants that is told that there is no owner, and would wait here. So the host's end is awaited
 * first, as the kernel lets one wait for an owner: by a lock of our own that it is said to have. False: it is here to stay, with a number that
 * is no guest thread's, one of the supervisor's own or one that ended and waits for its tracer. *word is what names it. */
static bool owner_ends(struct thread *t, uint64_t va, uint32_t *word)
{
    if ((va & 3) || get_user(t->proc->space, word, gva(va)))
        return true;
    int tid = (int) (*word & FUTEX_TID_MASK), pid = t->proc->pid;
    if (!tid || tid == t->tid || host(SYS_tgkill, pid, tid, 0) || process_has_thread(t->proc, tid))
        return true;
    struct timespec end;
    host(SYS_clock_gettime, CLOCK_REALTIME, &end);
    end.tv_sec += END_TAKES_AT_MOST;
    uint32_t own = (uint32_t) tid;
    return host(SYS_futex, &own, FUTEX_LOCK_PI | FUTEX_PRIVATE_FLAG, 0, &end, NULL, 0) != -ETIMEDOUT;
}

/* The kernel's answer to who locks what nobody has who lives, after it has marked the word. */
static bool has_no_owner(struct thread *t, uint64_t va)
{
    uint32_t word, old;
    if (owner_ends(t, va, &word))
        return false;
    old = word;
    return cmpxchg_user32(t->proc->space, gva(va), &old, word | FUTEX_WAITERS) == 0 && old == word;
}

int64_t sys_futex(struct thread *t, const uint64_t a[6])
{
    struct space *sp = t->proc->space;
    int op = (int) a[1], cmd = op & FUTEX_CMD_MASK;
    struct timespec ts;
    const struct timespec *timeout = NULL;
    void *word = mem_hva(sp, gva(a[0]), 4, NULL);
    uint32_t owner;
    if (cmd == FUTEX_CMP_REQUEUE_PI)
        owner_ends(t, a[4], &owner);
    else if ((cmd == FUTEX_LOCK_PI || cmd == FUTEX_LOCK_PI2 || cmd == FUTEX_TRYLOCK_PI) && has_no_owner(t, a[0]))
        return -ESRCH;
    switch (cmd) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
    case FUTEX_LOCK_PI:
    case FUTEX_LOCK_PI2:
    case FUTEX_WAIT_REQUEUE_PI:
        if (a[3]) {
            if (get_user(sp, &ts, gva(a[3])))
                return -EFAULT;
            if (!valid(&ts))
                return -EINVAL;
            timeout = &ts;
        }
        break;
    default:
        /* The fourth argument is a number, the fifth a second word; no call of these waits. */
        return host(SYS_futex, word, op, a[2], a[3], cmd == FUTEX_WAKE ? NULL : mem_hva(sp, gva(a[4]), 4, NULL), a[5]);
    }
    uint32_t bits = (uint32_t) a[5];
    if (timeout && (op & ~FUTEX_PRIVATE_FLAG) == FUTEX_WAIT) { /* the same with an end, whatever interrupts it */
        op = FUTEX_WAIT_BITSET | (op & FUTEX_PRIVATE_FLAG);
        bits = FUTEX_BITSET_MATCH_ANY;
        ts = deadline(&ts);
    }
    long r = sys_block(t, SYS_futex, word, op, (uint32_t) a[2], timeout,
                       cmd == FUTEX_WAIT_REQUEUE_PI ? mem_hva(sp, gva(a[4]), 4, NULL) : NULL, bits);
    if (r != -EINTR)
        return r;
    if (timeout && (cmd == FUTEX_WAIT || cmd == FUTEX_WAIT_BITSET)) {
        t->restart_data[WAIT_WORD] = a[0];
        t->restart_data[WAIT_OP] = (uint32_t) op;
        t->restart_data[WAIT_VAL] = a[2];
        t->restart_data[WAIT_SEC] = (uint64_t) ts.tv_sec;
        t->restart_data[WAIT_NSEC] = (uint64_t) ts.tv_nsec;
        t->restart_data[WAIT_BITS] = bits;
        t->restart_fn = restart_wait;
        return -ERESTART_RESTARTBLOCK;
    }
    return cmd == FUTEX_LOCK_PI || cmd == FUTEX_LOCK_PI2 ? -ERESTARTNOINTR : -ERESTARTSYS;
}

int64_t sys_futex_waitv(struct thread *t, const uint64_t a[6])
{
    struct space *sp = t->proc->space;
    struct waitv v[128];
    struct timespec ts;
    uint32_t n = (uint32_t) a[1];
    if ((uint32_t) a[2] || !n || n > 128 || !a[0])
        return -EINVAL;
    if (a[3]) {
        if ((int) a[4] != CLOCK_MONOTONIC && (int) a[4] != CLOCK_REALTIME)
            return -EINVAL;
        if (get_user(sp, &ts, gva(a[3])))
            return -EFAULT;
    }
    if (copy_in(sp, v, gva(a[0]), n * sizeof *v))
        return -EFAULT;
    for (uint32_t i = 0; i < n; i++)
        v[i].uaddr = (uint64_t) (uintptr_t) mem_hva(sp, gva(v[i].uaddr), 4, NULL);
    long r = sys_block(t, SYS_futex_waitv, v, n, 0, a[3] ? &ts : NULL, (int) a[4], 0);
    return r == -EINTR ? -ERESTARTSYS : r;
}

int64_t sys_futex_requeue(struct thread *t, const uint64_t a[6])
{
    struct waitv v[2];

    if (!a[0] || (uint32_t) a[1])
        return -EINVAL;
    if (copy_in(t->proc->space, v, gva(a[0]), sizeof v))
        return -EFAULT;
    for (unsigned i = 0; i < ARRAY_SIZE(v); i++)
        v[i].uaddr = (uint64_t) (uintptr_t) mem_hva(t->proc->space, gva(v[i].uaddr), 4, NULL);
    return host(456 /* futex_requeue */, v, 0, (int) a[2], (int) a[3]);
}
