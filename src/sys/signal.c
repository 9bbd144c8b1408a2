/* System calls about signals: argument checks here, mechanism in task/signal.c. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "base/fds.h"
#include "base/procfs.h"
#include "sys/handlers.h"
#include "sys/tracee.h"
#include "task/birth.h"
#include "task/frame.h"
#include "task/signal.h"

#define KERNEL_SIGINFO                                                                                                 \
    48 /* what the kernel carries of a siginfo; it wants the rest of one that it does not know to be zero */

int64_t sys_rt_sigaction(struct thread *t, const uint64_t a[6])
{
    struct ksigaction act, old;
    if (a[3] != sizeof(ksigset_t))
        return -EINVAL;
    if (a[1] && get_user(t->proc->space, &act, gva(a[1])))
        return -EFAULT;
    int r = signal_action(t->proc->sighand, (int) a[0], a[1] ? &act : NULL, &old);
    if (r == 0 && a[2] && put_user(t->proc->space, gva(a[2]), &old))
        return -EFAULT;
    return r;
}

int64_t sys_rt_sigprocmask(struct thread *t, const uint64_t a[6])
{
    ksigset_t set, old = t->sigmask;
    if (a[3] != sizeof set)
        return -EINVAL;
    if (a[1]) {
        if (get_user(t->proc->space, &set, gva(a[1])))
            return -EFAULT;
        switch ((int) a[0]) {
        case SIG_BLOCK:
            set = old | set;
            break;
        case SIG_UNBLOCK:
            set = old & ~set;
            break;
        case SIG_SETMASK:
            break;
        default:
            return -EINVAL;
        }
        signal_set_mask(t, set);
    }
    return a[2] && put_user(t->proc->space, gva(a[2]), &old) ? -EFAULT : 0;
}

int64_t sys_rt_sigreturn(struct thread *t, const uint64_t a[6])
{
    (void) a;
    if (frame_return(t)) {
        const siginfo_t info = {.si_signo = SIGSEGV, .si_code = SI_KERNEL};
        signal_force(t, &info);
        t->refused = (struct selectors){0};
    }
    return -ENO_RESULT;
}

int64_t sys_rt_sigpending(struct thread *t, const uint64_t a[6])
{
    ksigset_t set = 0;
    if (a[1] > sizeof set)
        return -EINVAL;
    host(SYS_rt_sigpending, &set, sizeof set);
    int waiting = sync_taken(&t->sync) | sync_taken(&t->proc->sync);
    if (waiting & 1)
        set |= KSIG_BIT(SIGSEGV);
    if (waiting & 2)
        set |= KSIG_BIT(SIGBUS);
    set &= t->sigmask;
    return copy_out(t->proc->space, gva(a[0]), &set, a[1]) ? -EFAULT : 0;
}

int64_t sys_rt_sigsuspend(struct thread *t, const uint64_t a[6])
{
    ksigset_t set;
    if (a[1] != sizeof set)
        return -EINVAL;
    if (get_user(t->proc->space, &set, gva(a[0])))
        return -EFAULT;
    t->saved_mask = t->sigmask;
    t->restore_mask = true;
    signal_set_mask(t, set);
    if (!signal_sync_deliverable(t))
        sys_block(t, SYS_pause, 0, 0, 0, 0, 0, 0);
    return -ERESTARTNOHAND;
}

int64_t sys_pause(struct thread *t, const uint64_t a[6])
{
    (void) a;
    long r = sys_block(t, SYS_pause, 0, 0, 0, 0, 0, 0);
    return r == -ERESTARTNOINTR ? r : -ERESTARTNOHAND;
}

/* What a signal that the mask lets in does at once is not waited for (complete_signal(), sig_ignored()). The host knows that of what is for it to do, but
 * it has more blocked than the guest. True: it was dropped. */
static bool is_settled(struct thread *t, const siginfo_t *info)
{
    const int sig = info->si_signo;
    switch (t->sigmask & KSIG_BIT(sig) ? SIGNAL_COMES : signal_fate(t->proc, sig)) {
    case SIGNAL_DIES:
        if (signal_watch)
            signal_watch(t, sig, info);
        signal_die(t, sig);
    case SIGNAL_DROPPED:
        return true;
    case SIGNAL_COMES:
        break;
    }
    return !(KSIG_BIT(sig) & signal_fault_set()) && birth_failed_signal(info);
}

/* What has come to our handler, but was asked for: the program's must not run for it. */
static bool take_back(struct thread *t, ksigset_t set, siginfo_t *info)
{
    if (!(t->sig_taken & 1) || !(set & KSIG_BIT(t->sig_info.si_signo)))
        return signal_take_sync(t, set, info);
    *info = t->sig_info;
    __atomic_fetch_and(&t->sig_taken, ~1, __ATOMIC_RELAXED);
    return true;
}

int64_t sys_rt_sigtimedwait(struct thread *t, const uint64_t a[6])
{
    ksigset_t set;
    siginfo_t info;
    struct timespec timeout;
    int64_t end = CLOCK_NEVER;
    if (a[3] != sizeof set)
        return -EINVAL;
    if (get_user(t->proc->space, &set, gva(a[0])))
        return -EFAULT;
    if (a[2] && get_user(t->proc->space, &timeout, gva(a[2])))
        return -EFAULT;
    set &= ~(KSIG_BIT(SIGKILL) | KSIG_BIT(SIGSTOP));
    if (a[2] && timeout.tv_sec >= 0 && (uint64_t) timeout.tv_nsec < NSEC)
        end = clock_after(timeout.tv_sec, timeout.tv_nsec);
    memset(&info, 0, sizeof info);
    __atomic_store_n(&t->sync_wanted, set, __ATOMIC_SEQ_CST); /* before the look: as signal_set_mask() */
    long r = 0;
    do {
        if (r && end != CLOCK_NEVER)
            timeout = clock_left(end);
        r = 0;
        if (!take_back(t, set, &info))
            r = sys_block(t, SYS_rt_sigtimedwait, &set, &info, a[2] ? &timeout : NULL, sizeof set, 0, 0);
        if (!r || ((r == -ERESTARTNOINTR || r == -EINTR) && take_back(t, set, &info)))
            r = info.si_signo;
    } while (r > 0 && is_settled(t, &info));
    __atomic_store_n(&t->sync_wanted, 0, __ATOMIC_SEQ_CST);
    if (r > 0 && a[1] && put_user(t->proc->space, gva(a[1]), &info))
        return -EFAULT;
    return r;
}

/* SIGSTOP of a traced process is not the host's, nor is a SIGKILL that makes an event. */
static bool is_asked(struct thread *t, int pid, int tid, int sig, int code)
{
    siginfo_t info = {.si_signo = sig, .si_code = code};
    if (sig != SIGSTOP && sig != SIGKILL)
        return false;
    info.si_pid = t->proc->pid;
    info.si_uid = (unsigned) host(SYS_getuid);
    return tracee_ask(t, pid, tid, &info);
}

/* What may be for this very process is sent with the guest's mask: the host's choice of a thread, which prefers the first, and then the caller, is
 * by the masks at that moment, and one that lets in nothing would never be it. */
static long send(struct thread *t, long nr, long p1, long p2, int sig, const siginfo_t *info, long p5)
{
    if (nr == SYS_rt_tgsigqueueinfo)
        return host(nr, p1, p2, sig, info);
    return sys_block(t, nr, p1, (long) sig, info, p5, 0l, 0l);
}

/* Whom a call names, if it is one process; else 0. */
static int named(long nr, long p1, long flags)
{
    if (nr != SYS_pidfd_send_signal)
        return (int) p1;
    if (flags)
        return 0;
    fds_create_lock();
    const int pid = procfs_pidfd((int) p1);
    fds_create_unlock();
    return MAX(pid, 0);
}

/* siginfo for another process: the host checks it, but reads it from us once. */
static int64_t queue(struct thread *t, long nr, long p1, long p2, int sig, uint64_t uinfo, long p5)
{
    siginfo_t info;
    if (get_user(t->proc->space, &info, gva(uinfo))) {
        if (nr == SYS_pidfd_send_signal)
            return host(nr, p1, sig, -PAGE_SIZE, p5); /* which looks at the descriptor first */
        return -EFAULT;
    }
    if (sig > 0 && sig <= KSIG_MAX && (KSIG_BIT(sig) & signal_fault_set()) && info.si_code > 0 &&
        (nr != SYS_pidfd_send_signal || info.si_signo == sig)) {
        /* What looks like a fault must not be taken for one of ours. Whether it may be sent (to itself only) is asked with signal 0. */
        info.si_signo = 0;
        long r = send(t, nr, p1, p2, 0, &info, p5);
        if (r < 0)
            return r;
        info.si_signo = sig;
        info.si_code = signal_code_by_hand(info.si_code);
        memset((char *) &info + KERNEL_SIGINFO, 0, sizeof info - KERNEL_SIGINFO);
    }
    if ((sig == SIGSTOP || sig == SIGKILL) && (nr != SYS_pidfd_send_signal || info.si_signo == sig)) {
        siginfo_t probe = info;
        probe.si_signo = 0;
        long r = send(t, nr, p1, p2, 0, &probe, p5);
        if (r < 0)
            return r;
        probe.si_signo = sig;
        memset((char *) &probe + KERNEL_SIGINFO, 0, sizeof probe - KERNEL_SIGINFO);
        if (tracee_ask(t, named(nr, p1, p5), nr == SYS_rt_tgsigqueueinfo ? (int) p2 : 0, &probe))
            return r;
    }
    return send(t, nr, p1, p2, sig, &info, p5);
}

int64_t sys_rt_sigqueueinfo(struct thread *t, const uint64_t a[6])
{
    return queue(t, SYS_rt_sigqueueinfo, (int) a[0], 0, (int) a[1], a[2], 0);
}

int64_t sys_rt_tgsigqueueinfo(struct thread *t, const uint64_t a[6])
{
    return queue(t, SYS_rt_tgsigqueueinfo, (int) a[0], (int) a[1], (int) a[2], a[3], 0);
}

int64_t sys_pidfd_send_signal(struct thread *t, const uint64_t a[6])
{
    const bool stops = (int) a[1] == SIGSTOP || (int) a[1] == SIGKILL;
    if (!a[2] && stops && is_asked(t, named(SYS_pidfd_send_signal, (long) a[0], (long) a[3]), 0, (int) a[1], SI_USER))
        return 0;
    if (!a[2])
        return send(t, SYS_pidfd_send_signal, (long) a[0], 0, (int) a[1], NULL, (long) a[3]);
    return queue(t, SYS_pidfd_send_signal, (long) a[0], 0, (int) a[1], a[2], (long) a[3]);
}

int64_t sys_kill(struct thread *t, const uint64_t a[6])
{
    if (is_asked(t, (int) a[0], 0, (int) a[1], SI_USER)) /* once: not by a call that can be made again */
        return 0;
    return send(t, SYS_kill, (int) a[0], 0, (int) a[1], NULL, 0);
}

int64_t sys_tkill(struct thread *t, const uint64_t a[6])
{
    if (is_asked(t, (int) a[0], (int) a[0], (int) a[1], SI_TKILL))
        return 0;
    return host(SYS_tkill, (int) a[0], (int) a[1]);
}

int64_t sys_tgkill(struct thread *t, const uint64_t a[6])
{
    if (is_asked(t, (int) a[0], (int) a[1], (int) a[2], SI_TKILL))
        return 0;
    return host(SYS_tgkill, (int) a[0], (int) a[1], (int) a[2]);
}

struct guest_stack_t {
    uint64_t sp;
    int32_t flags, pad;
    uint64_t size;
};

int64_t sys_sigaltstack(struct thread *t, const uint64_t a[6])
{
    struct guest_stack_t new_stack,
        old = {.sp = t->altstack_sp,
               .size = t->altstack_size,
               .flags = frame_altstack_flags(t, t->regs->rsp) | (t->altstack_flags & (int) (1u << 31))};
    if (a[0]) {
        if (get_user(t->proc->space, &new_stack, gva(a[0])))
            return -EFAULT;
        /* What is already so is not checked again, as in Linux. */
        bool same = !(old.flags & SS_ONSTACK) && new_stack.sp == t->altstack_sp && new_stack.size == t->altstack_size &&
                    new_stack.flags == t->altstack_flags;
        int r = same ? 0 : frame_set_altstack(t, new_stack.sp, new_stack.flags, new_stack.size);
        if (r)
            return r;
    }
    return a[1] && put_user(t->proc->space, gva(a[1]), &old) ? -EFAULT : 0;
}

static int64_t make_signalfd(struct thread *t, int fd, uint64_t uset, uint64_t size, int flags)
{
    ksigset_t set;
    if (size != sizeof set)
        return -EINVAL;
    if (get_user(t->proc->space, &set, gva(uset)))
        return -EFAULT;
    return host(SYS_signalfd4, fd, &set, sizeof set, flags);
}

int64_t sys_signalfd(struct thread *t, const uint64_t a[6])
{
    return make_signalfd(t, (int) a[0], a[1], a[2], 0);
}

int64_t sys_signalfd4(struct thread *t, const uint64_t a[6])
{
    return make_signalfd(t, (int) a[0], a[1], a[2], (int) a[3]);
}

int64_t sys_restart_syscall(struct thread *t, const uint64_t a[6])
{
    (void) a;
    return t->restart_fn ? t->restart_fn(t) : -EINTR; /* once more, when that is interrupted, until a handler returns */
}
