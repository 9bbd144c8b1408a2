#include "task/traced.h"

#include <errno.h>
#include <linux/futex.h>
#include <linux/sched.h>
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

#define FLAG_TF 0x100ull
#define EVENT_STATUS(sig, event) ((sig) | (event) << 8)

#define load(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define store(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)

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

/* To whoever traces `t`: its thread, or the process when that has ended. False: nobody is left. */
static bool tell(struct thread *t)
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

bool traced_has_work(const struct thread *t)
{
    const struct traced *b = &t->trace;
    const struct process *p = t->proc;
    if (b->over)
        return false;
    if (load(&p->ending))
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
    if (load(&me->count) || load(&me->strangers))
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

static void activate(struct thread *t)
{
    t->trace.active = 1;
    seccomp_trace = traced_seccomp;
    if (__atomic_fetch_add(&t->proc->traced, 1, __ATOMIC_ACQ_REL) == 0)
        signal_take_all(t->proc->sighand, true);
}

static void tracer_end_forget(struct process *p);

static void leave(struct thread *t)
{
    struct traced *b = &t->trace;
    if (!b->active)
        return;
    b->active = b->mode = 0;
    if (__atomic_sub_fetch(&t->proc->traced, 1, __ATOMIC_ACQ_REL) == 0)
        signal_take_all(t->proc->sighand, false);
    tracer_end_forget(t->proc);
    if (load(&t->proc->ending))
        host(SYS_futex, &t->proc->traced, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

static struct timeval sum(struct timeval a, struct timeval b)
{
    struct timeval s = {a.tv_sec + b.tv_sec, a.tv_usec + b.tv_usec};
    if (s.tv_usec >= 1000000)
        s.tv_sec++, s.tv_usec -= 1000000;
    return s;
}

/* As getrusage() of the kernel does it for wait(2): RUSAGE_BOTH. */
static void publish_usage(struct traced *b)
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
    publish_usage(b);
    b->xsave_size = frame_xstate_size(t, &b->xfeatures);
    if (!b->xsave)
        b->xsave = (uint64_t) aligned_alloc(64, (machine_traits(thread_machine(t)).xsave_size + 63) & ~63ull);
    if (b->xsave)
        vcpu_get_xsave(t->vcpu, (void *) b->xsave);
    else
        b->xsave_size = 0;
    b->regs = *t->regs;
    b->orig_rax = t->in_syscall || b->call_rip == t->regs->rip ? t->nr : ~0ull;
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
            t->nr = (uint32_t) b->orig_rax;
    }
    if (b->changed & TRACED_XSAVE)
        vcpu_set_xsave(t->vcpu, (void *) b->xsave);
    if (b->changed & TRACED_MASK)
        signal_set_mask(t, b->mask);
}

static void tracer_gone(struct thread *t)
{
    if (t->trace.options & PTRACE_O_EXITKILL)
        host(SYS_kill, host(SYS_getpid), SIGKILL);
    t->trace.tracer_pid = t->trace.tracer_tid = 0;
    t->trace.resume = PTRACE_DETACH;
    t->trace.signal = 0;
    t->trace.state = TRACED_RUNS;
}

/* What else notices were for in the meantime. */
static void waited(struct thread *t)
{
    t->trace.waits = 0;
    if (traced_has_work(t))
        __atomic_fetch_or(&t->sig_taken, SIG_NOTICE, __ATOMIC_RELAXED);
}

/* A descriptor that is readable when the tracer has ended, or -EMFILE: the process's, unless another thread has another tracer. */
static int tracer_end_open(struct thread *t)
{
    struct process *p = t->proc;
    int pid = t->trace.tracer_pid;
    pthread_mutex_lock(&p->lock);
    int fd = p->tracer_end.pid == pid && p->tracer_end.table == fds_table_id() ? p->tracer_end.fd : -1;
    pthread_mutex_unlock(&p->lock);
    if (fd >= 0)
        return fd;
    fds_create_lock();
    fd = (int) host(SYS_pidfd_open, pid, 0);
    if (fd >= 0)
        fd = fds_adopt_fd(fd, false);
    pthread_mutex_lock(&p->lock);
    if (fd >= 0 && !p->tracer_end.pid) {
        p->tracer_end.pid = pid;
        p->tracer_end.fd = fd;
        p->tracer_end.table = fds_table_id();
    }
    pthread_mutex_unlock(&p->lock);
    fds_create_unlock();
    return fd;
}

static void tracer_end_close(struct process *p, int fd)
{
    pthread_mutex_lock(&p->lock);
    if (p->tracer_end.pid && p->tracer_end.fd == fd)
        fd = -1;
    pthread_mutex_unlock(&p->lock);
    if (fd >= 0)
        fds_close(fd);
}

/* Nobody is traced any more. */
static void tracer_end_forget(struct process *p)
{
    pthread_mutex_lock(&p->lock);
    int fd = p->tracer_end.pid && !load(&p->traced) ? p->tracer_end.fd : -1;
    if (fd >= 0)
        p->tracer_end.pid = 0;
    pthread_mutex_unlock(&p->lock);
    if (fd >= 0)
        fds_close(fd);
}

/* One sleep of a stopped thread, until somebody rings. False: its tracer has ended. */
static bool sleep_stopped(struct thread *t, int end)
{
    struct pollfd pfd = {.fd = end, .events = POLLIN};
    if (end == -ESRCH || window_call(&t->trace.look, SYS_poll, (long) &pfd, 1, -1, 0, 0, 0) > 0)
        return false;
    if (load(&t->proc->tracer.count) || load(&t->proc->tracer.strangers))
        tracer_attend(t); /* this thread is a tracer, too */
    return true;
}

/* Sleep until the tracer has set the state, or is gone. Nothing but SIGKILL and notices comes in. */
static void wait_for_tracer(struct thread *t, int state)
{
    struct traced *b = &t->trace;
    int end = tracer_end_open(t);
    b->waits = 1;
    while (load(&b->state) == state) {
        b->look = 0;
        if (load(&b->state) == state && !sleep_stopped(t, end)) {
            tracer_gone(t);
            break;
        }
    }
    tracer_end_close(t->proc, end);
    waited(t);
}

/* Returns the signal that the tracer has chosen. */
static int stop(struct thread *t, int status, const siginfo_t *info)
{
    struct traced *b = &t->trace;
    publish(t);
    b->status = status;
    b->has_info = info != NULL;
    if (info)
        b->info = *info;
    b->signal = 0;
    b->changed = 0;
    b->seq++;
    store(&b->state, TRACED_STOPPED);
    if (tell(t))
        wait_for_tracer(t, TRACED_STOPPED);
    else
        tracer_gone(t);
    take_back(t);
    b->mode = b->resume;
    b->group_stop = 0;
    b->call_op = 0;
    if (b->resume == PTRACE_DETACH) {
        leave(t);
        waited(t); /* the next may have attached already */
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

static int stop_notify(struct thread *t, int sig, int status)
{
    siginfo_t si = notify_info(sig, status);
    return stop(t, status, &si);
}

/* ---- signals ---- */

int traced_signal(struct thread *t, siginfo_t *info)
{
    struct traced *b = &t->trace;
    int sig = info->si_signo, tracer = load(&b->tracer_pid);
    if (b->active && !tracer)
        leave(t);
    if (!b->active || sig == SIGKILL)
        return sig;
    sig = stop(t, sig, info);
    if (b->resume == PTRACE_DETACH && b->told != b->seq) /* the tracer has ended without having seen it */
        return info->si_signo;
    if (!sig)
        return 0;
    if (b->changed & TRACED_INFO)
        *info = b->info;
    if (sig != info->si_signo) {
        *info = (siginfo_t){.si_signo = sig, .si_code = SI_USER};
        info->si_pid = tracer;
    }
    if (t->sigmask & KSIG_BIT(sig) && sig != SIGSTOP && sig != SIGKILL) {
        host(SYS_rt_tgsigqueueinfo, host(SYS_getpid), t->tid, sig, info);
        return 0;
    }
    return sig;
}

void traced_handler(struct thread *t)
{
    if (t->trace.mode == PTRACE_SINGLESTEP)
        stop_notify(t, SIGTRAP, SIGTRAP);
}

/* PTRACE_LISTEN: stopped, until something happens that the tracer wants to know. */
static void listen_on(struct thread *t)
{
    struct traced *b = &t->trace;
    int end = tracer_end_open(t);
    b->waits = 1;
    while (b->cont_asked == b->cont_done && b->interrupt_asked == b->interrupt_done) {
        b->look = 0;
        if (b->cont_asked == b->cont_done && b->interrupt_asked == b->interrupt_done && !sleep_stopped(t, end)) {
            tracer_gone(t);
            leave(t);
            break;
        }
    }
    tracer_end_close(t->proc, end);
    waited(t);
}

static void stay_stopped(struct thread *t, int sig)
{
    struct traced *b = &t->trace;
    b->cont_done = b->cont_asked;
    for (;;) {
        b->group_stop = 1;
        if (!b->seized) {
            stop(t, sig, NULL);
            return;
        }
        stop_notify(t, sig, EVENT_STATUS(sig, PTRACE_EVENT_STOP));
        if (b->mode != PTRACE_LISTEN)
            return;
        listen_on(t);
        if (!b->active)
            return;
        b->interrupt_done = b->interrupt_asked;
        if (b->cont_asked != b->cont_done) {
            b->cont_done = b->cont_asked;
            stop_notify(t, SIGTRAP, EVENT_STATUS(SIGTRAP, PTRACE_EVENT_STOP));
            return;
        }
    }
}

static void look_all(struct thread *t)
{
    struct process *p = t->proc;
    struct thread *o;
    pthread_mutex_lock(&p->lock);
    LIST_FOREACH (o, &p->threads, link)
        if (o != t && thread_id(o))
            traced_notify((int) host(SYS_getpid), thread_id(o), TRACE_RING);
    pthread_mutex_unlock(&p->lock);
}

void traced_group_stop(struct thread *t, int sig)
{
    struct process *p = t->proc;
    if (p->nthreads > 1) {
        p->group_stop = sig;
        t->trace.group_done = __atomic_add_fetch(&p->group_seq, 1, __ATOMIC_ACQ_REL);
        look_all(t);
    }
    stay_stopped(t, sig);
}

static void end_with_others(struct thread *t);

bool traced_look(struct thread *t, siginfo_t *info)
{
    struct traced *b = &t->trace;
    struct process *p = t->proc;
    b->look = 0;
    tracer_attend(t);
    if (load(&p->ending))
        end_with_others(t);
    if (b->active && !load(&b->tracer_pid))
        leave(t);
    if (!b->active) {
        if (!load(&b->tracer_pid))
            return false;
        b->group_done = load(&p->group_seq);
        activate(t);
    }
    if (b->group_done != load(&p->group_seq)) {
        b->group_done = load(&p->group_seq);
        stay_stopped(t, p->group_stop);
    }
    if (b->active && b->interrupt_asked != b->interrupt_done) {
        b->interrupt_done = b->interrupt_asked;
        b->cont_done = b->cont_asked;
        stop_notify(t, SIGTRAP, EVENT_STATUS(SIGTRAP, PTRACE_EVENT_STOP));
    }
    if (b->stop_asked == b->stop_done)
        return false;
    b->stop_done = b->stop_asked;
    *info = (siginfo_t){.si_signo = SIGSTOP, .si_code = SI_USER};
    return true;
}

/* ---- calls ---- */

static int call_stop(struct thread *t, int op)
{
    struct traced *b = &t->trace;
    b->call_op = op;
    b->call[0] = t->nr;
    memcpy(b->call + 1, t->args, sizeof t->args);
    return stop_notify(t, SIGTRAP, SIGTRAP | (b->options & PTRACE_O_TRACESYSGOOD ? 0x80 : 0));
}

static void send_self(struct thread *t, int sig)
{
    if (sig)
        host(SYS_tgkill, host(SYS_getpid), t->tid, sig);
}

void traced_call(struct thread *t)
{
    struct traced *b = &t->trace;
    bool emulate = b->mode == PTRACE_SYSEMU || b->mode == PTRACE_SYSEMU_SINGLESTEP, skip = false;
    if (emulate || b->mode == PTRACE_SYSCALL) {
        t->in_syscall = true;
        t->regs->rax = (uint64_t) -ENOSYS;
        send_self(t, call_stop(t, PTRACE_SYSCALL_INFO_ENTRY));
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
        send_self(t, call_stop(t, PTRACE_SYSCALL_INFO_EXIT));
    if (b->active && (b->mode == PTRACE_SINGLESTEP || b->mode == PTRACE_SYSEMU_SINGLESTEP)) {
        siginfo_t si = {.si_signo = SIGTRAP, .si_code = TRAP_BRKPT};
        si.si_addr = (void *) t->regs->rip;
        host(SYS_rt_tgsigqueueinfo, host(SYS_getpid), t->tid, SIGTRAP, &si);
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
    send_self(t, stop_notify(t, SIGTRAP, EVENT_STATUS(SIGTRAP, event)));
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

/* Stepping goes by the trap flag, which is nobody's to see but the processor's. */
void traced_before_run(struct thread *t)
{
    struct traced *b = &t->trace;
    if (b->mode != PTRACE_SINGLESTEP && b->mode != PTRACE_SYSEMU_SINGLESTEP)
        return;
    b->tf = !(t->regs->rflags & FLAG_TF);
    t->regs->rflags |= FLAG_TF;
}

void traced_after_run(struct thread *t)
{
    if (!t->trace.tf)
        return;
    t->trace.tf = 0;
    t->regs->rflags &= ~FLAG_TF;
}

/* ---- births ---- */

void traced_init(struct thread *t)
{
    t->trace.magic = TRACED_MAGIC;
    t->trace.tid = t->tid;
}

int64_t traced_me(struct thread *t, int tracer_pid, int tracer_tid)
{
    struct traced *b = &t->trace;
    if (b->tracer_pid)
        return -EPERM;
    b->options = 0;
    b->seized = b->known = 0;
    b->mode = PTRACE_CONT;
    b->tracer_tid = tracer_tid;
    b->tracer_pid = tracer_pid;
    activate(t);
    return 0;
}

int traced_clone_event(const struct thread *t, const struct clone_args_in *a)
{
    if (!t->trace.active || (a->flags & CLONE_UNTRACED))
        return 0;
    int event = a->flags & CLONE_VFORK      ? PTRACE_EVENT_VFORK
                : a->exit_signal != SIGCHLD ? PTRACE_EVENT_CLONE
                                            : PTRACE_EVENT_FORK;
    return traced_wants(t, event) ? event : 0;
}

void traced_inherit(const struct traced *parent, struct thread *n, bool traced)
{
    struct traced from = *parent, *b = &n->trace;
    *b = (struct traced){.magic = TRACED_MAGIC, .tid = n->tid, .group_done = n->proc->group_seq};
    if (!traced)
        return;
    b->tracer_pid = from.tracer_pid;
    b->tracer_tid = from.tracer_tid;
    b->options = from.options;
    b->seized = from.seized;
    b->mode = PTRACE_CONT;
    if (b->seized)
        b->interrupt_asked++;
    else
        b->stop_asked++;
    b->look = 1;
    n->sig_taken |= SIG_NOTICE;
}

void traced_tell_birth(struct thread *t, int tid)
{
    struct traced *b = &t->trace;
    store(&b->born, tid);
    if (!tell(t))
        return;
    int end = tracer_end_open(t);
    b->waits = 1;
    do
        b->look = 0;
    while (load(&b->born) && sleep_stopped(t, end));
    b->born = 0;
    tracer_end_close(t->proc, end);
    waited(t);
}

void traced_wait_word(struct thread *t, const int *word)
{
    t->trace.waits = t->trace.active;
    while (!load(word)) {
        t->trace.look = 0;
        if (t->trace.active && load(&t->proc->ending))
            end_with_others(t);
        window_call(&t->trace.look, SYS_futex, (long) word, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0);
    }
    if (t->trace.active)
        waited(t);
}

void traced_forget(struct process *p)
{
    if (p->tracer_end.pid)
        fds_close(p->tracer_end.fd);
    p->tracer_end.pid = 0;
    tracer_forget(p);
    p->traced = p->ending = 0;
}

/* ---- ends ---- */

/* Tell how `t` ended, and wait until somebody has taken it. */
static void hold(struct thread *t, int status)
{
    struct traced *b = &t->trace;
    if (!b->active)
        return;
    b->status = status;
    b->seq++;
    b->by_parent = host(SYS_getppid) == b->tracer_pid;
    if (t->tid == (int) host(SYS_getpid) && b->by_parent)
        return; /* the host's wait tells */
    b->uid = (unsigned) host(SYS_getuid);
    publish_usage(b);
    store(&b->state, TRACED_ENDED);
    if (tell(t))
        wait_for_tracer(t, TRACED_ENDED);
}

static void end_with_others(struct thread *t)
{
    struct process *p = t->proc;
    if (t->trace.active) {
        traced_event(t, PTRACE_EVENT_EXIT, (uint64_t) p->end_status);
        hold(t, p->end_status);
        leave(t);
    }
    for (;;)
        host(SYS_pause);
}

void traced_thread_end(struct thread *t, int status)
{
    if (!t->trace.active)
        return;
    if (t->tid == t->proc->pid) { /* told when the last one ends */
        for (;;) {
            siginfo_t si;
            traced_look(t, &si);
            window_call(&t->trace.look, SYS_pause, 0, 0, 0, 0, 0, 0);
        }
    }
    hold(t, status);
    leave(t);
    free((void *) t->trace.xsave);
}

/* The others wait for their tracer first, each for itself. */
void traced_process_end(struct thread *t, int status)
{
    struct process *p = t->proc;
    int none = 0, left;
    if (!load(&p->traced)) {
        t->trace.over = 1;
        return;
    }
    if (!__atomic_compare_exchange_n(&p->ending, &none, 1, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        end_with_others(t);
    p->end_status = status;
    if (p->nthreads > 1 || p->traced > 1)
        look_all(t);
    if (t->trace.active) {
        traced_event(t, PTRACE_EVENT_EXIT, (uint64_t) status);
        hold(t, status);
        leave(t);
    }
    while ((left = load(&p->traced)) > 0)
        host(SYS_futex, &p->traced, FUTEX_WAIT_PRIVATE, left, NULL, NULL, 0);
    t->trace.over = 1;
}

/* ---- exec ---- */

bool traced_save(const struct thread *t, struct traced_exec *out)
{
    const struct traced *b = &t->trace;
    *out = (struct traced_exec){.tracer_pid = b->tracer_pid,
                                .tracer_tid = b->tracer_tid,
                                .seized = b->seized,
                                .mode = b->mode,
                                .former_tid = t->tid,
                                .nr = (int) t->nr,
                                .options = b->options};
    return b->active;
}

void traced_adopt(struct thread *t, const struct traced_exec *in)
{
    struct traced *b = &t->trace;
    b->tracer_pid = in->tracer_pid;
    b->tracer_tid = in->tracer_tid;
    b->seized = in->seized;
    b->mode = in->mode;
    b->options = in->options;
    b->message = (uint64_t) in->former_tid;
    b->starts_with = in->nr;
    activate(t);
}

void traced_begin(struct thread *t)
{
    struct traced *b = &t->trace;
    if (!b->starts_with)
        return;
    t->nr = (uint64_t) b->starts_with;
    t->in_syscall = true;
    t->regs->rax = (uint64_t) -ENOSYS;
    b->starts_with = 0;
    if (!traced_event(t, PTRACE_EVENT_EXEC, b->message) && !b->seized)
        host(SYS_kill, host(SYS_getpid), SIGTRAP);
    if (t->regs->rax == (uint64_t) -ENOSYS)
        t->regs->rax = 0;
    if (b->active && b->mode == PTRACE_SYSCALL)
        send_self(t, call_stop(t, PTRACE_SYSCALL_INFO_EXIT));
    t->in_syscall = false;
}
