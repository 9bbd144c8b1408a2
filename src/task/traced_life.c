/* Births, ends and exec of traced threads. */
#include "task/traced_stop.h"

#include <errno.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <stdlib.h>
#include <sys/ptrace.h>

#include "base/fds.h"
#include "base/raw.h"
#include "task/process.h"
#include "task/signal.h"

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
    traced_activate(t);
    return 0;
}

int traced_clone_event(struct thread *t, const struct clone_args_in *a)
{
    t->trace.bears_thread = (a->flags & CLONE_THREAD) != 0;
    if (!t->trace.active || (a->flags & CLONE_UNTRACED))
        return 0;
    int event = a->flags & CLONE_VFORK      ? PTRACE_EVENT_VFORK
                : a->exit_signal != SIGCHLD ? PTRACE_EVENT_CLONE
                                            : PTRACE_EVENT_FORK;
    return traced_wants(t, event) ? event : 0;
}

void traced_inherit(const struct traced *parent, struct thread *n, bool traced)
{
    /* It may be the same box, and others write to the rest of it. */
    const struct traced from = {.dr = {[6] = parent->dr[6], [7] = parent->dr[7]},
                                .tracer_pid = load(&parent->tracer_pid),
                                .tracer_tid = load(&parent->tracer_tid),
                                .options = load(&parent->options),
                                .seized = load(&parent->seized)};
    struct traced *b = &n->trace;
    *b = (struct traced){.magic = TRACED_MAGIC, .tid = n->tid, .group_done = n->proc->group_seq};
    if (!traced)
        return;
    b->dr[6] = from.dr[6];
    b->dr[7] = from.dr[7];
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

static bool is_known(const struct traced *b)
{
    return !load(&b->born);
}

void traced_tell_birth(struct thread *t, int tid)
{
    store(&t->trace.born, tid);
    if (!traced_tell(t))
        return;
    traced_wait(t, is_known);
    t->trace.born = 0;
}

void traced_wait_word(struct thread *t, const int *word)
{
    t->trace.waits = t->trace.active;
    while (!load(word)) {
        t->trace.look = 0;
        traced_accept(t);
        if (t->trace.active && traced_is_dying(t))
            traced_die(t);
        window_call(&t->trace.look, SYS_futex, (long) word, FUTEX_WAIT_PRIVATE, 0, 0, 0, 0);
    }
    if (t->trace.active)
        traced_waited(t);
}

void traced_forget(struct process *p)
{
    p->group_stop = p->cont_seen = p->traced = p->ending = p->exec_by = 0;
    traced_forget_fds(p);
    tracer_forget(p);
}

/* ---- ends ---- */

/* Tell how `t` ended, as all when the process does, and wait until somebody has taken it. */
static void hold(struct thread *t, int status)
{
    struct traced *b = &t->trace;
    const int all = load(&t->proc->ending);
    if (!b->active)
        return;
    b->status = all ? all & ~PROCESS_ENDS : status;
    b->seq++;
    b->by_parent = host(SYS_getppid) == b->tracer_pid;
    if (t->tid == (int) host(SYS_getpid) && b->by_parent)
        return; /* the host's wait tells */
    b->uid = (unsigned) host(SYS_getuid);
    traced_publish_usage(b);
    traced_show(t, TRACED_ENDED);
}

void traced_exit(struct thread *t, int status)
{
    if (t->trace.exit_told)
        return;
    const bool all = load(&t->proc->ending) || load(&t->proc->nthreads) == 1;
    __atomic_store_n(&t->trace.exit_told, all ? EXIT_PROCESS : EXIT_THREAD, __ATOMIC_SEQ_CST);
    traced_event(t, PTRACE_EVENT_EXIT, (uint64_t) status);
}

_Noreturn void traced_end_with_others(struct thread *t)
{
    struct process *p = t->proc;
    for (;;) {
        t->trace.look = 0;
        traced_accept(t);
        if (t->trace.active) {
            const int status = load(&p->ending) & ~PROCESS_ENDS;
            traced_exit(t, status);
            if (load(&p->ending) || t->tid != p->pid) /* of a first thread that an exec ends nothing more is told */
                hold(t, status);
            traced_leave(t);
        }
        window_call(&t->trace.look, SYS_pause, 0, 0, 0, 0, 0, 0);
    }
}

static bool ends_or_is_free(const struct traced *b)
{
    return traced_is_ended(current) || !load(&b->tracer_pid);
}

void traced_thread_end(struct thread *t, int status)
{
    if (!t->trace.active)
        __atomic_store_n(&t->trace.magic, 0,
                         __ATOMIC_SEQ_CST); /* who attaches at this moment is told that it is too late */
    if (load(&t->trace.kill_asked))         /* pairs with tracee_ask(), which looks at the other two afterwards */
        host(SYS_kill, host(SYS_getpid), SIGKILL);
    if (!t->trace.active)
        return;
    if (t->tid != t->proc->pid)
        hold(t, status);
    else if (!traced_wait(t, ends_or_is_free))
        traced_abandon(t);
    else if (traced_is_ended(t)) /* the end of a first thread is told with that of the last one */
        traced_end_with_others(t);
    traced_leave(t);
    void *xsave = (void *) t->trace.xsave;
    t->trace.xsave = 0; /* of a first thread this is looked at again, when its process ends */
    free(xsave);
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
    if (!__atomic_compare_exchange_n(&p->ending, &none, PROCESS_ENDS | status, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE))
        traced_end_with_others(t);
    traced_look_all(t);
    if (t->trace.active) {
        traced_exit(t, status);
        hold(t, status);
        traced_leave(t);
    }
    while ((left = load(&p->traced)) > 0)
        host(SYS_futex, &p->traced, FUTEX_WAIT_PRIVATE, left, NULL, NULL, 0);
    t->trace.over = 1;
}

/* ---- exec ---- */

/* Other traced threads, those included that have ended and are not collected. One that sleeps for a child of vfork does not look, and goes without a
 * word. */
static int traced_others(const struct thread *t)
{
    struct process *p = t->proc;
    const struct thread *o;
    pthread_mutex_lock(&p->lock);
    int n = load(&p->traced) - (t->trace.active ? 1 : 0);
    LIST_FOREACH (o, &p->threads, link)
        n -= o != t && load(&o->trace.active) && load(&o->trace.deaf);
    pthread_mutex_unlock(&p->lock);
    return n;
}

bool traced_end_others(struct thread *t)
{
    struct process *p = t->proc;
    int nobody = 0;
    if (traced_others(t) <= 0)
        return false;
    if (!__atomic_compare_exchange_n(&p->exec_by, &nobody, t->tid, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        traced_end_with_others(t);
    traced_look_all(t);
    t->trace.waits = t->trace.active;
    for (int left; left = load(&p->traced), traced_others(t) > 0;) {
        t->trace.look = 0;
        if (traced_is_dying(t))
            traced_die(t);
        window_call(&t->trace.look, SYS_futex, (long) &p->traced, FUTEX_WAIT_PRIVATE, left, 0, 0, 0);
    }
    traced_waited(t);
    return true;
}

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

void traced_seal(struct thread *t)
{
    struct process *p = t->proc;
    struct thread *o;
    bool killed = false;
    pthread_mutex_lock(&p->lock);
    LIST_FOREACH (o, &p->threads, link) {
        __atomic_store_n(&o->trace.magic, 0, __ATOMIC_SEQ_CST);
        killed |= load(&o->trace.kill_asked);
    }
    pthread_mutex_unlock(&p->lock);
    if (killed) /* at once: another that wants to exec waits for this one, and could not tell of its exit */
        host(SYS_kill, host(SYS_getpid), SIGKILL);
}

void traced_unseal(struct thread *t)
{
    struct process *p = t->proc;
    struct thread *o;
    pthread_mutex_lock(&p->lock);
    LIST_FOREACH (o, &p->threads, link) {
        if (!o->trace.active)
            store(&o->trace.tracer_pid, 0); /* who has just attached was told that it did not */
        store(&o->trace.magic, TRACED_MAGIC);
    }
    pthread_mutex_unlock(&p->lock);
}

void traced_keep_notice(const struct thread *t)
{
    if (load(&t->proc->tracer.strangers))
        traced_notify((int) host(SYS_getpid), t->tid, TRACE_STRANGER);
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
    traced_activate(t);
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
        traced_send_self(t, traced_call_stop(t, PTRACE_SYSCALL_INFO_EXIT));
    t->in_syscall = false;
}
