#include "task/seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/raw.h"
#include "mem/access.h"
#include "task/process.h"
#include "task/seccomp_image.h"
#include "task/signal.h"

#ifndef SYS_SECCOMP
#define SYS_SECCOMP 1 /* si_code */
#endif
#ifndef SYS_USER_DISPATCH
#define SYS_USER_DISPATCH 2
#endif
#define CACHED 512 /* calls whose numbers the cache knows */
#define FILTER_PENALTY 4

struct seccomp_filter {
    struct seccomp_filter *prev; /* the older one, which this holds */
    unsigned refs;
    unsigned n, kernel_length;
    unsigned depth;               /* filters from here on */
    bool notifies;                /* has a listener */
    bool logs;                    /* was to, which we do not; told to a tracer */
    uint64_t always[CACHED / 64]; /* numbers that this one and all older ones allow whatever the arguments are */
    struct sock_filter *insn;
};

bool (*seccomp_trace)(struct thread *t, uint16_t data);

static struct seccomp_filter *filter_get(struct seccomp_filter *f)
{
    if (f)
        __atomic_add_fetch(&f->refs, 1, __ATOMIC_RELAXED);
    return f;
}

static void filter_put(struct seccomp_filter *f)
{
    while (f && __atomic_sub_fetch(&f->refs, 1, __ATOMIC_ACQ_REL) == 0) {
        struct seccomp_filter *prev = f->prev;
        free(f->insn);
        free(f);
        f = prev;
    }
}

/* Takes `insn` over; `prev` on success. */
static struct seccomp_filter *filter_new(struct sock_filter *insn, unsigned n, struct seccomp_filter *prev)
{
    struct seccomp_filter *f = calloc(1, sizeof *f);
    if (!f) {
        free(insn);
        return NULL;
    }
    *f = (struct seccomp_filter){.prev = prev,
                                 .refs = 1,
                                 .n = n,
                                 .kernel_length = bpf_kernel_length(insn, n),
                                 .depth = prev ? prev->depth + 1 : 1,
                                 .insn = insn};
    for (unsigned nr = 0; nr < CACHED; nr++) {
        bool looked, before = !prev || prev->always[nr / 64] >> nr % 64 & 1;
        const struct seccomp_data d = {.nr = (int) nr, .arch = AUDIT_ARCH_X86_64};
        if (before && bpf_run(insn, &d, &looked) == SECCOMP_RET_ALLOW && !looked)
            f->always[nr / 64] |= 1ull << nr % 64;
    }
    return f;
}

/* ---- a call ---- */

static int64_t action_only(uint32_t ret)
{
    return (int32_t) (ret & SECCOMP_RET_ACTION_FULL);
}

static uint32_t run_filters(const struct seccomp_filter *f, const struct seccomp_data *d,
                            const struct seccomp_filter **match)
{
    uint32_t ret = SECCOMP_RET_ALLOW;
    bool looked;
    for (*match = f; f; f = f->prev) {
        uint32_t r = bpf_run(f->insn, d, &looked);
        if (action_only(r) < action_only(ret)) {
            ret = r;
            *match = f;
        }
    }
    return ret;
}

/* A result that is the filter's or a listener's: none of our codes for a restart, even where it has the number of one. */
static int64_t result_of(struct thread *t, int64_t r)
{
    if (r > -ERESTARTSYS || r < -ENO_RESULT)
        return r;
    t->regs->rax = (uint64_t) r;
    return -ENO_RESULT;
}

/* As if the call had not been made: its number is in rax again. A tracer sees the end of the call before the signal. Returns the call's result. */
static int64_t force_sigsys(struct thread *t, int code, uint16_t data)
{
    siginfo_t info;
    memset(&info, 0, sizeof info);
    info.si_signo = SIGSYS;
    info.si_code = code;
    info.si_errno = data;
    info.si_call_addr = (void *) t->call_ip;
    info.si_syscall = (int) t->nr;
    info.si_arch = AUDIT_ARCH_X86_64;
    if (!t->trace.active) {
        signal_force(t, &info);
        return -ENO_RESULT;
    }
    signal_force_after(t, &info);
    return result_of(t, (int64_t) t->nr);
}

/* The listener belongs to a filter of the host's, of the same threads, that stops at numbers of this kind only (attach_host). So it is the host's
 * kernel that tells the listener, waits, and knows when nobody is left who could ask. */
static bool ask_listener(struct thread *t, int64_t *ret)
{
    const uint64_t *a = t->args;
    long r = sys_block(t, (long) (SECCOMP_NOTIFY_BASE + (uint32_t) t->nr), a[0], a[1], a[2], a[3], a[4], a[5]);
    if (r == -ERESTARTNOINTR && t->sig_taken)
        *ret = r;
    else
        *ret = r == -EINTR && t->sig_taken ? -ERESTARTSYS : result_of(t, r);
    return (uint64_t) r == SECCOMP_GO_ON;
}

static bool asks_tracer(struct thread *t, uint16_t data)
{
    bool (*trace)(struct thread *, uint16_t) = __atomic_load_n(&seccomp_trace, __ATOMIC_RELAXED);
    return trace && trace(t, data);
}

static bool apply(struct thread *t, bool traced, int64_t *ret)
{
    const struct seccomp_filter *f = __atomic_load_n(&t->seccomp.filter, __ATOMIC_ACQUIRE), *match;
    const uint32_t nr = (uint32_t) t->nr;
    if (nr < CACHED && f->always[nr / 64] >> nr % 64 & 1)
        return true;
    struct seccomp_data d = {.nr = (int) nr, .arch = AUDIT_ARCH_X86_64, .instruction_pointer = t->call_ip};
    memcpy(d.args, t->args, sizeof d.args);
    uint32_t r = run_filters(f, &d, &match);
    uint16_t data = r & SECCOMP_RET_DATA;
    *ret = -ENO_RESULT;
    switch (r & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ALLOW:
    case SECCOMP_RET_LOG:
        return true;
    case SECCOMP_RET_ERRNO:
        *ret = result_of(t, -(int64_t) MIN(data, 4095u));
        return false;
    case SECCOMP_RET_TRAP:
        *ret = force_sigsys(t, SYS_SECCOMP, data);
        return false;
    case SECCOMP_RET_USER_NOTIF:
        *ret = -ENOSYS;
        return match->notifies && ask_listener(t, ret);
    case SECCOMP_RET_TRACE:
        if (traced)
            return true;
        if (!asks_tracer(t, data)) {
            *ret = -ENOSYS;
            return false;
        }
        /* As the kernel: what the tracer made of it has to pass, too, but does not stop once more. */
        return (int) t->nr >= 0 && apply(t, true, ret);
    case SECCOMP_RET_KILL_THREAD:
        thread_die(t, SIGSYS);
    default:
        signal_die(t, SIGSYS);
    }
}

bool seccomp_user_dispatch(struct thread *t)
{
    const struct user_dispatch *d = &t->dispatch;
    uint8_t state = PR_SYS_DISPATCH_ON; /* without a selector */
    if (t->call_ip - d->offset < d->len)
        return true;
    if (d->selector && get_user(t->proc->space, &state, gva(d->selector)))
        signal_die(t, SIGSEGV);
    if (state == 0 /* SYSCALL_DISPATCH_FILTER_ALLOW */)
        return true;
    if (state != 1 /* SYSCALL_DISPATCH_FILTER_BLOCK */)
        signal_die(t, SIGSYS);
    t->trace.call_rip = t->regs->rip;
    force_sigsys(t, SYS_USER_DISPATCH, 0);
    return false;
}

bool seccomp_allows(struct thread *t, int64_t *ret)
{
    if (__atomic_exchange_n(&t->seccomp.no_new_privs, false, __ATOMIC_ACQ_REL))
        host(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (traced_suspends_filters(t))
        return true;
    if (__atomic_load_n(&t->seccomp.mode, __ATOMIC_ACQUIRE) == SECCOMP_MODE_FILTER)
        return apply(t, false, ret);
    const int nr = (int) t->nr;
    if (nr == SYS_read || nr == SYS_write || nr == SYS_exit || nr == SYS_rt_sigreturn)
        return true;
    thread_die(t, SIGKILL);
}

/* ---- installing ---- */

static void set_mode(struct thread *t, uint32_t mode)
{
    __atomic_store_n(&t->seccomp.mode, mode, __ATOMIC_RELEASE);
}

static void set_filter(struct thread *t, struct seccomp_filter *f)
{
    t->seccomp.filters = f->depth;
    __atomic_store_n(&t->seccomp.filter, f, __ATOMIC_RELEASE); /* pairs with apply(): before the mode */
    set_mode(t, SECCOMP_MODE_FILTER);
}

int64_t seccomp_set_strict(struct thread *t)
{
    int64_t ret = 0;
    pthread_mutex_lock(&t->proc->lock);
    if (t->seccomp.mode == SECCOMP_MODE_FILTER)
        ret = -EINVAL;
    else
        set_mode(t, SECCOMP_MODE_STRICT);
    pthread_mutex_unlock(&t->proc->lock);
    return ret;
}

static bool is_ancestor(const struct seccomp_filter *of, const struct seccomp_filter *f)
{
    while (f && f != of)
        f = f->prev;
    return f || !of;
}

/* The first thread that is bound by something else than `t` is; 0: none. */
static int unlike(struct thread *t)
{
    int tid = 0;
    struct thread *o;
    LIST_FOREACH (o, &t->proc->threads, link) /* the youngest first, and the kernel names the oldest */
        if (o != t && o->seccomp.mode != SECCOMP_MODE_DISABLED &&
            (o->seccomp.mode != SECCOMP_MODE_FILTER || !is_ancestor(o->seccomp.filter, t->seccomp.filter)))
            tid = thread_id(o);
    return tid;
}

static void sync_threads(struct thread *t)
{
    bool privs = host(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
    struct thread *o;
    LIST_FOREACH (o, &t->proc->threads, link) {
        if (o == t)
            continue;
        /* What it may just be running is an older one of the new chain, which holds it. */
        struct seccomp_filter *old = o->seccomp.filter;
        __atomic_store_n(&o->seccomp.no_new_privs, privs, __ATOMIC_RELEASE);
        set_filter(o, filter_get(t->seccomp.filter));
        filter_put(old);
    }
}

static int peek_filter(int tid, const struct seccomp_state *of, uint64_t n, struct seccomp_filter *f)
{
    *f = (struct seccomp_filter){.prev = of->filter};
    if (of->mode != SECCOMP_MODE_FILTER)
        return -EINVAL;
    if (n >= of->filters)
        return -ENOENT;
    for (uint64_t left = of->filters - n; left; left--)
        if (!f->prev || traced_peek(tid, (uint64_t) f->prev, f, sizeof *f))
            return -ESRCH;
    return 0;
}

int64_t seccomp_peek_flags(int tid, const struct seccomp_state *of, uint64_t n)
{
    struct seccomp_filter f;
    int r = peek_filter(tid, of, n, &f);
    return r ? r : f.logs ? (int64_t) SECCOMP_FILTER_FLAG_LOG : 0;
}

int64_t seccomp_peek(int tid, const struct seccomp_state *of, uint64_t n, struct sock_filter **out)
{
    struct seccomp_filter f;
    int r = peek_filter(tid, of, n, &f);
    if (r)
        return r;
    if (f.n == 0 || f.n > BPF_MAXINSNS || !(*out = calloc(f.n, sizeof **out)))
        return -ENOMEM;
    return traced_peek(tid, (uint64_t) f.insn, *out, f.n * sizeof **out) ? -ESRCH : (int64_t) f.n;
}

/* A filter of the host's that lets everything pass but what ask_listener() does. Its listener, or a negative errno. */
static int64_t attach_host(unsigned flags)
{
    static const struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, SECCOMP_NOTIFY_BASE),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SECCOMP_NOTIFY_BASE, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog prog = {ARRAY_SIZE(code), (struct sock_filter *) code};
    return host(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
}

static int64_t attach_locked(struct thread *t, struct seccomp_filter *f, unsigned flags)
{
    unsigned total = f->kernel_length;
    if (t->seccomp.mode == SECCOMP_MODE_STRICT)
        return -EINVAL;
    for (const struct seccomp_filter *o = f->prev; o; o = o->prev)
        total += o->kernel_length + FILTER_PENALTY;
    if (total > SECCOMP_PATH_MAX)
        return -ENOMEM;
    int64_t ret = flags & SECCOMP_FILTER_FLAG_TSYNC ? unlike(t) : 0;
    if (ret)
        return flags & SECCOMP_FILTER_FLAG_TSYNC_ESRCH ? -ESRCH : ret;
    if (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) {
        ret = attach_host(flags & ~(unsigned) SECCOMP_FILTER_FLAG_LOG); /* EBUSY: there is one already */
        if (ret < 0)
            return ret;
        f->notifies = true;
        for (struct seccomp_filter *o = f->prev; o; o = o->prev)
            o->notifies = false; /* its listener is closed */
    }
    f->logs = flags & SECCOMP_FILTER_FLAG_LOG;
    set_filter(t, f);
    if (flags & SECCOMP_FILTER_FLAG_TSYNC)
        sync_threads(t);
    return ret;
}

int64_t seccomp_attach(struct thread *t, struct sock_filter *insn, unsigned n, unsigned flags)
{
    struct process *p = t->proc;
    /* An exec of another thread takes its filters along: not between its look and its end. */
    if (flags & SECCOMP_FILTER_FLAG_TSYNC)
        pthread_mutex_lock(&p->exec_lock);
    pthread_mutex_lock(&p->lock);
    struct seccomp_filter *prev = t->seccomp.filter, *f = filter_new(insn, n, prev);
    int64_t ret = f ? attach_locked(t, f, flags) : -ENOMEM;
    if (f && t->seccomp.filter != f) {
        f->prev = NULL; /* stays the thread's */
        filter_put(f);
    }
    pthread_mutex_unlock(&p->lock);
    if (flags & SECCOMP_FILTER_FLAG_TSYNC)
        pthread_mutex_unlock(&p->exec_lock);
    return ret;
}

/* ---- from thread to thread ---- */

void seccomp_inherit(struct thread *n, struct thread *t)
{
    n->seccomp = t->seccomp;
    filter_get(n->seccomp.filter);
}

void seccomp_drop(struct thread *t)
{
    filter_put(t->seccomp.filter);
    t->seccomp = (struct seccomp_state){0};
}

/* ---- as bytes ---- */

static uint8_t *save_filter(uint8_t *p, const struct seccomp_filter *f)
{
    const struct seccomp_program head = {f->n, f->notifies, f->logs};
    memcpy(p, &head, sizeof head);
    memcpy(p + sizeof head, f->insn, f->n * sizeof *f->insn);
    return p + sizeof head + f->n * sizeof *f->insn;
}

void *seccomp_save(const struct thread *t, uint32_t *size)
{
    const struct seccomp_state *s = &t->seccomp;
    const struct seccomp_head head = {.mode = s->mode, .filters = s->filters, .no_new_privs = s->no_new_privs};
    *size = 0;
    if (!s->mode)
        return NULL;
    *size = sizeof head;
    for (const struct seccomp_filter *f = s->filter; f; f = f->prev)
        *size += (uint32_t) (sizeof(struct seccomp_program) + f->n * sizeof *f->insn);
    uint8_t *data = malloc(*size), *p = data;
    if (!data)
        return NULL;
    memcpy(p, &head, sizeof head);
    p += sizeof head;
    for (uint32_t depth = 1; depth <= s->filters; depth++) {
        const struct seccomp_filter *f = s->filter;
        while (f && f->depth != depth)
            f = f->prev;
        BUG_ON(!f);
        p = save_filter(p, f);
    }
    return data;
}

int seccomp_load(struct thread *t, const void *data, uint32_t size)
{
    const uint8_t *p = data;
    struct seccomp_head head;
    struct seccomp_program one;
    struct sock_filter insn[BPF_MAXINSNS];
    struct seccomp_filter *f = NULL;
    int r = seccomp_check(data, size);
    if (r || !size)
        return r;
    seccomp_next_head(&p, &size, &head);
    for (uint32_t i = 0; i < head.filters; i++) {
        seccomp_next_program(&p, &size, &one, insn);
        struct sock_filter *copy = malloc(one.n * sizeof *insn);
        if (copy)
            memcpy(copy, insn, one.n * sizeof *insn);
        struct seccomp_filter *next = copy ? filter_new(copy, one.n, f) : NULL;
        if (!next) {
            filter_put(f);
            return -ENOMEM;
        }
        next->notifies = one.notifies;
        next->logs = one.logs;
        f = next;
    }
    t->seccomp = (struct seccomp_state){f, head.mode, head.filters, head.no_new_privs};
    return 0;
}
