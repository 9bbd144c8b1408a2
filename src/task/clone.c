/* clone(2): a thread is a host thread, a process is a host process (docs/internals/fork.md). */
#include "task/clone.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <stdlib.h>
#include <sys/ptrace.h>

#include "base/fault.h"
#include "base/fds.h"
#include "base/raw.h"
#include "mem/access.h"
#include "task/seccomp.h"
#include "task/signal.h"

/* The child's processor state: the parent's, with what clone changes. */
struct cpu_state *clone_state(struct thread *t, const struct clone_args_in *a)
{
    struct cpu_state *st =
        (a->flags & CLONE_THREAD) && fault(FAULT_THREAD_REGISTERS) ? NULL : vcpu_save(thread_machine(t), t->vcpu);
    if (!st)
        return NULL;
    st->regs.rax = 0;
    if (a->stack)
        st->regs.rsp = a->stack;
    if (a->flags & CLONE_SETTLS)
        st->fs_base = a->tls;
    return st;
}

#define PIDFD_OF_THREAD O_EXCL /* PIDFD_THREAD of Linux 6.9 */

/* Take the number that the pidfd will have, with one of the caller's own: what fails, fails before there is a child. */
static int reserve_pidfd(struct thread *t, struct clone_args_in *a)
{
    int fd = a->flags & CLONE_THREAD ? (int) host(SYS_pidfd_open, t->tid, PIDFD_OF_THREAD) /* EINVAL before Linux 6.9 */
                                     : (int) host(SYS_pidfd_open, host(SYS_getpid), 0);
    if (fd >= 0 && put_user(t->proc->space, gva(a->pidfd), &fd)) {
        host(SYS_close, fd);
        fd = -EFAULT;
    }
    a->pidfd_number = fd;
    return MIN(fd, 0);
}

/* No child, or one that is gone already, leaves the number free. */
static void settle_pidfd(int number, int64_t id, unsigned flags)
{
    fds_create_lock(); /* the table may be full */
    int fd = id > 0 ? (int) host(SYS_pidfd_open, id, flags) : -1;
    if (fd >= 0) {
        host(SYS_dup3, fd, number, O_CLOEXEC);
        host(SYS_close, fd);
    } else {
        host(SYS_close, number);
    }
    fds_create_unlock();
}

/* ---- threads ---- */

struct thread_start {
    struct thread *t;
    const struct clone_args_in *args;
    struct fds_user *fds;
    int ready; /* futex word: 0, then the tid, or a negative errno when there is no thread */
};

static void wait_word(const void *word)
{
    host(SYS_futex, word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}

static void thread_ready(struct thread_start *s, int result)
{
    __atomic_store_n(&s->ready, result, __ATOMIC_RELEASE);
    host(SYS_futex, &s->ready, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* The C library shares everything between threads; what clone did not ask for is taken apart here. The pidfd is the parent's alone. */
static int thread_part(const struct clone_args_in *a, int tid)
{
    uint64_t own = ~a->flags & (CLONE_FS | CLONE_FILES | CLONE_SYSVSEM);
    int r = own ? fault(FAULT_THREAD_PART) : 0;
    if (a->flags & CLONE_PIDFD)
        settle_pidfd(a->pidfd_number, r ? -1 : tid, PIDFD_OF_THREAD);
    if (r == 0 && own)
        r = (int) host(SYS_unshare, own);
    if (r == 0 && (own & CLONE_FILES) && (a->flags & CLONE_PIDFD))
        host(SYS_close, a->pidfd_number);
    return r;
}

static void thread_undo(struct process *p, struct thread *n)
{
    pthread_mutex_lock(&p->lock);
    thread_park(n);
    process_drop(p, n);
    seccomp_drop(n);
    pthread_mutex_unlock(&p->lock);
    free(n);
}

static void *thread_main(void *arg)
{
    struct thread_start *s = arg;
    struct thread *t = s->t;
    struct space *sp = t->proc->space;
    fds_act_for(s->fds);
    signal_block_all(); /* of signals 32 and up the C library may have let in one */
    t->trace.tid = (int) host(SYS_gettid);
    __atomic_store_n(&t->tid, t->trace.tid, __ATOMIC_RELAXED); /* pairs with thread_id() */
    current = t;
    signal_reclaim(t->proc->sighand);
    int r = thread_part(s->args, t->tid);
    if (r) {
        current = NULL;
        thread_undo(t->proc, t);
        thread_ready(s, r);
        return NULL;
    }
    /* Before the parent goes on and before any guest instruction here, as copy_process() does. */
    if (s->args->flags & CLONE_PARENT_SETTID)
        put_user(sp, gva(s->args->parent_tid), &t->tid);
    if (s->args->flags & CLONE_CHILD_SETTID)
        put_user(sp, gva(s->args->child_tid), &t->tid);
    thread_ready(s, t->tid);
    thread_run(t);
}

/* The new thread, not yet running, or a negative errno. */
static int thread_make(struct thread *t, const struct clone_args_in *a, struct thread **out)
{
    struct thread *n = calloc(1, sizeof *n);
    autofree struct cpu_state *st = clone_state(t, a);
    if (!n || !st) {
        free(n);
        return -ENOMEM;
    }
    n->proc = t->proc;
    n->sigmask = t->sigmask;
    n->trap = t->trap;
    if (a->flags & CLONE_CHILD_CLEARTID)
        n->clear_child_tid = gva(a->child_tid);
    int r = fault(FAULT_THREAD_VCPU);
    if (r == 0)
        r = space_vcpu(t->proc->space, &n->vcpu);
    if (r) {
        free(n);
        return -EAGAIN;
    }
    n->regs = vcpu_regs(n->vcpu);
    r = vcpu_load(n->vcpu, st);
    BUG_ON(r);
    traced_inherit(&t->trace, n, a->traced);
    *out = n;
    return 0;
}

static int thread_launch(struct thread *t, struct thread *n, struct thread_start *s)
{
    struct process *p = t->proc;
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, HOST_STACK);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    /* Counted before it runs: it may end, and end the process, before we are back here. */
    pthread_mutex_lock(&p->lock);
    process_add(p, n);
    seccomp_inherit(n, t);
    int r = fault(FAULT_THREAD_HOST) ? EAGAIN : pthread_create(&n->host, &attr, thread_main, s);
    pthread_mutex_unlock(&p->lock);
    pthread_attr_destroy(&attr);
    if (r == 0)
        return 0;
    thread_undo(p, n);
    return -EAGAIN;
}

static int64_t clone_thread(struct thread *t, const struct clone_args_in *args)
{
    struct clone_args_in a = *args;
    struct thread *n = NULL;
    uint32_t done = 0;
    int r = a.flags & CLONE_PIDFD ? reserve_pidfd(t, &a) : 0;
    if (r)
        return r;
    r = thread_make(t, &a, &n);
    struct thread_start s = {.t = n, .args = &a, .fds = fds_self()};
    if (r == 0) {
        n->vfork_done = a.flags & CLONE_VFORK ? &done : NULL;
        thread_tell_robust_list(t, cpu_backend()->in_place);
        r = thread_launch(t, n, &s);
        if (r)
            thread_tell_robust_list(t, true);
    }
    if (r) {
        if (a.flags & CLONE_PIDFD)
            host(SYS_close, a.pidfd_number);
        return r;
    }
    int tid;
    while (!(tid = __atomic_load_n(&s.ready, __ATOMIC_ACQUIRE)))
        wait_word(&s.ready);
    if (tid > 0 && (a.flags & CLONE_VFORK))
        traced_wait_word(t, (int *) &done);
    return tid;
}

static void report_birth(struct thread *t, const struct clone_args_in *a, int64_t pid)
{
    if (a->event)
        traced_event(t, a->event, (uint64_t) pid);
    else if (a->traced)
        traced_tell_birth(t, (int) pid);
}

/* A child of vfork is told of before the parent sleeps for it, in clone_memory(). */
static void report_child(struct thread *t, const struct clone_args_in *a, int64_t pid)
{
    if (__atomic_load_n(&t->proc->tracer.count, __ATOMIC_RELAXED))
        tracer_child(t->proc);
    if ((a->flags & (CLONE_VFORK | CLONE_VM)) == (CLONE_VFORK | CLONE_VM))
        return;
    report_birth(t, a, pid);
    if (a->flags & CLONE_VFORK)
        traced_event(t, PTRACE_EVENT_VFORK_DONE, (uint64_t) pid);
}

static int64_t clone_any(struct thread *t, const struct clone_args_in *a)
{
    uint64_t f = a->flags;
    if ((f & CLONE_THREAD) && !(f & CLONE_SIGHAND))
        return -EINVAL;
    if ((f & CLONE_SIGHAND) && (!(f & CLONE_VM) || (f & CLONE_CLEAR_SIGHAND)))
        return -EINVAL;
    if ((f & (CLONE_NEWNS | CLONE_FS)) == (CLONE_NEWNS | CLONE_FS) ||
        (f & (CLONE_NEWUSER | CLONE_FS)) == (CLONE_NEWUSER | CLONE_FS))
        return -EINVAL;
    if ((f & CLONE_THREAD) && (f & (CLONE_NEWUSER | CLONE_NEWPID)))
        return -EINVAL;
    if (f & (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET |
             CLONE_NEWTIME))
        return -EPERM; /* no namespaces of its own: what an unprivileged user is told where they are switched off */
    if (f & CLONE_INTO_CGROUP)
        return -EOPNOTSUPP;
    if ((f & CLONE_SETTLS) && a->tls >= SPACE_TOP)
        return -EPERM; /* as arch_prctl(2); and a base that is not canonical does not load */
    struct clone_args_in in = *a;
    in.event = traced_clone_event(t, a);
    in.traced = in.event || (t->trace.active && (f & CLONE_PTRACE));
    if (f & CLONE_THREAD) {
        int64_t tid = clone_thread(t, &in);
        if (tid > 0)
            report_birth(t, &in, tid);
        return tid;
    }
    if ((f & (CLONE_FILES | CLONE_VM)) == CLONE_FILES && (f & CLONE_VFORK || space_in_file(t->proc->space)))
        return -EINVAL; /* docs/limits.md */
    int r = f & CLONE_PIDFD ? reserve_pidfd(t, &in) : 0;
    if (r)
        return r;
    int64_t pid = f & CLONE_VM      ? clone_memory(t, &in)
                  : f & CLONE_FILES ? clone_with_files(t, &in)
                                    : clone_process(t, &in);
    if (pid > 0 && (f & CLONE_PARENT_SETTID) && !(f & CLONE_VM)) {
        int v = (int) pid;
        put_user(t->proc->space, gva(a->parent_tid), &v);
    }
    if ((f & CLONE_PIDFD) && pid)
        settle_pidfd(in.pidfd_number, pid, 0);
    else if ((f & (CLONE_PIDFD | CLONE_FILES)) == CLONE_PIDFD)
        host(SYS_close, in.pidfd_number);
    if (pid > 0)
        report_child(t, &in, pid);
    return pid;
}

int64_t process_clone(struct thread *t, const struct clone_args_in *a)
{
    __atomic_store_n(&t->trace.deaf, a->flags & CLONE_VFORK ? 1 : 0, __ATOMIC_RELEASE);
    int64_t r = clone_any(t, a);
    __atomic_store_n(&t->trace.deaf, 0, __ATOMIC_RELEASE);
    return r;
}
