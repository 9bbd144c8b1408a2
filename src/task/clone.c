/* clone(2): a thread is a host thread, a process is a host process (docs/internals/fork.md). */
#include "task/clone.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "base/fault.h"
#include "base/fds.h"
#include "base/procfs.h"
#include "base/raw.h"
#include "mem/access.h"
#include "task/seccomp.h"
#include "task/signal.h"

static void clone_change(struct cpu_regs *r, uint64_t *fs_base, const struct clone_args_in *a)
{
    r->rax = 0;
    if (a->stack)
        r->rsp = a->stack;
    if (a->flags & CLONE_SETTLS)
        *fs_base = a->tls;
}

void clone_in_place(struct thread *t, const struct clone_args_in *a)
{
    uint64_t fs_base = BASE_KEEP;
    clone_change(t->regs, &fs_base, a);
    vcpu_set_bases(t->vcpu, fs_base, BASE_KEEP);
}

struct cpu_state *clone_state(struct thread *t, const struct clone_args_in *a)
{
    struct cpu_state *st =
        (a->flags & CLONE_THREAD) && fault(FAULT_THREAD_REGISTERS) ? NULL : vcpu_save(thread_machine(t), t->vcpu);
    if (!st)
        return NULL;
    clone_change(&st->regs, &st->fs_base, a);
    return st;
}

#define PIDFD_OF_THREAD O_EXCL /* PIDFD_THREAD of Linux 6.9 */
#define P_PIDFD 3              /* of waitid; an enumerator where the C library has it */

int clone_pidfd_word(struct thread *t, const struct clone_args_in *a, int *here, int **out)
{
    size_t run;
    int now;
    *out = mem_hva(t->proc->space, gva(a->pidfd), sizeof **out, &run);
    if (run >= sizeof **out)
        return 0;
    *out = here;
    return get_user(t->proc->space, &now, gva(a->pidfd)) ? -EFAULT : put_user(t->proc->space, gva(a->pidfd), &now);
}

int clone_tell_parent(struct thread *t, const struct clone_args_in *a, int pid, int pidfd)
{
    if (pidfd >= 0 && put_user(t->proc->space, gva(a->pidfd), &pidfd))
        return -EFAULT;
    if (a->flags & CLONE_PARENT_SETTID)
        put_user(t->proc->space, gva(a->parent_tid), &pid);
    return 0;
}

void clone_drop_pidfd(int pid, int pidfd)
{
    siginfo_t si = {0};
    while (host(SYS_waitid, P_PID, pid, &si, WEXITED | WNOWAIT | __WALL, NULL) == -EINTR)
        ;
    fds_create_lock();
    si.si_pid = 0;
    bool own = !fds_reserved(pidfd);
    if (own && host(SYS_waitid, P_PIDFD, pidfd, &si, WEXITED | WNOWAIT | WNOHANG | __WALL, NULL) == 0) {
        own = si.si_pid == pid;
    } else if (
        own) { /* the kernel reaps it by itself, since its end is ignored: it is gone, or has its number for a moment yet */
        const int number = procfs_pidfd(pidfd);
        own = number == pid || number == 0;
    }
    if (own)
        host(SYS_close, pidfd);
    fds_create_unlock();
}

/* ---- threads ---- */

/* A thread on its way, shared by who makes it and itself: the one that has something to do first brings it into the world, the other waits for that. The
 * maker does so as soon as there is a host thread, without waiting for a processor to run it, but where the thread itself has work first. */
struct thread_start {
    struct thread *t;
    struct clone_args_in args;
    struct fds_user *fds;
    bool taken; /* atomic: one of them has begun */
    int ready;  /* futex word: 0, then the tid, or a negative errno when there is no thread */
    int refs;
};

/* Which may fail; and a traced one has to be known by its number when its tracer is told of it. */
static bool has_work_first(const struct clone_args_in *a)
{
    const uint64_t shared = CLONE_FS | CLONE_FILES | CLONE_SYSVSEM;
    return (a->flags & shared) != shared || a->flags & CLONE_PIDFD || a->traced;
}

/* True to the first. */
static bool thread_start_take(struct thread_start *s)
{
    return !__atomic_exchange_n(&s->taken, true, __ATOMIC_ACQ_REL);
}

static int thread_start_wait(struct thread_start *s)
{
    int result;
    while (!(result = __atomic_load_n(&s->ready, __ATOMIC_ACQUIRE)))
        host(SYS_futex, &s->ready, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
    return result;
}

static void thread_start_done(struct thread_start *s, int result)
{
    __atomic_store_n(&s->ready, result, __ATOMIC_RELEASE);
    host(SYS_futex, &s->ready, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void thread_start_drop(struct thread_start *s)
{
    if (__atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL) == 0)
        free(s);
}

/* Before its maker goes on and before any guest instruction of its own, as copy_process() does. */
static void thread_start_tell(struct thread_start *s, struct thread *t, int tid)
{
    signal_reclaim(t->proc->sighand);
    if (s->args.flags & CLONE_PARENT_SETTID)
        put_user(t->proc->space, gva(s->args.parent_tid), &tid);
    if (s->args.flags & CLONE_CHILD_SETTID)
        put_user(t->proc->space, gva(s->args.child_tid), &tid);
    thread_start_done(s, tid);
}

/* The C library shares everything between threads; what clone did not ask for is taken apart here. */
static int thread_part(uint64_t own)
{
    int r = own ? fault(FAULT_THREAD_PART) : 0;
    return r == 0 && own ? (int) host(SYS_unshare, own) : r;
}

/* With a pidfd, which is the parent's alone, and which until then nobody else can take: the lock is held. */
static int thread_part_with_pidfd(const struct thread *t, const struct clone_args_in *a, uint64_t own)
{
    fds_create_lock();
    int fd = (int) host(SYS_pidfd_open, t->tid, PIDFD_OF_THREAD); /* EINVAL before Linux 6.9 */
    if (fd >= 0)
        fd = fds_given(fd);
    int r = fd < 0 ? fd : put_user(t->proc->space, gva(a->pidfd), &fd);
    if (r == 0)
        r = thread_part(own);
    if (fd >= 0 && (r || own & CLONE_FILES))
        host(SYS_close, fd); /* in the table that is the parent's, too, or in that of this thread */
    fds_create_unlock();
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

static void thread_name(struct thread *t, int tid)
{
    __atomic_store_n(&t->trace.tid, tid, __ATOMIC_RELAXED);
    __atomic_store_n(&t->tid, tid, __ATOMIC_RELAXED); /* pairs with thread_id() */
}

static void *thread_main(void *arg)
{
    struct thread_start *s = arg;
    struct thread *t = s->t;
    fds_act_for(s->fds);
    const int tid = (int) host(SYS_gettid);
    thread_name(t, tid);
    signal_thread_begin(t);
    signal_block_all(); /* from here on SIGSEGV and SIGBUS come, and find whose they are */
    uint64_t own = ~s->args.flags & (CLONE_FS | CLONE_FILES | CLONE_SYSVSEM);
    int r = s->args.flags & CLONE_PIDFD ? thread_part_with_pidfd(t, &s->args, own) : thread_part(own);
    if (r) {
        current = NULL;
        thread_undo(t->proc, t);
        thread_start_done(s, r);
        thread_start_drop(s);
        return NULL;
    }
    if (thread_start_take(s))
        thread_start_tell(s, t, tid);
    else
        thread_start_wait(s);
    thread_start_drop(s);
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

/* Of a thread that cannot end meanwhile: the C library tells it in the number of a clock (CPUCLOCK_PID() of the kernel). */
static int host_thread_id(pthread_t thread)
{
    clockid_t clock;
    BUG_ON(pthread_getcpuclockid(thread, &clock));
    return (int) ~(clock >> 3);
}

static int thread_launch(struct thread *t, struct thread *n, struct thread_start *s)
{
    struct process *p = t->proc;
    pthread_t thread;
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, HOST_STACK);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    /* Counted before it runs: it may end, and end the process, before we are back here. */
    pthread_mutex_lock(&p->lock);
    process_add(p, n);
    seccomp_inherit(n, t);
    const uint64_t all = ~0ull;
    uint64_t before;
    host(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof all); /* for the new one, which is not `current` yet */
    int r = fault(FAULT_THREAD_HOST) ? EAGAIN : pthread_create(&thread, &attr, thread_main, s);
    host(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof all);
    pthread_mutex_unlock(&p->lock);
    pthread_attr_destroy(&attr);
    if (r) {
        thread_undo(p, n);
        s->refs = 1;
        return -EAGAIN;
    }
    if (!has_work_first(&s->args) && thread_start_take(s)) {
        int tid = host_thread_id(thread);
        thread_name(n, tid);
        thread_start_tell(s, n, tid);
        return tid;
    }
    return thread_start_wait(s);
}

static int64_t clone_thread(struct thread *t, const struct clone_args_in *a)
{
    struct thread *n = NULL;
    uint32_t done = 0;
    struct thread_start *s = calloc(1, sizeof *s);
    int r = s ? thread_make(t, a, &n) : -ENOMEM;
    if (r) {
        free(s);
        return r;
    }
    *s = (struct thread_start){.t = n, .args = *a, .fds = fds_self(), .refs = 2};
    n->vfork_done = a->flags & CLONE_VFORK ? &done : NULL;
    int tid = thread_launch(t, n, s);
    thread_start_drop(s);
    if (tid > 0 && (a->flags & CLONE_VFORK))
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
    int64_t pid = f & CLONE_VM      ? clone_memory(t, &in)
                  : f & CLONE_FILES ? clone_with_files(t, &in)
                                    : clone_process(t, &in);
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
