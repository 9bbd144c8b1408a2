/* clone(2): a thread is a host thread, a process is a host process (docs/internals/fork.md). */
#include "task/clone.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <stdlib.h>

#include "base/fds.h"
#include "base/raw.h"
#include "mem/access.h"
#include "task/seccomp.h"
#include "task/signal.h"

/* The child's processor state: the parent's, with what clone changes. */
struct cpu_state *clone_state(struct thread *t, const struct clone_args_in *a)
{
    struct cpu_state *st = vcpu_save(t->vcpu);
    if (!st)
        return NULL;
    st->regs.rax = 0;
    if (a->stack)
        st->regs.rsp = a->stack;
    if (a->flags & CLONE_SETTLS)
        st->fs_base = a->tls;
    return st;
}

/* ---- threads ---- */

struct thread_start {
    struct thread *t;
    const struct clone_args_in *args;
    struct fds_user *fds;
    int ready; /* futex word: 0, then 1 when tid is known */
};

static void *thread_main(void *arg)
{
    struct thread_start *s = arg;
    struct thread *t = s->t;
    struct space *sp = t->proc->space;
    fds_act_for(s->fds);
    signal_block_all(); /* of signals 32 and up the C library may have let in one */
    t->tid = (int) host(SYS_gettid);
    current = t;
    signal_reclaim(t->proc->sighand);
    /* Before the parent goes on and before any guest instruction here, as copy_process() does. */
    if (s->args->flags & CLONE_PARENT_SETTID)
        put_user(sp, gva(s->args->parent_tid), &t->tid);
    if (s->args->flags & CLONE_CHILD_SETTID)
        put_user(sp, gva(s->args->child_tid), &t->tid);
    __atomic_store_n(&s->ready, t->tid, __ATOMIC_RELEASE);
    host(SYS_futex, &s->ready, 129 /* FUTEX_WAKE_PRIVATE */, 1, NULL, NULL, 0);
    thread_run(t);
}

static int64_t clone_thread(struct thread *t, const struct clone_args_in *a)
{
    struct process *p = t->proc;
    struct thread *n = calloc(1, sizeof *n);
    autofree struct cpu_state *st = clone_state(t, a);
    if (!n || !st) {
        free(n);
        return -ENOMEM;
    }
    n->proc = p;
    n->sigmask = t->sigmask;
    if (a->flags & CLONE_CHILD_CLEARTID)
        n->clear_child_tid = gva(a->child_tid);
    int r = space_vcpu(p->space, &n->vcpu);
    if (r) {
        free(n);
        return -EAGAIN;
    }
    n->regs = vcpu_regs(n->vcpu);
    r = vcpu_load(n->vcpu, st);
    BUG_ON(r);

    struct thread_start s = {.t = n, .args = a, .fds = fds_self()};
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, HOST_STACK);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    /* Counted before it runs: it may end, and end the process, before we are back here. */
    pthread_mutex_lock(&p->lock);
    process_add(p, n);
    seccomp_inherit(n, t);
    r = pthread_create(&n->host, &attr, thread_main, &s);
    if (r) {
        process_drop(p, n);
        seccomp_drop(n);
    }
    pthread_mutex_unlock(&p->lock);
    pthread_attr_destroy(&attr);
    if (r) {
        vcpu_park(n->vcpu);
        free(n);
        return -EAGAIN;
    }
    int tid;
    while (!(tid = __atomic_load_n(&s.ready, __ATOMIC_ACQUIRE)))
        host(SYS_futex, &s.ready, 128 /* FUTEX_WAIT_PRIVATE */, 0, NULL, NULL, 0);
    return tid;
}

/* Take the number that the child's pidfd will have, with one of this process: what fails, fails before there is a child. */
static int reserve_pidfd(struct thread *t, struct clone_args_in *a)
{
    int fd = (int) host(SYS_pidfd_open, host(SYS_getpid), 0);
    if (fd >= 0 && put_user(t->proc->space, gva(a->pidfd), &fd)) {
        host(SYS_close, fd);
        fd = -EFAULT;
    }
    a->pidfd_number = fd;
    return MIN(fd, 0);
}

/* In the parent: no child, or one that is gone already, leaves the number free. */
static void settle_pidfd(int number, int64_t pid)
{
    fds_create_lock(); /* the table may be full */
    int fd = pid > 0 ? (int) host(SYS_pidfd_open, pid, 0) : -1;
    if (fd >= 0) {
        host(SYS_dup3, fd, number, O_CLOEXEC);
        host(SYS_close, fd);
    } else {
        host(SYS_close, number);
    }
    fds_create_unlock();
}

int64_t process_clone(struct thread *t, const struct clone_args_in *a)
{
    uint64_t f = a->flags;
    if ((f & CLONE_THREAD) && !(f & CLONE_SIGHAND))
        return -EINVAL;
    if ((f & CLONE_SIGHAND) && (!(f & CLONE_VM) || (f & CLONE_CLEAR_SIGHAND)))
        return -EINVAL;
    if ((f & (CLONE_NEWNS | CLONE_FS)) == (CLONE_NEWNS | CLONE_FS))
        return -EINVAL;
    if (f & (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET |
             CLONE_NEWTIME))
        return -EPERM; /* no namespaces of its own: what an unprivileged user is told where they are switched off */
    if (f & CLONE_INTO_CGROUP)
        return -EOPNOTSUPP;
    if ((f & CLONE_SETTLS) && a->tls >= SPACE_TOP)
        return -EPERM; /* as arch_prctl(2); and a base that is not canonical does not load */
    if (f & CLONE_THREAD) {
        if (f & (CLONE_PIDFD | CLONE_VFORK))
            return -EINVAL;
        return clone_thread(t, a);
    }
    if ((f & (CLONE_FILES | CLONE_VM)) == CLONE_FILES && (f & CLONE_VFORK || space_in_file(t->proc->space)))
        return -EINVAL; /* docs/limits.md */
    struct clone_args_in in = *a;
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
        settle_pidfd(in.pidfd_number, pid);
    else if ((f & (CLONE_PIDFD | CLONE_FILES)) == CLONE_PIDFD)
        host(SYS_close, in.pidfd_number);
    return pid;
}
