/* Where a running thread stops: signals, calls, events, steps. */
#include "task/traced_stop.h"

#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>

#include "base/raw.h"
#include "mem/access.h"
#include "task/process.h"
#include "task/signal.h"
#include "task/watch.h"

#define FLAG_TF 0x100ull
#define DR6_STEP 0x4000ull
#define VECTOR_DB 1

/* ---- signals ---- */

int traced_signal(struct thread *t, siginfo_t *info)
{
    struct traced *b = &t->trace;
    int sig = info->si_signo, tracer = load(&b->tracer_tid);
    if (b->active && !load(&b->tracer_pid))
        traced_leave(t);
    if (!b->active || sig == SIGKILL)
        return sig;
    sig = traced_stop(t, sig, info);
    if (!sig)
        return 0;
    if (b->changed & TRACED_INFO)
        *info = b->info;
    if (sig != info->si_signo) {
        *info = (siginfo_t){.si_signo = sig, .si_code = SI_USER};
        info->si_pid = tracer;
        info->si_uid = b->signal_uid;
    }
    if (t->sigmask & KSIG_BIT(sig) && sig != SIGSTOP && sig != SIGKILL) {
        signal_queue(t->tid, info);
        return 0;
    }
    return sig;
}

void traced_handler(struct thread *t)
{
    if (t->trace.mode == PTRACE_SINGLESTEP)
        traced_stop_notify(t, SIGTRAP, SIGTRAP);
}

static bool has_heard(const struct traced *b)
{
    const struct process *p = current->proc;
    return b->group_done != load(&p->group_seq) || load(&b->interrupt_asked) != b->interrupt_done ||
           !load(&b->tracer_pid);
}

/* PTRACE_LISTEN: stopped, with its signals held back, until something happens that the tracer wants to know. False: that nobody does any more. */
static bool listen_on(struct thread *t)
{
    struct traced *b = &t->trace;
    if (!traced_wait(t, has_heard))
        traced_abandon(t);
    if (!load(&b->tracer_pid))
        traced_leave(t);
    return b->active && !traced_is_dying(t);
}

/* The stop of a seized one that tells whether its group is stopped. */
static void trap(struct thread *t)
{
    struct traced *b = &t->trace;
    do {
        b->group_done = load(&t->proc->group_seq);
        int stop = load(&t->proc->group_stop), sig = stop ? stop : SIGTRAP;
        b->group_stop = stop != 0;
        traced_stop_notify(t, sig, EVENT_STATUS(sig, PTRACE_EVENT_STOP));
    } while (b->mode == PTRACE_LISTEN && listen_on(t));
}

/* The group has stopped, or goes on. */
static void follow_group(struct thread *t)
{
    struct traced *b = &t->trace;
    b->group_done = load(&t->proc->group_seq);
    int sig = load(&t->proc->group_stop);
    if (b->seized) {
        trap(t);
    } else if (sig) {
        b->group_stop = 1;
        traced_stop(t, sig, NULL);
    }
}

void traced_look_all(struct thread *t)
{
    struct process *p = t->proc;
    struct thread *o;
    int pid = (int) host(SYS_getpid);
    pthread_mutex_lock(&p->lock);
    LIST_FOREACH (o, &p->threads, link)
        if (o != t && thread_id(o))
            traced_notify(pid, thread_id(o), TRACE_RING);
    pthread_mutex_unlock(&p->lock);
    if (t->tid != pid)
        traced_notify(pid, pid, TRACE_RING);
}

static void group_change(struct thread *t, int stop)
{
    struct process *p = t->proc;
    store(&p->group_stop, stop);
    __atomic_add_fetch(&p->group_seq, 1, __ATOMIC_ACQ_REL);
    if (p->nthreads > 1)
        traced_look_all(t);
}

bool traced_cont_pends(void)
{
    ksigset_t set = 0;
    host(SYS_rt_sigpending, &set, sizeof set);
    return set & KSIG_BIT(SIGCONT);
}

void traced_continue(struct thread *t)
{
    if (traced_cont_pends() && !__atomic_exchange_n(&t->proc->cont_seen, 1, __ATOMIC_ACQ_REL))
        group_change(t, 0);
}

void traced_continued(struct thread *t)
{
    if (__atomic_exchange_n(&t->proc->cont_seen, 0, __ATOMIC_ACQ_REL))
        return;
    group_change(t, 0);
    if (t->trace.active)
        follow_group(t);
}

/* As the kernel does it when SIGSTOP is sent, to a SIGCONT that has come before. */
static void drop_continuation(struct process *p)
{
    const ksigset_t set = KSIG_BIT(SIGCONT);
    const struct timespec now = {0};
    if (__atomic_exchange_n(&p->cont_seen, 0, __ATOMIC_ACQ_REL))
        host(SYS_rt_sigtimedwait, &set, NULL, &now, sizeof set);
}

void traced_group_stop(struct thread *t, int sig)
{
    if (traced_cont_pends()) /* sent since */
        return;
    group_change(t, sig);
    follow_group(t);
}

bool traced_look(struct thread *t, siginfo_t *info)
{
    struct traced *b = &t->trace;
    struct process *p = t->proc;
    b->look = 0;
    tracer_attend(t);
    traced_accept(t);
    if (traced_is_ended(t) || load(&b->kill_asked))
        traced_die(t);
    if (b->active && !load(&b->tracer_pid))
        traced_leave(t);
    if (!b->active)
        return false;
    if (b->group_done != load(&p->group_seq))
        follow_group(t);
    if (b->active && load(&b->interrupt_asked) != b->interrupt_done)
        trap(t);
    if (b->stop_asked == b->stop_done)
        return false;
    b->stop_done = b->stop_asked;
    drop_continuation(p);
    *info = b->stop_info;
    info->si_signo = SIGSTOP;
    return true;
}

/* ---- calls ---- */

int traced_call_stop(struct thread *t, int op)
{
    struct traced *b = &t->trace;
    b->call_op = op;
    b->message = (uint64_t) op; /* PTRACE_EVENTMSG_SYSCALL_ENTRY and _EXIT are the same numbers */
    b->call[0] = t->nr;
    memcpy(b->call + 1, t->args, sizeof t->args);
    return traced_stop_notify(t, SIGTRAP, SIGTRAP | (b->options & PTRACE_O_TRACESYSGOOD ? 0x80 : 0));
}

void traced_send_self(struct thread *t, int sig)
{
    const siginfo_t info = {.si_signo = sig, .si_code = SI_KERNEL};
    if (sig == SIGSTOP && t->trace.active) {
        t->trace.stop_info = info;
        __atomic_add_fetch(&t->trace.stop_asked, 1, __ATOMIC_ACQ_REL);
        __atomic_fetch_or(&t->sig_taken, SIG_NOTICE, __ATOMIC_RELAXED);
    } else if (sig > 0 && sig < NSIG) { /* a stop of a call that is told apart is none */
        signal_queue(t->tid, &info);
    }
}

void traced_call(struct thread *t)
{
    struct traced *b = &t->trace;
    bool emulate = b->mode == PTRACE_SYSEMU || b->mode == PTRACE_SYSEMU_SINGLESTEP, skip = false;
    if (emulate || b->mode == PTRACE_SYSCALL) {
        t->in_syscall = true;
        t->regs->rax = (uint64_t) -ENOSYS;
        traced_send_self(t, traced_call_stop(t, PTRACE_SYSCALL_INFO_ENTRY));
        const struct cpu_regs *r = t->regs;
        skip = emulate || !t->in_syscall;
        memcpy(t->args, (uint64_t[6]){r->rdi, r->rsi, r->rdx, r->r10, r->r8, r->r9}, sizeof t->args);
    } else {
        t->regs->rax = (uint64_t) -ENOSYS;
    }
    if (!skip)
        sys_dispatch(t);
    b->call_rip = t->in_syscall ? t->regs->rip : 0;
    if (b->active && b->mode == PTRACE_SYSCALL)
        traced_send_self(t, traced_call_stop(t, PTRACE_SYSCALL_INFO_EXIT));
    if (b->active && b->mode == PTRACE_SINGLESTEP) { /* of a call that is not made the step ends with what follows it */
        siginfo_t si = {.si_signo = SIGTRAP, .si_code = TRAP_BRKPT};
        si.si_addr = (void *) t->regs->rip;
        t->trap = (struct trap_info){VECTOR_DB, 0, t->trap.cr2};
        signal_force_after(t, &si);
    }
}

bool traced_wants(const struct thread *t, int event)
{
    return t->trace.active && (t->trace.options >> event & 1);
}

bool traced_event(struct thread *t, int event, uint64_t message)
{
    if (!traced_wants(t, event))
        return false;
    t->trace.message = message;
    traced_stop_notify(t, SIGTRAP, EVENT_STATUS(SIGTRAP, event));
    return true;
}

bool traced_seccomp(struct thread *t, uint16_t data)
{
    struct traced *b = &t->trace;
    if (!traced_wants(t, PTRACE_EVENT_SECCOMP))
        return false;
    t->in_syscall = true;
    t->regs->rax = (uint64_t) -ENOSYS;
    b->call_op = PTRACE_SYSCALL_INFO_SECCOMP;
    b->call[0] = t->nr;
    memcpy(b->call + 1, t->args, sizeof t->args);
    traced_event(t, PTRACE_EVENT_SECCOMP, data);
    const struct cpu_regs *r = t->regs;
    memcpy(t->args, (uint64_t[6]){r->rdi, r->rsi, r->rdx, r->r10, r->r8, r->r9}, sizeof t->args);
    if (!t->in_syscall)
        t->nr = ~0ull; /* skipped */
    return true;
}

/* ---- steps ---- */

static bool is_step(const struct cpu_fault *f)
{
    return f->vector == VECTOR_DB && f->addr.v & DR6_STEP;
}

static bool is_stepped(const struct traced *b)
{
    return b->mode == PTRACE_SINGLESTEP || b->mode == PTRACE_SYSEMU_SINGLESTEP;
}

/* Forget the flag where the guest would find it later on. */
static void hide_flag(struct thread *t, enum cpu_event event, const struct watch *w)
{
    uint64_t flags;
    if (event == CPU_SYSCALL)
        t->regs->r11 &= ~FLAG_TF;
    else if (w->touches.pushes_flags && get_user(t->proc->space, &flags, gva(t->regs->rsp)) == 0) {
        flags &= ~FLAG_TF;
        put_user(t->proc->space, gva(t->regs->rsp), &flags);
    }
}

/* Stepping goes by the trap flag, which is nobody's to see but the processor's: set just before a run and hidden after it. Where a debug register is
 * enabled each instruction is a step, and those that meet nothing end here. */
enum cpu_event traced_run(struct thread *t, struct cpu_fault *fault)
{
    struct traced *b = &t->trace;
    const bool watched = watch_is_on(b);
    for (;;) {
        struct watch w;
        if (watched && watch_before(t, &w, fault))
            return CPU_FAULT;
        const bool own = (watched || is_stepped(b)) && !(t->regs->rflags & FLAG_TF);
        if (own)
            t->regs->rflags |= FLAG_TF;
        vcpu_tell_faults(t->vcpu);
        enum cpu_event event = vcpu_run(t->vcpu, t->sigmask, fault);
        if (own)
            t->regs->rflags &= ~FLAG_TF;
        if (!watched)
            return event;
        const bool silent = own && !is_stepped(b), done = event == CPU_FAULT && is_step(fault);
        if (silent && (done || event == CPU_SYSCALL))
            hide_flag(t, event, &w);
        if (!done)
            return event;
        const unsigned hits = watch_after(t, &w);
        fault->addr = gva(hits | (silent ? 0 : DR6_STEP));
        if (fault->addr.v)
            return event;
        if (signal_work_pending(t))
            return CPU_SIGNAL;
    }
}

void traced_debug(struct thread *t, uint64_t dr6)
{
    t->trace.dr[6] = dr6 & (DR6_STEP | 15);
}
