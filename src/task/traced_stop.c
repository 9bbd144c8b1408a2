/* Stops, and what passes between the two supervisors (docs/internals/ptrace.md). */
#include "task/traced_stop.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "base/fds.h"
#include "base/raw.h"
#include "task/frame.h"
#include "task/process.h"
#include "task/seccomp.h"
#include "task/signal.h"

/* ---- between supervisors ---- */

static int move(long nr, int tid, uint64_t at, void *buf, size_t size)
{
    struct iovec local = {buf, size}, remote = {(void *) at, size};
    long r = host(nr, tid, &local, 1, &remote, 1, 0);
    return r < 0 ? (int) r : (size_t) r == size ? 0 : -EFAULT;
}

int traced_peek(int tid, uint64_t at, void *buf, size_t size)
{
    return move(SYS_process_vm_readv, tid, at, buf, size);
}

int traced_poke(int tid, uint64_t at, const void *buf, size_t size)
{
    return move(SYS_process_vm_writev, tid, at, (void *) buf, size);
}

long traced_notify(int pid, int tid, int sig)
{
    siginfo_t si = {.si_signo = sig, .si_code = TRACE_NOTICE};
    return tid ? host(SYS_rt_tgsigqueueinfo, pid, tid, sig, &si) : host(SYS_rt_sigqueueinfo, pid, sig, &si);
}

bool traced_tell(struct thread *t)
{
    struct traced *b = &t->trace;
    int sig = load(&b->known) ? TRACE_RING : TRACE_STRANGER;
    if (!load(&b->tracer_pid))
        return false; /* it let go of us as it ended */
    long r = traced_notify(b->tracer_pid, b->tracer_tid, sig);
    if (r == -ESRCH)
        r = traced_notify(b->tracer_pid, 0, sig);
    return r != -ESRCH;
}

bool traced_is_ended(const struct thread *t)
{
    const int by = load(&t->proc->exec_by);
    return load(&t->proc->ending) || (by && by != t->tid);
}

bool traced_has_work(const struct thread *t)
{
    const struct traced *b = &t->trace;
    const struct process *p = t->proc;
    if (b->over)
        return false;
    if (traced_is_ended(t) || load(&b->kill_asked))
        return true;
    if (!b->active != !load(&b->tracer_pid))
        return true;
    if (!b->active)
        return false;
    return b->group_done != load(&p->group_seq) || load(&b->interrupt_asked) != b->interrupt_done ||
           load(&b->stop_asked) != b->stop_done;
}

int traced_rung(struct thread *t, int sig, bool notice)
{
    struct tracer *me = &t->proc->tracer;
    if (sig == TRACE_STRANGER)
        store(&me->strangers, 1);
    t->trace.look = 1;
    if (t->trace.over)
        return 0;
    if (t->trace.waits)
        return TRACE_CANCEL;
    return notice || load(&me->count) || traced_has_work(t) ? TRACE_WORK : 0;
}

void traced_rung_early(struct process *p, int sig)
{
    if (sig == TRACE_STRANGER)
        store(&p->tracer.strangers, 1);
}

void traced_missed(struct thread *t)
{
    const struct tracer *me = &t->proc->tracer;
    if (load(&me->count) || load(&me->strangers) || traced_has_work(t))
        __atomic_fetch_or(&t->sig_taken, SIG_NOTICE, __ATOMIC_RELAXED);
}

bool traced_attend(struct thread *t)
{
    __atomic_fetch_and(&t->sig_taken, ~SIG_NOTICE, __ATOMIC_RELAXED);
    tracer_attend(t);
    if (!t->in_wait && !traced_has_work(t))
        return true;
    __atomic_fetch_or(&t->sig_taken, SIG_NOTICE, __ATOMIC_RELAXED);
    return false;
}

/* ---- stopping ---- */

void traced_activate(struct thread *t)
{
    __atomic_store_n(&seccomp_trace, traced_seccomp, __ATOMIC_RELAXED);
    if (__atomic_fetch_add(&t->proc->traced, 1, __ATOMIC_ACQ_REL) == 0)
        signal_take_all(t->proc->sighand, true);
    store(&t->trace.active, 1); /* last: who attached may send signals now */
}

void traced_accept(struct thread *t)
{
    struct traced *b = &t->trace;
    if (b->active || b->exit_told || !load(&b->tracer_pid))
        return;
    b->group_done = load(&t->proc->group_seq);
    traced_activate(t);
    traced_tell(t);
}

void traced_leave(struct thread *t)
{
    struct traced *b = &t->trace;
    if (!b->active)
        return;
    b->active = b->mode = 0;
    memset(b->dr, 0, sizeof b->dr);
    b->armed = 0;
    const bool last = __atomic_sub_fetch(&t->proc->traced, 1, __ATOMIC_ACQ_REL) == 0;
    const int stop = last ? __atomic_exchange_n(&t->proc->group_stop, 0, __ATOMIC_ACQ_REL) : 0;
    if (last) {
        signal_take_all(t->proc->sighand, false);
        traced_forget_fds(t->proc);
    }
    if (load(&t->proc->ending) || load(&t->proc->exec_by))
        host(SYS_futex, &t->proc->traced, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
    else if (stop && !traced_cont_pends())
        signal_stop(t, stop); /* from now on it is the host's */
}

static struct timeval sum(struct timeval a, struct timeval b)
{
    struct timeval s = {a.tv_sec + b.tv_sec, a.tv_usec + b.tv_usec};
    if (s.tv_usec >= 1000000)
        s.tv_sec++, s.tv_usec -= 1000000;
    return s;
}

void traced_publish_usage(struct traced *b)
{
    struct rusage *u = &b->usage, c;
    host(SYS_getrusage, RUSAGE_SELF, u);
    host(SYS_getrusage, RUSAGE_CHILDREN, &c);
    u->ru_utime = sum(u->ru_utime, c.ru_utime);
    u->ru_stime = sum(u->ru_stime, c.ru_stime);
    u->ru_maxrss = MAX(u->ru_maxrss, c.ru_maxrss);
    u->ru_minflt += c.ru_minflt;
    u->ru_majflt += c.ru_majflt;
    u->ru_inblock += c.ru_inblock;
    u->ru_oublock += c.ru_oublock;
    u->ru_nvcsw += c.ru_nvcsw;
    u->ru_nivcsw += c.ru_nivcsw;
}

static void publish(struct thread *t)
{
    struct traced *b = &t->trace;
    traced_publish_usage(b);
    b->xsave_size = frame_xstate_size(t, &b->xfeatures);
    if (!b->xsave)
        b->xsave = (uint64_t) aligned_alloc(64, (machine_traits(thread_machine(t)).xsave_size + 63) & ~63ull);
    if (b->xsave)
        vcpu_get_xsave(t->vcpu, (void *) b->xsave);
    else
        b->xsave_size = 0;
    b->regs = *t->regs;
    b->orig_rax = t->in_syscall || b->call_rip == t->regs->rip ? t->nr : ~0ull;
    memset(b->segments, 0, sizeof b->segments);
    vcpu_get_bases(t->vcpu, &b->fs_base, &b->gs_base);
    b->mask = t->sigmask;
    b->tid = t->tid;
    b->pid = (int) host(SYS_getpid);
    b->uid = (unsigned) host(SYS_getuid);
    b->by_parent = host(SYS_getppid) == b->tracer_pid;
}

static void take_back(struct thread *t)
{
    struct traced *b = &t->trace;
    if (b->changed & TRACED_REGS) {
        *t->regs = b->regs;
        vcpu_set_bases(t->vcpu, b->fs_base, b->gs_base);
        b->call_rip = 0;
        if ((int64_t) b->orig_rax < 0)
            t->in_syscall = false;
        else
            t->nr = b->orig_rax;
    }
    if (b->changed & TRACED_XSAVE)
        vcpu_set_xsave(t->vcpu, (void *) b->xsave);
    if (b->changed & TRACED_MASK)
        signal_set_mask(t, b->mask);
}

void traced_abandon(struct thread *t)
{
    if (t->trace.options & PTRACE_O_EXITKILL)
        host(SYS_kill, host(SYS_getpid), SIGKILL);
    t->trace.tracer_pid = t->trace.tracer_tid = 0;
    t->trace.resume = PTRACE_DETACH;
    t->trace.state = TRACED_RUNS;
}

void traced_waited(struct thread *t)
{
    t->trace.waits = 0;
    if (traced_has_work(t))
        __atomic_fetch_or(&t->sig_taken, SIG_NOTICE, __ATOMIC_RELAXED);
}

/* The process's, unless another thread has another tracer or another table. */
static struct traced_fds open_fds(struct thread *t)
{
    const ksigset_t cont = KSIG_BIT(SIGCONT);
    struct process *p = t->proc;
    pthread_mutex_lock(&p->lock);
    struct traced_fds f = p->traced_fds;
    pthread_mutex_unlock(&p->lock);
    if (f.tracer && f.tracer == t->trace.tracer_pid && f.table == fds_table_id())
        return f;
    fds_create_lock();
    f = (struct traced_fds){.tracer = t->trace.tracer_pid, .table = fds_table_id()};
    f.end = (int) host(SYS_pidfd_open, f.tracer, 0);
    f.cont = f.end < 0 ? f.end : (int) host(SYS_signalfd4, -1, &cont, sizeof cont, O_CLOEXEC);
    f.end = f.end < 0 ? f.end : fds_adopt_fd(f.end, false);
    f.cont = f.cont < 0 ? f.cont : fds_adopt_fd(f.cont, false);
    pthread_mutex_lock(&p->lock);
    if (f.end >= 0 && f.cont >= 0 && !p->traced_fds.tracer)
        p->traced_fds = f;
    pthread_mutex_unlock(&p->lock);
    fds_create_unlock();
    return f;
}

static void close_both(const struct traced_fds *f)
{
    fds_close(f->end);
    fds_close(f->cont);
}

static void close_fds(struct process *p, const struct traced_fds *f)
{
    pthread_mutex_lock(&p->lock);
    const bool shared = p->traced_fds.tracer && p->traced_fds.end == f->end;
    pthread_mutex_unlock(&p->lock);
    if (!shared)
        close_both(f);
}

void traced_forget_fds(struct process *p)
{
    pthread_mutex_lock(&p->lock);
    struct traced_fds f = {0};
    if (!load(&p->traced)) {
        f = p->traced_fds;
        p->traced_fds.tracer = 0;
    }
    pthread_mutex_unlock(&p->lock);
    if (f.tracer)
        close_both(&f);
}

bool traced_suspends_filters(struct thread *t)
{
    if (!t->trace.active || !(load(&t->trace.options) & PTRACE_O_SUSPEND_SECCOMP) || !load(&t->trace.tracer_pid))
        return false;
    /* One that was killed has not told. */
    const struct traced_fds f = open_fds(t);
    struct pollfd pfd = {.fd = f.end, .events = POLLIN};
    bool lives = f.end >= 0 && host(SYS_poll, &pfd, 1, 0) == 0;
    close_fds(t->proc, &f);
    return lives;
}

/* One sleep of a stopped thread, until somebody rings. False: its tracer has ended. */
static bool sleep_stopped(struct thread *t, const struct traced_fds *f)
{
    struct pollfd pfd[] = {{.fd = f->end, .events = POLLIN},
                           {.fd = load(&t->proc->cont_seen) ? -1 : f->cont, .events = POLLIN}};
    if (f->end == -ESRCH)
        return false;
    window_call(&t->trace.look, SYS_poll, (long) pfd, ARRAY_SIZE(pfd), -1, 0, 0, 0);
    if (pfd[0].revents)
        return false;
    if (load(&t->proc->tracer.count) || load(&t->proc->tracer.strangers))
        tracer_attend(t); /* this thread is a tracer, too */
    if (pfd[1].revents)
        traced_continue(t);
    return true;
}

bool traced_is_dying(const struct thread *t)
{
    const struct traced *b = &t->trace;
    if (b->exit_told == EXIT_THREAD)
        return load(&b->state) == TRACED_STOPPED && load(&t->proc->ending);
    return !b->exit_told && (traced_is_ended(t) || load(&b->kill_asked));
}

_Noreturn void traced_die(struct thread *t)
{
    if (load(&t->proc->ending) || !load(&t->trace.kill_asked))
        traced_end_with_others(t);
    signal_die(t, SIGKILL);
}

static bool is_over(const struct thread *t, bool (*enough)(const struct traced *))
{
    return enough(&t->trace) || traced_is_dying(t);
}

bool traced_wait(struct thread *t, bool (*enough)(const struct traced *))
{
    struct traced *b = &t->trace;
    const struct traced_fds f = open_fds(t);
    bool there = true;
    if (load(&t->proc->cont_seen) && !traced_cont_pends())
        store(&t->proc->cont_seen, 0);
    b->waits = 1;
    while (there && !is_over(t, enough)) {
        b->look = 0;
        there = is_over(t, enough) || sleep_stopped(t, &f);
    }
    close_fds(t->proc, &f);
    traced_waited(t);
    return there;
}

static bool goes_on(const struct traced *b)
{
    return load(&b->state) == TRACED_RUNS;
}

void traced_show(struct thread *t, int state)
{
    store(&t->trace.state, state);
    if (!traced_tell(t) || !traced_wait(t, goes_on))
        traced_abandon(t);
}

int traced_stop(struct thread *t, int status, const siginfo_t *info)
{
    struct traced *b = &t->trace;
    publish(t);
    b->status = status;
    b->has_info = info != NULL;
    if (info)
        b->info = *info;
    b->signal = status;
    b->changed = 0;
    b->seq++;
    b->interrupt_done = load(&b->interrupt_asked); /* any stop answers it */
    traced_show(t, TRACED_STOPPED);
    if (traced_is_dying(t)) {
        store(&b->state, TRACED_RUNS);
        if (b->exit_told)
            return 0; /* it ends already */
        traced_die(t);
    }
    take_back(t);
    b->mode = b->resume;
    b->group_stop = 0;
    b->call_op = 0;
    b->message = 0;
    if (b->resume == PTRACE_DETACH) {
        traced_leave(t);
        traced_waited(t); /* the next may have attached already */
    }
    return b->signal;
}

/* As ptrace_notify() fills it. */
static siginfo_t notify_info(int sig, int code)
{
    siginfo_t si = {.si_signo = sig, .si_code = code};
    si.si_pid = (int) host(SYS_gettid);
    si.si_uid = (unsigned) host(SYS_getuid);
    return si;
}

int traced_stop_notify(struct thread *t, int sig, int status)
{
    siginfo_t si = notify_info(sig, status);
    return traced_stop(t, status, &si);
}
