#include "task/signal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <ucontext.h>

#include "base/procfs.h"
#include "base/raw.h"
#include "mem/access.h"
#include "task/birth.h"
#include "task/clock.h"
#include "task/frame.h"
#include "task/process.h"

#define SYNC_BITS (KSIG_BIT(SIGSEGV) | KSIG_BIT(SIGBUS))
#define UNBLOCKABLE (KSIG_BIT(SIGKILL) | KSIG_BIT(SIGSTOP))
const ksigset_t signal_supervisor_mask = ~SYNC_BITS;

/* Flags of struct ksigaction that glibc hides or renames: KSA_RESTORER is in frame.h. */
#define KSA_FLAGS                                                                                                      \
    (SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER |                                 \
     (uint64_t) (uint32_t) SA_RESETHAND | 0x800 /* SA_EXPOSE_TAGBITS */ | KSA_RESTORER)

/* ---- the window of a blocking call ---- */

extern const char window_start[], window_end[], window_cancel[];
void signal_restorer(void);

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

static void set_host_mask(ksigset_t mask)
{
    host(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, 8);
    if (current && current->vcpu)
        vcpu_masked(current->vcpu);
}

void signal_block_all(void)
{
    set_host_mask(signal_supervisor_mask);
}

bool signal_close(struct thread *t)
{
    if (!vcpu_signals_open(t->vcpu, t->sigmask))
        return true;
    signal_block_all();
    if (!t->sig_taken)
        return true;
    t->in_syscall = true;
    t->regs->rax = (uint64_t) -ERESTARTNOINTR;
    return false;
}

void signal_block_every(void)
{
    set_host_mask(~0ull);
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

/* The host knows no thread that blocks these two, so it may have chosen one that does. One that does not gets them here. */
static void pass_on_sync(struct thread *t)
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
        if (info.si_code >= 0) /* which is for oneself only */
            info.si_code = signal_code_by_hand(info.si_code);
        if (host(SYS_rt_tgsigqueueinfo, p->pid, to, sig, &info) < 0) /* it has just ended */
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

static void on_signal(int sig, siginfo_t *info, void *context)
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
        t->sig_taken |= 2;
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
    t->sig_taken |= 1;
    set_context_mask(uc, signal_supervisor_mask);
    cancel_window(uc);
}

/* ---- dispositions ---- */

#define IGNORED_BITS (KSIG_BIT(SIGCHLD) | KSIG_BIT(SIGCONT) | KSIG_BIT(SIGURG) | KSIG_BIT(SIGWINCH))
#define STOP_BITS (KSIG_BIT(SIGSTOP) | KSIG_BIT(SIGTSTP) | KSIG_BIT(SIGTTIN) | KSIG_BIT(SIGTTOU))

bool signal_tell_deaths;

static bool is_deadly(int sig)
{
    return !(KSIG_BIT(sig) & (IGNORED_BITS | STOP_BITS));
}

static int host_action(int sig, uint64_t handler, uint64_t flags)
{
    struct ksigaction act = {.handler = handler, .flags = flags, .mask = ~0ull};
    if (handler > KSIG_IGN) {
        act.flags |= SA_SIGINFO | KSA_RESTORER;
        act.restorer = (uint64_t) (uintptr_t) signal_restorer;
        cpu_handle_signal(sig, on_signal, &act.handler, &act.flags, &act.mask);
    }
    return (int) host(SYS_rt_sigaction, sig, &act, NULL, 8);
}

/* The host's disposition that goes with the guest's: the same, but for handlers, which are ours. */
static int mirror_action(const struct sighand *sh, int sig, const struct ksigaction *act)
{
    if (KSIG_BIT(sig) & (SYNC_BITS | UNBLOCKABLE | cpu_own_signals()))
        return 0;
    uint64_t flags = act->flags & (SA_NOCLDSTOP | SA_NOCLDWAIT);
    if (sh->all && sig == SIGCHLD && act->handler == KSIG_IGN)
        flags |= SA_NOCLDWAIT;
    bool ours =
        act->handler > KSIG_IGN || sh->all || (signal_tell_deaths && act->handler == KSIG_DFL && is_deadly(sig));
    return host_action(sig, ours ? (uint64_t) (uintptr_t) on_signal : act->handler, flags);
}

static bool is_ignored_by_host(int sig)
{
    struct ksigaction act;
    return host(SYS_rt_sigaction, sig, NULL, &act, 8) == 0 && act.handler == KSIG_IGN;
}

ksigset_t signal_host_ignored(void)
{
    ksigset_t set = 0;
    for (int sig = 1; sig <= KSIG_MAX; sig++)
        if (is_ignored_by_host(sig))
            set |= KSIG_BIT(sig);
    return set;
}

ksigset_t signal_host_blocked(void)
{
    ksigset_t set = 0;
    host(SYS_rt_sigprocmask, SIG_SETMASK, NULL, &set, 8);
    return set;
}

/* What was ignored before and is no more. */
static ksigset_t update_quiet(struct sighand *sh)
{
    ksigset_t set = 0;
    for (int sig = 1; sig <= KSIG_MAX && !sh->all; sig++)
        if (sh->action[sig].handler <= KSIG_IGN)
            set |= KSIG_BIT(sig) & IGNORED_BITS;
    return __atomic_exchange_n(&sh->quiet, set, __ATOMIC_SEQ_CST) & ~set; /* pairs with choose_quiet() */
}

void signal_init(struct sighand *sh, ksigset_t ignored)
{
    sh->lock = (struct lock){0};
    sh->all = false;
    for (int sig = 1; sig <= KSIG_MAX; sig++) {
        sh->action[sig] = (struct ksigaction){.handler = ignored & KSIG_BIT(sig) ? KSIG_IGN : KSIG_DFL};
        /* Where the image before was traced, what it ignored had a handler of ours. Elsewhere the host knows, and to ignore once more would drop what
         * is pending. */
        if (ignored & KSIG_BIT(sig) ? !is_ignored_by_host(sig) : signal_tell_deaths && is_deadly(sig))
            mirror_action(sh, sig, &sh->action[sig]);
    }
    update_quiet(sh);
    host_action(SIGSEGV, (uint64_t) (uintptr_t) on_signal, 0);
    host_action(SIGBUS, (uint64_t) (uintptr_t) on_signal, 0);
    for (int sig = 1; sig <= KSIG_MAX; sig++)
        if (KSIG_BIT(sig) & cpu_own_signals())
            host_action(sig, (uint64_t) (uintptr_t) on_signal, 0);
    signal_block_all(); /* after exec these two were blocked until here */
}

void signal_take_all(struct sighand *sh, bool all)
{
    lock_take(&sh->lock);
    sh->all = all;
    for (int sig = 1; sig <= KSIG_MAX; sig++)
        if (sh->action[sig].handler <= KSIG_IGN)
            mirror_action(sh, sig, &sh->action[sig]);
    update_quiet(sh);
    lock_drop(&sh->lock);
}

/* Other threads in a call leave `lost` out, and it is not ignored any more: they look again. */
static void tell_windows(struct thread *t, ksigset_t lost)
{
    struct process *p = t->proc;
    struct thread *n;
    pthread_mutex_lock(&p->lock);
    LIST_FOREACH (n, &p->threads, link)
        if (n != t && (__atomic_load_n(&n->quiet, __ATOMIC_SEQ_CST) & lost))
            traced_notify(p->pid, thread_id(n), TRACE_RING);
    pthread_mutex_unlock(&p->lock);
}

static bool is_blocked_by_any(struct process *p, int sig)
{
    struct thread *n;
    bool blocked = false;
    pthread_mutex_lock(&p->lock);
    LIST_FOREACH (n, &p->threads, link)
        blocked |= (__atomic_load_n(&n->sigmask, __ATOMIC_SEQ_CST) & KSIG_BIT(sig)) != 0;
    pthread_mutex_unlock(&p->lock);
    return blocked;
}

int signal_action(struct sighand *sh, int sig, const struct ksigaction *act, struct ksigaction *old)
{
    ksigset_t lost = 0;
    /* What came while it was ignored may still be there, in the windows of all threads: none of them would have it natively. */
    bool stale = act && sig >= 1 && sig <= KSIG_MAX && act->handler > KSIG_IGN && (KSIG_BIT(sig) & IGNORED_BITS) &&
                 current && __atomic_load_n(&current->proc->nthreads, __ATOMIC_ACQUIRE) > 1 &&
                 !is_blocked_by_any(current->proc, sig);
    if (sig < 1 || sig > KSIG_MAX || (act && (KSIG_BIT(sig) & UNBLOCKABLE)))
        return -EINVAL;
    int r = 0;
    lock_take(&sh->lock);
    if (old)
        *old = sh->action[sig];
    if (act) {
        struct ksigaction next = *act;
        next.flags &= KSA_FLAGS;
        next.mask &= ~UNBLOCKABLE;
        if (stale && sh->action[sig].handler == KSIG_DFL && !sh->all)
            host_action(sig, KSIG_DFL, 0); /* to ignore it once more drops what is pending */
        r = mirror_action(sh, sig, &next);
        if (r == 0)
            sh->action[sig] = next;
        lost = update_quiet(sh);
        if (next.handler == KSIG_IGN && current) { /* ignoring discards what is pending */
            siginfo_t gone;
            while (signal_take_sync(current, KSIG_BIT(sig), &gone))
                ;
        }
    }
    lock_drop(&sh->lock);
    if (lost && current && __atomic_load_n(&current->proc->nthreads, __ATOMIC_ACQUIRE) > 1)
        tell_windows(current, lost);
    return r;
}

void signal_reclaim(struct sighand *sh)
{
    lock_take(&sh->lock);
    for (int sig = 32; sig <= 33; sig++)
        mirror_action(sh, sig, &sh->action[sig]);
    lock_drop(&sh->lock);
}

void signal_reset_handlers(struct sighand *sh)
{
    const struct ksigaction dfl = {0};
    for (int sig = 1; sig <= KSIG_MAX; sig++)
        if (sh->action[sig].handler > KSIG_IGN)
            signal_action(sh, sig, &dfl, NULL);
}

ksigset_t signal_ignored_set(struct sighand *sh)
{
    ksigset_t set = 0;
    lock_take(&sh->lock);
    for (int sig = 1; sig <= KSIG_MAX; sig++)
        if (sh->action[sig].handler == KSIG_IGN)
            set |= KSIG_BIT(sig);
    lock_drop(&sh->lock);
    return set;
}

void signal_set_mask(struct thread *t, ksigset_t mask)
{
    /* Who keeps one for the process sees this mask, or this thread sees what is kept: pairs with keep_sync(), lets_in(). */
    __atomic_store_n(&t->sigmask, mask & ~UNBLOCKABLE, __ATOMIC_SEQ_CST);
}

/* ---- taking signals ---- */

/* Open the host mask for a moment: the kernel stops, kills or drops what has no handler, and hands over at most one that has. */
void signal_take(struct thread *t)
{
    if (t->sig_taken & 1) /* it came in the guest, which a handler of ours ended */
        return;
    set_host_mask(t->sigmask & ~SYNC_BITS);
    if (!(t->sig_taken & 1))
        signal_block_all();
}

static void six(long a[6], va_list ap)
{
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(ap, long);
}

static long window(struct thread *t, long nr, const long a[6])
{
    return window_call(&t->sig_taken, nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static bool only_noticed(struct thread *t, long r)
{
    return __builtin_expect((r == -EINTR || r == -ERESTARTNOINTR) && t->sig_taken == SIG_NOTICE, 0) && traced_attend(t);
}

/* What is ignored by default, as the end of a child is, the kernel drops as it is sent, unless the process's first thread blocks it; and that one does while it is in the supervisor.
 * Then it would be another thread's to drop, whose call it would cut short. So nobody takes it in a call; in the guest it is dropped. */
static ksigset_t choose_quiet(struct thread *t)
{
    const struct process *p = t->proc;
    const ksigset_t *const set = &p->sighand->quiet;
    if (__atomic_load_n(&p->nthreads, __ATOMIC_ACQUIRE) == 1 || p->vfork_child || process_memory_shared())
        return 0;
    ksigset_t chosen;
    do {
        chosen = __atomic_load_n(set, __ATOMIC_SEQ_CST) & ~t->sigmask;
        __atomic_store_n(&t->quiet, chosen, __ATOMIC_SEQ_CST); /* who changes it sees this, or this sees the change */
    } while ((__atomic_load_n(set, __ATOMIC_SEQ_CST) & ~t->sigmask) != chosen);
    return chosen;
}

/* Until when a call waits that a notice may interrupt. What has an end on a clock is made again as it was, and to poll and select the host tells what
 * is left. */
struct wait {
    int arg;     /* a relative timeout that the call leaves as it is, 0: none */
    int64_t end; /* 0: none, or not known */
    struct timespec left;
    bool begun;
};

static struct wait wait_begin(long nr, const long a[6])
{
    struct wait w = {.arg = nr == SYS_rt_sigtimedwait ? 2 : nr == SYS_epoll_pwait2 || nr == SYS_semtimedop ? 3 : 0};
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

/* What only a notice interrupted is made again, until its end. */
static bool wait_again(struct thread *t, struct wait *w, long nr, long a[6], long *r)
{
    if (!only_noticed(t, *r)) {
        if (w->begun && *r == -ERESTARTNOINTR)
            *r = -EINTR; /* not this time, but before */
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
    *r = nr == SYS_connect ? -EINPROGRESS : -EAGAIN;
    return false;
}

long sys_block(struct thread *t, long nr, ...)
{
    long a[6];
    va_list ap;
    va_start(ap, nr);
    six(a, ap);
    va_end(ap);
    if (t->sig_taken)
        return -ERESTARTNOINTR; /* there is room for one; it is delivered first */
    const ksigset_t guest = t->sigmask & ~SYNC_BITS;
    const bool open = vcpu_signals_open(t->vcpu, t->sigmask);
    ksigset_t now = open ? guest : signal_supervisor_mask;
    struct wait w = wait_begin(nr, a);
    long r;
    do {
        const ksigset_t mask = guest | choose_quiet(t);
        if (mask != now && !open)
            set_host_mask(mask);
        else if (mask != now)
            host(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, 8);
        now = mask;
        r = window(t, nr, a);
    } while (wait_again(t, &w, nr, a, &r));
    __atomic_store_n(&t->quiet, 0, __ATOMIC_RELAXED);
    if (!(t->sig_taken & 1) && !open)
        signal_block_all();
    else if (!(t->sig_taken & 1) && now != guest)
        host(SYS_rt_sigprocmask, SIG_SETMASK, &guest, NULL, 8);
    return r;
}

long sys_block_masked(struct thread *t, ksigset_t *mask, long nr, ...)
{
    long a[6];
    va_list ap;
    va_start(ap, nr);
    six(a, ap);
    va_end(ap);
    struct wait w = wait_begin(nr, a);
    long r;
    do {
        *mask = (t->sigmask & ~SYNC_BITS) | choose_quiet(t); /* those two are never blocked on the host */
        r = window(t, nr, a);
    } while (wait_again(t, &w, nr, a, &r));
    __atomic_store_n(&t->quiet, 0, __ATOMIC_RELAXED);
    return r == -ERESTARTNOINTR ? -EINTR : r;
}

void (*signal_watch)(struct thread *t, int sig, const siginfo_t *info);

void signal_die(struct thread *t, int sig)
{
    if (signal_watch)
        signal_watch(t, sig, NULL);
    if (t) {
        traced_process_end(t, sig);
        process_last_words(t);
        process_release_memory(t);
    }
    ksigset_t only = ~KSIG_BIT(sig);
    host_action(sig, KSIG_DFL, 0);
    host(SYS_tgkill, host(SYS_getpid), host(SYS_gettid), sig);
    set_host_mask(only);
    /* Signals that do not kill by default never come here; one lost to a race with another thread's exit ends the same. */
    host(SYS_exit_group, 128 + sig);
    __builtin_unreachable();
}

/* ---- delivery ---- */

static void rewind_call(struct thread *t, uint64_t nr)
{
    t->regs->rax = nr;
    t->regs->rip -= 2;
}

/* What the interrupted call returns to a handler's program, by Linux's rules. */
static void finish_call(struct thread *t, bool handler, uint64_t flags)
{
    if (!t->in_syscall)
        return;
    t->in_syscall = false;
    switch (-(int64_t) t->regs->rax) {
    case ERESTARTSYS:
        if (handler && !(flags & SA_RESTART))
            t->regs->rax = (uint64_t) -EINTR;
        else
            rewind_call(t, t->nr);
        break;
    case ERESTARTNOINTR:
        rewind_call(t, t->nr);
        break;
    case ERESTARTNOHAND:
        if (handler)
            t->regs->rax = (uint64_t) -EINTR;
        else
            rewind_call(t, t->nr);
        break;
    case ERESTART_RESTARTBLOCK:
        if (handler)
            t->regs->rax = (uint64_t) -EINTR;
        else
            rewind_call(t, SYS_restart_syscall);
        break;
    }
}

/* Nobody of its session who is outside of the process group would continue it, as far as the line of parents tells. */
static bool group_is_orphaned(void)
{
    long group = host(SYS_getpgid, 0), session = host(SYS_getsid, 0), parent = host(SYS_getppid);
    while (parent > 0 && host(SYS_getpgid, parent) == group)
        parent = procfs_parent((int) parent);
    return parent <= 0 || host(SYS_getsid, parent) != session;
}

/* The default action of a signal that does not kill, and whose host disposition is not the default. */
static void default_action(struct thread *t, const siginfo_t *info)
{
    int sig = info->si_signo;
    struct sighand *sh = t->proc->sighand;
    if (KSIG_BIT(sig) & IGNORED_BITS)
        return;
    if (t->trace.active && sig != SIGSTOP && group_is_orphaned())
        return;
    if (t->trace.active) {
        traced_group_stop(t, sig);
        return;
    }
    lock_take(&sh->lock);
    if (sig != SIGSTOP)
        host_action(sig, KSIG_DFL, 0);
    host(SYS_tgkill, host(SYS_getpid), t->tid, sig);
    set_host_mask(~KSIG_BIT(sig));
    signal_block_all();
    mirror_action(sh, sig, &sh->action[sig]);
    lock_drop(&sh->lock);
}

static void deliver(struct thread *t, const siginfo_t *info)
{
    int sig = info->si_signo;
    struct sighand *sh = t->proc->sighand;
    lock_take(&sh->lock);
    struct ksigaction act = sh->action[sig];
    if (act.handler > KSIG_IGN && (act.flags & (uint64_t) (uint32_t) SA_RESETHAND)) {
        sh->action[sig].handler = KSIG_DFL;
        mirror_action(sh, sig, &sh->action[sig]);
    }
    lock_drop(&sh->lock);
    if (act.handler == KSIG_IGN)
        return;
    if (act.handler == KSIG_DFL) {
        if (is_deadly(sig) && (sh->all || signal_tell_deaths || KSIG_BIT(sig) & (SYNC_BITS | cpu_own_signals()))) {
            if (signal_watch)
                signal_watch(t, sig, info);
            signal_die(t, sig);
        }
        if (sh->all || sig == SIGSTOP) {
            default_action(t, info);
            return;
        }
        /* Its handler went while it was on its way: the host's default action, on the same signal again. */
        host(SYS_rt_tgsigqueueinfo, host(SYS_getpid), t->tid, sig, info);
        signal_take(t);
        return;
    }
    if (signal_watch)
        signal_watch(t, sig, info);
    finish_call(t, true, act.flags);
    ksigset_t old = t->restore_mask ? t->saved_mask : t->sigmask;
    t->restore_mask = false;
    if (frame_write(t, info, &act, old)) {
        siginfo_t segv = {.si_signo = SIGSEGV, .si_code = SI_KERNEL};
        signal_set_mask(t, old);
        if (sig == SIGSEGV) {
            struct ksigaction dfl = {0};
            signal_action(sh, SIGSEGV, &dfl, NULL);
        }
        signal_force(t, &segv);
        return;
    }
    signal_set_mask(t, t->sigmask | act.mask | (act.flags & SA_NODEFER ? 0 : KSIG_BIT(sig)));
    if (t->trace.active)
        traced_handler(t);
}

/* As force_sig_info_to_task(): before the tracer sees it. */
static void force_default(struct thread *t, int sig)
{
    static const struct ksigaction dfl;
    struct ksigaction act = {0};
    signal_action(t->proc->sighand, sig, NULL, &act);
    if (act.handler != KSIG_IGN && !(t->sigmask & KSIG_BIT(sig)))
        return;
    signal_action(t->proc->sighand, sig, &dfl, NULL);
    signal_set_mask(t, t->sigmask & ~KSIG_BIT(sig));
}

void signal_force(struct thread *t, const siginfo_t *info)
{
    siginfo_t chosen = *info;
    if (t->trace.active) {
        t->trace.call_rip = 0;
        force_default(t, info->si_signo);
        if (!traced_signal(t, &chosen))
            return;
        info = &chosen;
    }
    int sig = info->si_signo;
    struct ksigaction act = {0};
    signal_action(t->proc->sighand, sig, NULL, &act);
    if (act.handler <= KSIG_IGN || (t->sigmask & KSIG_BIT(sig))) {
        if (signal_watch)
            signal_watch(t, sig, info);
        /* A translator handles the faults of its program, and ends by kill(2) for one that the program does not handle. */
        if (t->proc->translated)
            warn("%s: its translator crashed with signal %d", t->proc->exe_path, sig);
        signal_die(t, sig);
    }
    t->in_syscall = false;
    deliver(t, info);
}

/* The kernel sends no SIGCHLD to a process that ignores it, traced or not. */
static bool ignored_child(const struct thread *t, const siginfo_t *info)
{
    return info->si_signo == SIGCHLD && info->si_code > 0 && t->proc->sighand->action[SIGCHLD].handler == KSIG_IGN;
}

void signal_work(struct thread *t)
{
    if (__builtin_expect(sync_taken(&t->proc->sync), 0))
        pass_on_sync(t);
    for (;;) {
        siginfo_t info;
        if (t->sig_taken & SIG_NOTICE) {
            __atomic_fetch_and(&t->sig_taken, ~SIG_NOTICE, __ATOMIC_RELAXED);
            if (!traced_look(t, &info))
                continue;
        } else if (t->sig_taken & 1) {
            info = t->sig_info;
            t->sig_taken &= ~1;
        } else if (signal_take_sync(t, ~t->sigmask, &info)) {
            t->sig_taken &= ~2;
        } else {
            t->sig_taken &= SIG_NOTICE;
            if (!t->sig_taken)
                break;
            continue;
        }
        if (!(KSIG_BIT(info.si_signo) & signal_fault_set()) && birth_failed_signal(&info))
            continue;
        if (t->trace.active && (ignored_child(t, &info) || !traced_signal(t, &info)))
            continue;
        deliver(t, &info);
    }
    finish_call(t, false, 0);
    if (t->restore_mask) {
        t->restore_mask = false;
        signal_set_mask(t, t->saved_mask);
    }
}
