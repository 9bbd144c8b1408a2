/* Where the host may hand signals over: the windows of calls that block, the handler that takes what comes, and SIGSEGV and SIGBUS, which come at any
 * time and are kept. */
#include "task/signal_parts.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <ucontext.h>

#include "base/raw.h"
#include "mem/access.h"
#include "task/clock.h"
#include "task/process.h"

const ksigset_t signal_supervisor_mask = ~SYNC_BITS;

extern const char window_start[], window_end[], window_cancel[];

__asm__(".pushsection .text\n"
        ".balign 16\n"
        ".globl window_call\n"
        "window_call:\n"
        "    movq %rdi, %r11\n"
        "    movq %rsi, %rax\n"
        "    movq %rdx, %rdi\n"
        "    movq %rcx, %rsi\n"
        "    movq %r8, %rdx\n"
        "    movq %r9, %r10\n"
        "    movq 8(%rsp), %r8\n"
        "    movq 16(%rsp), %r9\n"
        "window_start:\n"
        "    cmpl $0, (%r11)\n"
        "    jne window_cancel\n"
        "    syscall\n"
        "window_end:\n"
        "    ret\n"
        "window_cancel:\n"
        "    movq $-513, %rax\n" /* ERESTARTNOINTR: the call was never made */
        "    ret\n"
        ".globl signal_restorer\n"
        "signal_restorer:\n"
        "    movl $15, %eax\n"
        "    syscall\n"
        ".popsection\n");

void signal_set_host_mask(ksigset_t mask)
{
    host(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, 8);
    if (current && current->vcpu)
        vcpu_masked(current->vcpu);
}

void signal_block_all(void)
{
    signal_set_host_mask(signal_supervisor_mask);
}

bool signal_close(struct thread *t)
{
    if (vcpu_signals_open(t->vcpu, t->sigmask))
        signal_block_all();
    if (!(t->sig_taken & 1))
        return true;
    t->in_syscall = true;
    t->regs->rax = (uint64_t) -ERESTARTNOINTR;
    return false;
}

void signal_block_every(void)
{
    signal_set_host_mask(~0ull);
}

/* A signal that the window lets in has to stop a call that was not made yet. One that was interrupted returns EINTR by itself. */
static void cancel_window(ucontext_t *uc)
{
    uintptr_t pc = (uintptr_t) uc->uc_mcontext.gregs[REG_RIP];
    if (pc >= (uintptr_t) window_start && pc < (uintptr_t) window_end)
        uc->uc_mcontext.gregs[REG_RIP] = (greg_t) (uintptr_t) window_cancel;
}

static void set_context_mask(ucontext_t *uc, ksigset_t mask)
{
    memcpy(&uc->uc_sigmask, &mask, sizeof mask);
}

/* An access of ours faulted. Positive codes alone do not tell: the kernel sends them too for a child that ends or a descriptor that is
 * ready (clone's exit signal, F_SETSIG), and has no fault's address then. */
static bool is_own_fault(const siginfo_t *info, const ucontext_t *uc)
{
    return info->si_code == SI_KERNEL || (info->si_signo == SIGBUS && info->si_code == BUS_MCEERR_AR) ||
           (info->si_code > 0 && (greg_t) (uintptr_t) info->si_addr == uc->uc_mcontext.gregs[REG_CR2]);
}

/* Bits 0 and 1 of `taken` say which are pending, the two above them that somebody is at that one's info. False: it is not as wanted. */
static bool seize_sync(struct sync_signals *s, int i, bool pending)
{
    int old = __atomic_load_n(&s->taken, __ATOMIC_SEQ_CST);
    do {
        if ((old >> i & 1) != pending || (old >> i & 4))
            return false;
    } while (!__atomic_compare_exchange_n(&s->taken, &old, old | 4 << i, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
    return true;
}

/* What signal_code_by_hand() did. */
static void clean_code(siginfo_t *info)
{
    if ((unsigned) info->si_code >> 30 == 2)
        info->si_code &= 0x7fffffff;
}

/* One of a kind is pending, the first, as with all standard signals. */
static void keep_sync(struct sync_signals *s, int sig, const siginfo_t *info)
{
    int i = sig == SIGBUS;
    if (!seize_sync(s, i, false))
        return;
    s->info[i] = *info;
    clean_code(&s->info[i]);
    __atomic_fetch_xor(&s->taken, 5 << i, __ATOMIC_SEQ_CST); /* pairs with signal_set_mask() */
}

static bool lets_in(const struct thread *t, int sig)
{
    return !(__atomic_load_n(&t->sigmask, __ATOMIC_SEQ_CST) & KSIG_BIT(sig)) ||
           (__atomic_load_n(&t->sync_wanted, __ATOMIC_SEQ_CST) & KSIG_BIT(sig));
}

static bool claim_sync(struct sync_signals *s, int i, siginfo_t *info)
{
    if (!seize_sync(s, i, true))
        return false;
    *info = s->info[i];
    __atomic_fetch_xor(&s->taken, 5 << i, __ATOMIC_SEQ_CST);
    return true;
}

bool signal_take_sync(struct thread *t, ksigset_t set, siginfo_t *info)
{
    for (int i = 0; i < 2; i++)
        if ((set & KSIG_BIT(i ? SIGBUS : SIGSEGV)) &&
            (claim_sync(&t->sync, i, info) || claim_sync(&t->proc->sync, i, info)))
            return true;
    return false;
}

void signal_pass_on_sync(struct thread *t)
{
    struct process *p = t->proc;
    for (int i = 0; i < 2; i++) {
        int sig = i ? SIGBUS : SIGSEGV, to = 0;
        struct thread *n;
        siginfo_t info;
        if (!(sync_taken(&p->sync) >> i & 1) || lets_in(t, sig))
            continue;
        pthread_mutex_lock(&p->lock);
        LIST_FOREACH (n, &p->threads, link)
            if (!to && lets_in(n, sig))
                to = thread_id(n);
        pthread_mutex_unlock(&p->lock);
        if (!to || !claim_sync(&p->sync, i, &info))
            continue;
        if (signal_queue(to, &info) < 0) /* it has just ended */
            keep_sync(&p->sync, sig, &info);
    }
}

/* Nothing comes of it, not even the end of a call: as the kernel, which does not send it. */
static bool is_dropped(const struct thread *t, int sig)
{
    return t->proc->sighand->action[sig].handler == KSIG_IGN && !(t->sigmask & KSIG_BIT(sig)) && !t->trace.active;
}

/* True: it was no more than a notice. */
static bool take_notice(struct thread *t, const siginfo_t *info, ucontext_t *uc)
{
    bool only = info->si_code == TRACE_NOTICE || is_dropped(t, info->si_signo);
    int what = traced_rung(t, info->si_signo, only);
    if (what)
        cancel_window(uc);
    if (what == TRACE_WORK) {
        __atomic_fetch_or(&t->sig_taken, SIG_NOTICE, __ATOMIC_RELAXED);
        if (t->vcpu)
            vcpu_kick(t->vcpu);
    }
    return only;
}

/* What was sent to a thread before it was `current`. */
static __thread struct sync_signals early;

void signal_thread_begin(struct thread *t)
{
    siginfo_t info;
    current = t;
    for (int i = 0; i < 2; i++)
        if (claim_sync(&early, i, &info))
            keep_sync(&t->sync, i ? SIGBUS : SIGSEGV, &info);
    traced_missed(t);
}

void signal_host_handler(int sig, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    struct thread *t = current;
    if (sig == SIGSEGV || sig == SIGBUS) {
        if (is_own_fault(info, uc)) {
            uintptr_t fixup;
            if (!access_fixup((uintptr_t) uc->uc_mcontext.gregs[REG_RIP], &fixup))
                bug(__FILE__, __LINE__, sig == SIGSEGV ? "SIGSEGV in the supervisor" : "SIGBUS in the supervisor");
            uc->uc_mcontext.gregs[REG_RIP] = (greg_t) fixup;
            return;
        }
        if (!t) {
            if (process_self && info->si_code == TRACE_NOTICE)
                traced_rung_early(process_self, sig);
            else if (process_self)
                keep_sync(info->si_code == SI_TKILL ? &early : &process_self->sync, sig, info);
            return;
        }
        if (take_notice(t, info, uc))
            return;
        bool own = lets_in(t, sig) || info->si_code == SI_TKILL;
        keep_sync(own ? &t->sync : &t->proc->sync, sig, info);
        if (own && !lets_in(t, sig))
            return;
        __atomic_fetch_or(&t->sig_taken, 2, __ATOMIC_RELAXED);
        cancel_window(uc);
        if (t->vcpu)
            vcpu_kick(t->vcpu); /* it may come between the look at sig_taken and KVM_RUN */
        return;
    }
    if (!t) { /* a thread that the C library has just started with one of its own signals let in: after signal_block_all() */
        host(SYS_rt_tgsigqueueinfo, host(SYS_getpid), host(SYS_gettid), sig, info);
        set_context_mask(uc, signal_supervisor_mask);
        return;
    }
    BUG_ON(t->sig_taken & 1);
    t->sig_info = *info;
    if (KSIG_BIT(sig) & signal_fault_set())
        clean_code(&t->sig_info);
    __atomic_fetch_or(&t->sig_taken, 1, __ATOMIC_RELAXED);
    set_context_mask(uc, signal_supervisor_mask);
    cancel_window(uc);
}

void signal_set_mask(struct thread *t, ksigset_t mask)
{
    /* Who keeps one for the process sees this mask, or this thread sees what is kept: pairs with keep_sync(), lets_in(). */
    __atomic_store_n(&t->sigmask, mask & ~UNBLOCKABLE, __ATOMIC_SEQ_CST);
}

/* ---- windows ---- */

static void six(long a[6], va_list ap)
{
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(ap, long);
}

static long window(struct thread *t, long nr, const long a[6])
{
    return window_call(&t->sig_taken, nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* Let the host hand over what `mask` does not block, unless something is taken: in one step with that look, since what is taken has closed the mask,
 * and there is room for one. */
static bool open_mask(struct thread *t, ksigset_t mask)
{
    const long a[6] = {SIG_SETMASK, (long) &mask, 0, sizeof mask};
    return window(t, SYS_rt_sigprocmask, a) == 0;
}

/* For a moment: the kernel stops, kills or drops what has no handler, and hands over at most one that has. */
void signal_take(struct thread *t)
{
    open_mask(t, t->sigmask & ~SYNC_BITS);
    if (!(t->sig_taken & 1))
        signal_block_all();
}

/* Was there nothing but a notice, and is it done with? */
static bool only_noticed(struct thread *t)
{
    return __builtin_expect(t->sig_taken == SIG_NOTICE, 0) && traced_attend(t);
}

/* What is ignored, as by default the end of a child is, the kernel drops as it is sent, unless the process's first thread blocks it; and that one does
 * while it is in the supervisor. Then it would be another thread's to drop, whose call it would cut short, or its own, where the call does not find it
 * dropped. So nobody takes it in a call; in the guest it is dropped. */
static ksigset_t choose_quiet(struct thread *t)
{
    const struct process *p = t->proc;
    const ksigset_t *const set = &p->sighand->quiet;
    if (p->vfork_child || process_memory_shared())
        return 0;
    ksigset_t chosen;
    do {
        chosen = __atomic_load_n(set, __ATOMIC_SEQ_CST) & ~t->sigmask;
        __atomic_store_n(&t->quiet, chosen, __ATOMIC_SEQ_CST); /* who changes it sees this, or this sees the change */
    } while ((__atomic_load_n(set, __ATOMIC_SEQ_CST) & ~t->sigmask) != chosen);
    return chosen;
}

static bool is_alone(const struct thread *t)
{
    return __atomic_load_n(&t->proc->nthreads, __ATOMIC_ACQUIRE) == 1;
}

/* Until when a call waits that a notice may interrupt. What has an end on a clock is made again as it was, and to poll and select the host tells what
 * is left. */
struct wait {
    int arg;     /* a relative timeout that the call leaves as it is, 0: none */
    int64_t end; /* 0: none, or not known */
    struct timespec left;
    bool begun; /* the host has made it, or the guest's call that this one restarts, and was interrupted */
    long done;  /* bytes that have been transferred before */
};

static struct wait wait_begin(const struct thread *t, long nr, const long a[6])
{
    struct wait w = {.arg = nr == SYS_rt_sigtimedwait ? 2 : nr == SYS_epoll_pwait2 || nr == SYS_semtimedop ? 3 : 0};
    w.begun = t->nr == SYS_restart_syscall;
    const struct timespec *ts = w.arg ? (const struct timespec *) a[w.arg] : NULL;
    if (ts && ts->tv_sec >= 0 && (uint64_t) ts->tv_nsec < NSEC && (ts->tv_sec || ts->tv_nsec))
        w.end = clock_after(ts->tv_sec, ts->tv_nsec);
    else
        w.arg = 0;
    return w;
}

/* A socket may have a timeout of its own, which begins anew with each call: it is over at the first notice after that time. */
static int64_t socket_end(long nr, int fd)
{
    struct timeval tv = {0};
    socklen_t len = sizeof tv;
    int option = 0;
    switch (nr) {
    case SYS_read:
    case SYS_readv:
    case SYS_recvfrom:
    case SYS_recvmsg:
    case SYS_accept4:
        option = SO_RCVTIMEO;
        break;
    case SYS_write:
    case SYS_writev:
    case SYS_sendto:
    case SYS_sendmsg:
    case SYS_connect:
        option = SO_SNDTIMEO;
        break;
    }
    if (!option || host(SYS_getsockopt, fd, SOL_SOCKET, option, &tv, &len) || (!tv.tv_sec && !tv.tv_usec))
        return 0;
    return clock_after(tv.tv_sec, tv.tv_usec * 1000);
}

static int domain(int fd)
{
    int family = AF_UNSPEC;
    socklen_t len = sizeof family;
    host(SYS_getsockopt, fd, SOL_SOCKET, SO_DOMAIN, &family, &len);
    return family;
}

/* Of the bytes that a call is about `done` are where they belong. True: it goes on with the others, for Linux ends it before the last one for a signal
 * only, or says then why it does. */
static bool has_rest(long nr, long a[6], long done)
{
    struct msghdr *m = (struct msghdr *) a[1];
    struct iovec *iov = (struct iovec *) a[1];
    size_t n = (size_t) a[2];
    switch (nr) {
    case SYS_recvfrom:
        if ((a[3] & (MSG_WAITALL | MSG_PEEK)) != MSG_WAITALL)
            return false;
        break;
    case SYS_recvmsg:
        if ((a[2] & (MSG_WAITALL | MSG_PEEK)) != MSG_WAITALL || m->msg_control)
            return false;
        break;
    }
    switch (nr) {
    case SYS_write:
    case SYS_sendto:
    case SYS_recvfrom:
        a[1] += done;
        a[2] -= done;
        return a[2];
    case SYS_writev:
        iov_advance(&iov, &n, (size_t) done);
        a[1] = (long) iov;
        a[2] = (long) n;
        return n;
    case SYS_sendmsg:
    case SYS_recvmsg:
        m->msg_control = NULL; /* it has gone with the first byte */
        m->msg_controllen = 0;
        iov_advance(&m->msg_iov, &m->msg_iovlen, (size_t) done);
        return m->msg_iovlen;
    }
    return false;
}

/* What only a notice interrupted is made again, until its end; *r is for all of it. */
static bool wait_again(struct thread *t, struct wait *w, long nr, long a[6], long *r)
{
    const bool cut = *r == -EINTR || *r == -ERESTARTNOINTR;
    if (*r > 0 && only_noticed(t) && has_rest(nr, a, *r)) {
        w->done += *r;
        return true;
    }
    if (!cut || !only_noticed(t)) {
        if (w->begun && *r == -ERESTARTNOINTR)
            *r = -EINTR; /* not this time, but before */
        if (w->done)
            *r = w->done + MAX(*r, 0);
        return false;
    }
    w->begun |= *r == -EINTR;
    if (w->arg) {
        w->left = clock_left(w->end);
        a[w->arg] = (long) &w->left;
        return true;
    }
    if (!w->end)
        w->end = socket_end(nr, (int) a[0]);
    if (!w->end || clock_now() < w->end)
        return true;
    *r = w->done ? w->done : nr == SYS_connect && domain((int) a[0]) != AF_UNIX ? -EINPROGRESS : -EAGAIN;
    return false;
}

long sys_block(struct thread *t, long nr, ...)
{
    long a[6];
    va_list ap;
    va_start(ap, nr);
    six(a, ap);
    va_end(ap);
    struct wait w = wait_begin(t, nr, a);
    const ksigset_t guest = t->sigmask & ~SYNC_BITS;
    const bool open = vcpu_signals_open(t->vcpu, t->sigmask); /* before the look: what comes after that finds it so */
    if (t->sig_taken && !only_noticed(t))
        return w.begun ? -EINTR : -ERESTARTNOINTR; /* there is room for one; it is delivered first */
    ksigset_t now = open ? guest : signal_supervisor_mask;
    long r;
    do {
        const ksigset_t mask = guest | (is_alone(t) ? 0 : choose_quiet(t)); /* alone, it drops it before the call */
        if (mask != now && !open_mask(t, mask)) {
            r = -ERESTARTNOINTR;
        } else {
            now = mask;
            r = window(t, nr, a);
        }
    } while (wait_again(t, &w, nr, a, &r));
    __atomic_store_n(&t->quiet, 0, __ATOMIC_RELAXED);
    if (!(t->sig_taken & 1) && !(open && (now == guest || open_mask(t, guest))))
        signal_block_all();
    return r;
}

long sys_block_masked(struct thread *t, ksigset_t *mask, long nr, ...)
{
    long a[6];
    va_list ap;
    va_start(ap, nr);
    six(a, ap);
    va_end(ap);
    struct wait w = wait_begin(t, nr, a);
    long r;
    do {
        *mask = (t->sigmask & ~SYNC_BITS) | choose_quiet(t); /* those two are never blocked on the host */
        r = window(t, nr, a);
    } while (wait_again(t, &w, nr, a, &r));
    __atomic_store_n(&t->quiet, 0, __ATOMIC_RELAXED);
    return r == -ERESTARTNOINTR ? -EINTR : r;
}

void (*signal_watch)(struct thread *t, int sig, const siginfo_t *info);
