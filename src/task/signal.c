#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "base/procfs.h"
#include "base/raw.h"
#include "mem/access.h"
#include "task/birth.h"
#include "task/frame.h"
#include "task/process.h"
#include "task/signal_parts.h"

/* The first process of a pid namespace is killed by what it does, not by what it sends itself (force_sig_info_to_task()): `sig` is the default
 * action's, and this is what makes it. */
static void die_by_own_doing(int sig)
{
    struct sock_filter kill = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    const struct sock_fprog all = {1, &kill};
    long at;
    switch (sig) {
    case SIGSEGV:
        __asm__ volatile("hlt");
        break;
    case SIGILL:
        __asm__ volatile("ud2");
        break;
    case SIGFPE:
        __asm__ volatile("divb %%cl" ::"a"(0), "c"(0));
        break;
    case SIGTRAP:
        __asm__ volatile("int3");
        break;
    case SIGBUS: /* behind the end of its memory */
        at = host(SYS_mmap, NULL, PAGE_SIZE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        at = host(SYS_mremap, at, PAGE_SIZE, 2 * PAGE_SIZE, MREMAP_MAYMOVE);
        if (at > 0)
            (void) *(volatile char *) (at + PAGE_SIZE);
        break;
    case SIGSYS:
        host(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        host(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &all);
        break; /* the next call */
    }
}

void signal_die(struct thread *t, int sig)
{
    if (signal_watch)
        signal_watch(t, sig, NULL);
    if (t) {
        traced_process_end(t, sig);
        process_last_words(t);
        process_release_memory(t);
    }
    signal_block_every();
    host(SYS_tgkill, host(SYS_getpid), host(SYS_gettid), sig);
    if (t)
        signal_end_action(t->proc->sighand, sig);
    else
        signal_host_action(sig, KSIG_DFL, 0);
    signal_set_host_mask(~KSIG_BIT(sig));
    if (host(SYS_getpid) == 1)
        die_by_own_doing(sig);
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

void signal_stop(struct thread *t, int sig)
{
    struct sighand *sh = t->proc->sighand;
    lock_take(&sh->lock);
    if (sig != SIGSTOP)
        signal_host_action(sig, KSIG_DFL, 0);
    host(SYS_tgkill, host(SYS_getpid), t->tid, sig);
    signal_set_host_mask(~KSIG_BIT(sig));
    signal_block_all();
    signal_mirror_action(sh, sig, &sh->action[sig]);
    lock_drop(&sh->lock);
}

/* The default action of a signal that does not kill, and whose host disposition is not the default. */
static void default_action(struct thread *t, const siginfo_t *info)
{
    int sig = info->si_signo;
    if (KSIG_BIT(sig) & IGNORED_BITS)
        return;
    if (t->trace.active && sig != SIGSTOP && group_is_orphaned())
        return;
    if (t->trace.active)
        traced_group_stop(t, sig);
    else
        signal_stop(t, sig);
}

long signal_queue(int tid, const siginfo_t *info)
{
    siginfo_t si = *info;
    if ((KSIG_BIT(si.si_signo) & signal_fault_set()) && si.si_code >= 0)
        si.si_code = signal_code_by_hand(si.si_code);
    return host(SYS_rt_tgsigqueueinfo, host(SYS_getpid), tid, si.si_signo, &si);
}

static void deliver(struct thread *t, const siginfo_t *info)
{
    int sig = info->si_signo;
    struct sighand *sh = t->proc->sighand;
    lock_take(&sh->lock);
    struct ksigaction act = sh->action[sig];
    if (act.handler > KSIG_IGN && (act.flags & (uint64_t) (uint32_t) SA_RESETHAND)) {
        sh->action[sig].handler = KSIG_DFL;
        signal_mirror_action(sh, sig, &sh->action[sig]);
    }
    lock_drop(&sh->lock);
    if (act.handler == KSIG_IGN)
        return;
    if (act.handler == KSIG_DFL) {
        if (!signal_is_deadly(sig)) {
            default_action(t, info);
            return;
        }
        /* The first process of a pid namespace ends by itself only. */
        if (host(SYS_getpid) == 1)
            return;
        /* Also when its handler went while it was on its way, or its tracer: what else is pending has come later. */
        if (signal_watch)
            signal_watch(t, sig, info);
        signal_die(t, sig);
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

void signal_force_after(struct thread *t, const siginfo_t *info)
{
    force_default(t, info->si_signo);
    signal_queue(t->tid, info);
}

/* The kernel sends no SIGCHLD to a process that ignores it, traced or not. */
static bool ignored_child(const struct thread *t, const siginfo_t *info)
{
    return info->si_signo == SIGCHLD && info->si_code > 0 && t->proc->sighand->action[SIGCHLD].handler == KSIG_IGN;
}

void signal_work(struct thread *t)
{
    if (__builtin_expect(sync_taken(&t->proc->sync), 0))
        signal_pass_on_sync(t);
    for (;;) {
        siginfo_t info;
        if (t->sig_taken & SIG_NOTICE) {
            __atomic_fetch_and(&t->sig_taken, ~SIG_NOTICE, __ATOMIC_RELAXED);
            if (!traced_look(t, &info))
                continue;
        } else if (t->sig_taken & 1) {
            info = t->sig_info;
            __atomic_fetch_and(&t->sig_taken, ~1, __ATOMIC_RELAXED);
        } else if (signal_take_sync(t, ~t->sigmask, &info)) {
            __atomic_fetch_and(&t->sig_taken, ~2, __ATOMIC_RELAXED);
        } else {
            if (!__atomic_and_fetch(&t->sig_taken, SIG_NOTICE, __ATOMIC_RELAXED))
                break;
            continue;
        }
        if (!(KSIG_BIT(info.si_signo) & signal_fault_set()) && birth_failed_signal(&info))
            continue;
        if (info.si_signo == SIGCONT && t->proc->traced)
            traced_continued(t);
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
