/* Dispositions: the guest's, and those of the host that go with them. */
#include <errno.h>

#include "base/raw.h"
#include "task/frame.h"
#include "task/process.h"
#include "task/signal_parts.h"

/* Flags of struct ksigaction that glibc hides or renames: KSA_RESTORER is in frame.h. */
#define KSA_FLAGS                                                                                                      \
    (SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER |                                 \
     (uint64_t) (uint32_t) SA_RESETHAND | 0x800 /* SA_EXPOSE_TAGBITS */ | KSA_RESTORER)

#define REALTIME 32 /* from here on one may be pending several times */

bool signal_tell_deaths;

bool signal_is_deadly(int sig)
{
    return !(KSIG_BIT(sig) & (IGNORED_BITS | STOP_BITS));
}

int signal_host_action(int sig, uint64_t handler, uint64_t flags)
{
    struct ksigaction act = {.handler = handler, .flags = flags, .mask = ~0ull};
    if (handler > KSIG_IGN) {
        act.flags |= SA_SIGINFO | KSA_RESTORER;
        act.restorer = (uint64_t) (uintptr_t) signal_restorer;
        cpu_handle_signal(sig, signal_host_handler, &act.handler, &act.flags, &act.mask);
    }
    return (int) host(SYS_rt_sigaction, sig, &act, NULL, 8);
}

/* Whatever the guest wants of it. */
static bool is_ours(int sig)
{
    return KSIG_BIT(sig) & (SYNC_BITS | cpu_own_signals());
}

/* Of a traced process what it ignores comes to us, too, but not where the kernel goes by the disposition itself. */
static bool comes_to_tracer(const struct sighand *sh, int sig, uint64_t handler)
{
    return sh->all && !(handler == KSIG_IGN && (KSIG_BIT(sig) & TERMINAL_BITS));
}

int signal_mirror_action(const struct sighand *sh, int sig, const struct ksigaction *act)
{
    if (is_ours(sig) || (KSIG_BIT(sig) & UNBLOCKABLE))
        return 0;
    uint64_t flags = act->flags & (SA_NOCLDSTOP | SA_NOCLDWAIT);
    if (sh->all && sig == SIGCHLD && act->handler == KSIG_IGN)
        flags |= SA_NOCLDWAIT;
    bool ours = act->handler > KSIG_IGN || comes_to_tracer(sh, sig, act->handler) ||
                (signal_tell_deaths && act->handler == KSIG_DFL && signal_is_deadly(sig));
    return signal_host_action(sig, ours ? (uint64_t) (uintptr_t) signal_host_handler : act->handler, flags);
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

/* What was ignored before and is no more. One of a standard signal can be pending, but any number of the others: those are let in. */
static ksigset_t update_quiet(struct sighand *sh)
{
    ksigset_t set = 0;
    for (int sig = 1; sig < REALTIME; sig++) {
        const uint64_t handler = sh->action[sig].handler;
        if (!is_ours(sig) && !comes_to_tracer(sh, sig, handler) &&
            (handler == KSIG_IGN || (handler == KSIG_DFL && (KSIG_BIT(sig) & IGNORED_BITS))))
            set |= KSIG_BIT(sig);
    }
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
        if (ignored & KSIG_BIT(sig) ? !is_ignored_by_host(sig) : signal_tell_deaths && signal_is_deadly(sig))
            signal_mirror_action(sh, sig, &sh->action[sig]);
    }
    update_quiet(sh);
    for (int sig = 1; sig <= KSIG_MAX; sig++)
        if (is_ours(sig))
            signal_host_action(sig, (uint64_t) (uintptr_t) signal_host_handler, 0);
    signal_block_all(); /* after exec these two were blocked until here */
}

void signal_take_all(struct sighand *sh, bool all)
{
    lock_take(&sh->lock);
    sh->all = all;
    for (int sig = 1; sig <= KSIG_MAX; sig++)
        if (sh->action[sig].handler <= KSIG_IGN)
            signal_mirror_action(sh, sig, &sh->action[sig]);
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

enum signal_fate signal_fate(struct process *p, int sig)
{
    const uint64_t handler = p->sighand->action[sig].handler;
    if (comes_to_tracer(p->sighand, sig, handler) || handler > KSIG_IGN)
        return SIGNAL_COMES;
    if (handler == KSIG_IGN || (KSIG_BIT(sig) & IGNORED_BITS))
        return is_blocked_by_any(p, sig) ? SIGNAL_COMES : SIGNAL_DROPPED;
    return signal_is_deadly(sig) && !(KSIG_BIT(sig) & CORE_BITS) ? SIGNAL_DIES : SIGNAL_COMES;
}

int signal_action(struct sighand *sh, int sig, const struct ksigaction *act, struct ksigaction *old)
{
    ksigset_t lost = 0;
    /* What came while it was ignored may still be there, in the windows of all threads: none of them would have it natively. */
    const bool stale = act && sig >= 1 && sig <= KSIG_MAX && current &&
                       (__atomic_load_n(&sh->quiet, __ATOMIC_RELAXED) & KSIG_BIT(sig)) &&
                       __atomic_load_n(&current->proc->nthreads, __ATOMIC_ACQUIRE) > 1 &&
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
        if (stale && sh->action[sig].handler <= KSIG_IGN && !comes_to_tracer(sh, sig, sh->action[sig].handler))
            signal_host_action(sig, sh->action[sig].handler, 0); /* to ignore it once more drops what is pending */
        r = signal_mirror_action(sh, sig, &next);
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

void signal_end_action(struct sighand *sh, int sig)
{
    lock_take(&sh->lock);
    sh->ends[sig] = (int) host(SYS_getpid);
    signal_host_action(sig, KSIG_DFL, 0);
    lock_drop(&sh->lock);
}

void signal_repair_actions(struct sighand *sh, int pid)
{
    lock_take(&sh->lock);
    for (int sig = 1; sig <= KSIG_MAX; sig++) {
        if (sh->ends[sig] != pid)
            continue;
        sh->ends[sig] = 0;
        if (is_ours(sig))
            signal_host_action(sig, (uint64_t) (uintptr_t) signal_host_handler, 0);
        else
            signal_mirror_action(sh, sig, &sh->action[sig]);
    }
    lock_drop(&sh->lock);
}

void signal_reclaim(struct sighand *sh)
{
    lock_take(&sh->lock);
    for (int sig = 32; sig <= 33; sig++)
        signal_mirror_action(sh, sig, &sh->action[sig]);
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
