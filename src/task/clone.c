/* fork, vfork, clone: a thread is a host thread, a process is a host process (docs/internals/fork.md). */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sanitizer/asan_interface.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/fds.h"
#include "base/raw.h"
#include "mem/access.h"
#include "mem/image.h"
#include "task/picture.h"
#include "task/process.h"
#include "task/signal.h"

#define HOST_STACK (256ull << 10)

/* The child's processor state: the parent's, with what clone changes. */
static struct cpu_state *child_state(struct thread *t, const struct clone_args_in *a)
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
    autofree struct cpu_state *st = child_state(t, a);
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
    LIST_INSERT_HEAD(&p->threads, n, link);
    p->nthreads++;
    r = pthread_create(&n->host, &attr, thread_main, &s);
    if (r) {
        LIST_REMOVE(n, link);
        p->nthreads--;
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

/* ---- processes with memory of their own ---- */

static bool memory_shared; /* for good: there is no telling when the last one ends */

bool process_memory_shared(void)
{
    return __atomic_load_n(&memory_shared, __ATOMIC_ACQUIRE);
}

/* A pair of sockets in the window: what a picture sends to the child, and the child's word that it runs, or its end. */
struct ready {
    int fd[2];
    struct picture *pic; /* or NULL: by the host's copy */
    LIST_ENTRY(ready) link;
};

/* All of this process: forks of other threads copy them, and their children close what they find. Changed with the descriptors' lock
 * held, as at the moment of a fork. */
static LIST_HEAD(, ready) ready_pipes;

/* In a child of CLONE_VFORK with memory of its own: its end of that pair, open until it execs or ends; the parent sleeps so long. */
static int vfork_end = -1;

struct fork_counts fork_counts;

static void locks_before_fork(struct process *p)
{
    fds_fork_prepare(); /* outermost: S_FDLOCK calls hold it while they take the others */
    pthread_mutex_lock(&p->lock);
    lock_take(&p->sighand->lock);
    space_fork_prepare(p->space);
}

static void locks_in_parent(struct process *p)
{
    space_fork_parent(p->space);
    lock_drop(&p->sighand->lock);
    pthread_mutex_unlock(&p->lock);
    fds_fork_done(false);
}

/* Does the guest's fork need more than the C library's fork does? */
static bool plain(const struct clone_args_in *a)
{
    return a->exit_signal == SIGCHLD &&
           !(a->flags & (CLONE_PARENT | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_IO));
}

/* musl's lock of its list of threads, which its fork() would let go in the child; another C library has none by that name. */
extern volatile int __thread_list_lock __attribute__((weak)); /* NOLINT */

/* The child: one thread, a machine of its own over the memory that the host copied. */
static int renew_in_child(struct thread *t, const struct clone_args_in *a, const struct cpu_state *st,
                          const struct ready *ready)
{
    struct process *p = t->proc;
    lock_act_for(0);
    alloc_fork_child();
    if (&__thread_list_lock && !plain(a))
        __thread_list_lock = 0; /* a thread that is no more may have been on its way in or out */
    fds_fork_done(true);
    struct ready *pipe;
    LIST_FOREACH (pipe, &ready_pipes, link) {
        fds_close(pipe->fd[0]);
        if (pipe == ready)
            continue;
        fds_close(pipe->fd[1]);
        picture_free(pipe->pic);
    }
    LIST_INIT(&ready_pipes);
    fds_close(vfork_end);
    vfork_end = a->flags & CLONE_VFORK ? ready->fd[1] : -1;
    p->sighand->lock = (struct lock){0};
    pthread_mutex_init(&p->lock, NULL);
    struct thread *o, *next;
    for (o = LIST_FIRST(&p->threads); o; o = next) {
        next = LIST_NEXT(o, link);
        if (o != t)
            free(o);
    }
    LIST_INIT(&p->threads);
    LIST_INSERT_HEAD(&p->threads, t, link);
    p->nthreads = 1;
    p->pid = t->tid = (int) host(SYS_getpid);
    t->host = pthread_self();
    t->sync_taken = t->sig_taken = 0;
    t->robust_list = gva(0);
    t->clear_child_tid = gva(a->flags & CLONE_CHILD_CLEARTID ? a->child_tid : 0);
    p->vfork_child = false; /* the child of one has memory of its own again */
    process_self = p;
    __atomic_store_n(&memory_shared, false, __ATOMIC_RELAXED);
    int r = ready->pic ? picture_load(ready->pic, t, ready->fd[1]) : space_fork_child(p->space);
    if (r == 0 && !ready->pic) {
        r = vcpu_create(space_machine(p->space), &t->vcpu);
        if (r == 0) {
            t->regs = vcpu_regs(t->vcpu);
            r = vcpu_load(t->vcpu, st);
        }
    }
    if (r)
        return r;
    machine_born(space_machine(p->space));
    fork_counts = (struct fork_counts){0};
    if (a->flags & CLONE_CHILD_SETTID)
        put_user(p->space, gva(a->child_tid), &t->tid);
    return 0;
}

/* The child's word to its parent, which waits for it. */
static void answer(const struct ready *ready, int status)
{
    if (fault(FAULT_FORK_CHILD_EXIT))
        host(SYS_exit_group, 125);
    if (fault(FAULT_FORK_CHILD_KILL))
        host(SYS_kill, host(SYS_getpid), SIGKILL);
    host(SYS_write, ready->fd[1], &status, sizeof status);
    if (status)
        host(SYS_exit_group, 125);
    if (vfork_end < 0)
        fds_close(ready->fd[1]);
}

static int ready_open(struct ready *ready)
{
    int raw[2];
    int r = fault(FAULT_FORK_PIPE);
    if (r)
        return r;
    fds_create_lock();
    r = (int) host(SYS_socketpair, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, raw);
    if (r == 0) {
        ready->fd[0] = fds_adopt_fd(raw[0], false);
        ready->fd[1] = fds_adopt_fd(raw[1], false);
        if (ready->fd[0] < 0 || ready->fd[1] < 0) {
            fds_close(ready->fd[0]);
            fds_close(ready->fd[1]);
            r = -EAGAIN;
        } else {
            LIST_INSERT_HEAD(&ready_pipes, ready, link);
        }
    }
    fds_create_unlock();
    return r;
}

/* With the descriptors' lock held: from here on no other child can have our copy of its end. */
static void ready_close_child(struct ready *ready)
{
    fds_close(ready->fd[1]);
    ready->fd[1] = -1;
}

static void ready_close(struct ready *ready)
{
    fds_create_lock();
    LIST_REMOVE(ready, link);
    fds_close(ready->fd[0]);
    fds_create_unlock();
}

/* Until the child has said something, or is gone (0). */
static long ready_read(struct ready *ready, int *status)
{
    long n;
    do
        n = host(SYS_read, ready->fd[0], status, sizeof *status);
    while (n == -EINTR);
    return n;
}

/* A child that failed before it was the guest's: reap it, and take back the signal that its end sent. */
static void reap_failed(int pid, bool had_pending)
{
    siginfo_t si;
    while (host(SYS_waitid, P_PID, pid, &si, WEXITED | __WALL, NULL) == -EINTR)
        ;
    ksigset_t chld = KSIG_BIT(SIGCHLD);
    const struct timespec now = {0};
    if (!had_pending)
        host(SYS_rt_sigtimedwait, &chld, NULL, &now, 8);
}

static long host_fork(const struct clone_args_in *a)
{
    long pid = fault(FAULT_FORK_HOST);
    if (pid == 0)
        pid = plain(a)
                  ? fork()
                  : host(SYS_clone,
                         (a->flags & (CLONE_PARENT | CLONE_FS | CLONE_SYSVSEM | CLONE_IO)) | (unsigned) a->exit_signal,
                         0, NULL, NULL, 0);
    return pid < 0 ? -EAGAIN : pid;
}

static int64_t fork_process(struct thread *t, const struct clone_args_in *a)
{
    struct process *p = t->proc;
    struct ready ready = {.pic = NULL};
    autofree struct cpu_state *st = fault(FAULT_FORK_REGISTERS) ? NULL : child_state(t, a);
    int r = st ? ready_open(&ready) : -ENOMEM;
    if (r)
        return r;
    ksigset_t pending = 0;
    host(SYS_rt_sigpending, &pending, 8);
    if (fork_setup.kind != SPACE_COW)
        r = picture_new(t, st, &ready.pic);

    locks_before_fork(p);
    if (r == 0 && ready.pic)
        r = picture_take(ready.pic);
    long pid = r ? r : host_fork(a);
    if (pid == 0) {
        answer(&ready, renew_in_child(t, a, st, &ready));
        if (a->flags & CLONE_CLEAR_SIGHAND)
            signal_reset_handlers(p->sighand);
        return 0;
    }
    ready_close_child(&ready);
    uint64_t *count = !ready.pic                    ? &fork_counts.cow
                      : picture_is_clone(ready.pic) ? &fork_counts.clone
                                                    : &fork_counts.copy;
    if (ready.pic)
        picture_send(ready.pic, pid > 0 ? ready.fd[0] : -1);
    picture_free(steal_ptr(&ready.pic));
    locks_in_parent(p);
    int status = -EAGAIN;
    if (pid > 0) {
        if (ready_read(&ready, &status) != sizeof status)
            status = -EAGAIN; /* it died before it could say */
        else if (status == 0 && a->flags & CLONE_VFORK)
            ready_read(&ready, &(int){0});
        if (status) {
            reap_failed((int) pid, pending & KSIG_BIT(SIGCHLD));
            pid = status;
        }
    }
    ready_close(&ready);
    if (pid > 0)
        __atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
    return pid;
}

/* CLONE_FILES: a descriptor of the child is one of the parent's, so there is no pipe that would end with the child, or that a picture could go
 * through. Memory goes by the host's copy. */
static int64_t clone_with_files(struct thread *t, const struct clone_args_in *a)
{
    struct process *p = t->proc;
    const struct ready none = {.fd = {-1, -1}};
    if (space_in_file(p->space))
        return -EINVAL; /* the host's fork would share the file: docs/limits.md */
    autofree struct cpu_state *st = child_state(t, a);
    if (!st)
        return -ENOMEM;
    ksigset_t pending = 0;
    host(SYS_rt_sigpending, &pending, 8);

    locks_before_fork(p);
    int place = fork_setup.kind == SPACE_COW ? 0 : space_keep_from_fork(p->space, false);
    if (place == 0)
        place = fds_fork_share();
    long pid = place < 0 ? place
                         : host(SYS_clone,
                                (a->flags & (CLONE_FILES | CLONE_PARENT | CLONE_FS | CLONE_SYSVSEM | CLONE_IO)) |
                                    (unsigned) a->exit_signal,
                                0, NULL, NULL, 0);
    if (pid == 0) {
        int status = renew_in_child(t, a, st, &none);
        fds_fork_answer(status);
        if (status)
            host(SYS_exit_group, 125);
        if (a->flags & CLONE_CLEAR_SIGHAND)
            signal_reset_handlers(p->sighand);
        return 0;
    }
    locks_in_parent(p);
    int status = place < 0 ? place : fds_fork_wait(place, (int) pid);
    if (status && pid > 0)
        reap_failed((int) pid, pending & KSIG_BIT(SIGCHLD));
    return status == 0 ? pid : status == -ENOMEM ? -ENOMEM : -EAGAIN;
}

static int64_t clone_process(struct thread *t, const struct clone_args_in *a)
{
    int64_t pid = fork_process(t, a);
    if (pid < 0)
        __atomic_add_fetch(&fork_counts.failed, 1, __ATOMIC_RELAXED);
    return pid < 0 && pid != -ENOMEM ? -EAGAIN : pid;
}

/* ---- processes that share memory: vfork, posix_spawn, CLONE_VM ---- */

struct spawn {
    struct process proc;
    struct thread thread;
    struct clone_args_in args;
    struct fds_user fds, *parent_fds;
    void *stack;
    bool own_sighand;
    int refs;    /* who still looks at this: the parent that asks for the pid, and the host thread that sleeps */
    int64_t pid; /* futex word in its lower half, for CLONE_VM without CLONE_VFORK: 0 until the child has one */
};

static void spawn_free(struct spawn *s)
{
    if (__atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    if (s->thread.vcpu)
        vcpu_park(s->thread.vcpu);
    if (s->proc.execing) { /* on the child's stack; its descriptors went with it */
        s->proc.execing->fd = s->proc.execing->interp_fd = -1;
        program_free(s->proc.execing);
    }
    if (s->stack)
        munmap(s->stack, HOST_STACK);
    if (s->own_sighand)
        free(s->proc.sighand);
    free(s);
}

/* Everything that the child needs, made by the parent: what fails, fails before there is a child. */
static int spawn_prepare(struct thread *t, const struct clone_args_in *a, struct spawn **out)
{
    struct process *p = t->proc;
    struct spawn *s = calloc(1, sizeof *s);
    autofree struct cpu_state *st = child_state(t, a);
    if (!s || !st) {
        free(s);
        return -ENOMEM;
    }
    s->args = *a;
    s->refs = 1;
    s->proc = *p;
    s->proc.execing = NULL;
    s->proc.vfork_child = true;
    s->proc.nthreads = 1;
    pthread_mutex_init(&s->proc.lock, NULL);
    LIST_INIT(&s->proc.threads);
    void *stack = mmap(NULL, HOST_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    s->stack = stack == MAP_FAILED ? NULL : stack;
    if (s->stack) /* the frames of a child that never returned may have been here: a sanitizer build remembers them */
        ASAN_UNPOISON_MEMORY_REGION(s->stack, HOST_STACK);
    int r = s->stack ? 0 : -ENOMEM;
    if (r == 0 && !(a->flags & CLONE_SIGHAND)) {
        struct sighand *sh = calloc(1, sizeof *sh);
        if (sh) {
            lock_take(&p->sighand->lock);
            memcpy(sh->action, p->sighand->action, sizeof sh->action);
            lock_drop(&p->sighand->lock);
            s->proc.sighand = sh;
            s->own_sighand = true;
        } else {
            r = -ENOMEM;
        }
    }
    struct thread *n = &s->thread;
    n->proc = &s->proc;
    n->sigmask = t->sigmask;
    n->altstack_sp = t->altstack_sp, n->altstack_size = t->altstack_size, n->altstack_flags = t->altstack_flags;
    if (a->flags & CLONE_CHILD_CLEARTID)
        n->clear_child_tid = gva(a->child_tid);
    LIST_INSERT_HEAD(&s->proc.threads, n, link);
    if (r == 0 && space_vcpu(p->space, &n->vcpu))
        r = -EAGAIN;
    if (r) {
        spawn_free(s);
        return r;
    }
    n->regs = vcpu_regs(n->vcpu);
    BUG_ON(vcpu_load(n->vcpu, st));
    s->parent_fds = fds_self();
    r = fds_child_prepare(&s->fds, a->flags & CLONE_FILES);
    if (r) {
        spawn_free(s);
        return r;
    }
    *out = s;
    return 0;
}

static void tell_pid(struct spawn *s, int64_t pid)
{
    __atomic_store_n(&s->pid, pid, __ATOMIC_RELEASE);
    host(SYS_futex, &s->pid, 129 /* FUTEX_WAKE_PRIVATE */, 1, NULL, NULL, 0);
}

static int spawn_main(void *arg)
{
    struct spawn *s = arg;
    struct thread *t = &s->thread;
    s->proc.pid = t->tid = (int) host(SYS_getpid);
    if (s->args.flags & CLONE_PARENT_SETTID)
        put_user(s->proc.space, gva(s->args.parent_tid), &t->tid);
    if (s->args.flags & CLONE_CHILD_SETTID)
        put_user(s->proc.space, gva(s->args.child_tid), &t->tid);
    if (s->args.flags & CLONE_CLEAR_SIGHAND)
        signal_reset_handlers(s->proc.sighand);
    if ((s->args.flags & (CLONE_PIDFD | CLONE_FILES)) == CLONE_PIDFD)
        host(SYS_close, s->args.pidfd_number);
    if (!(s->args.flags & CLONE_VFORK))
        tell_pid(s, t->tid);
    thread_run(t);
}

/* The child has left this memory, by exec, or dead in the middle of whatever it did here: what it held is let go in its name. */
static void spawn_gone(struct spawn *s, int pid)
{
    alloc_repair(pid); /* first: the others may allocate */
    fds_child_gone(&s->fds, pid);
    space_repair(s->proc.space, pid);
    if (lock_held_by(&s->proc.sighand->lock, pid))
        lock_drop(&s->proc.sighand->lock);
}

/* The calling host thread sleeps in the host's clone until the child execs or ends. The child runs on a vCPU of the same machine, on a host
 * stack of its own, with this thread's thread-local storage: which is free, for this thread sleeps. */
static int64_t spawn_run(struct spawn *s)
{
    const struct clone_args_in *a = &s->args;
    uint64_t flags = CLONE_VM | CLONE_VFORK |
                     (a->flags & (CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_PARENT | CLONE_SYSVSEM | CLONE_IO));
    struct thread *t = current;
    int self = lock_act_for(0);
    fds_act_for(&s->fds);
    int64_t pid = clone(spawn_main, (char *) s->stack + HOST_STACK, (int) (flags | (unsigned) a->exit_signal), s);
    current = t;
    lock_act_for(self);
    fds_act_for(s->parent_fds);
    spawn_gone(s, (int) pid);
    return pid < 0 ? -EAGAIN : pid;
}

/* CLONE_VM without CLONE_VFORK: a host thread of ours does the sleeping. */
static void *spawn_sleeper(void *arg)
{
    struct spawn *s = arg;
    fds_act_for(s->parent_fds);
    signal_block_all();
    int64_t pid = spawn_run(s);
    if (pid < 0)
        tell_pid(s, pid);
    spawn_free(s);
    return NULL;
}

static int64_t clone_memory(struct thread *t, const struct clone_args_in *a)
{
    struct spawn *s;
    int64_t pid = spawn_prepare(t, a, &s);
    if (pid)
        return pid;
    if (a->flags & CLONE_VFORK) {
        pid = spawn_run(s);
        spawn_free(s);
        return pid;
    }
    __atomic_store_n(&memory_shared, true, __ATOMIC_RELEASE); /* before the child is there; process_exit() reads it */
    pthread_t sleeper;
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, HOST_STACK);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    s->refs = 2;
    int r = pthread_create(&sleeper, &attr, spawn_sleeper, s);
    pthread_attr_destroy(&attr);
    if (r) {
        s->refs = 1;
        fds_child_gone(&s->fds, -1);
        spawn_free(s);
        return -EAGAIN;
    }
    while (!(pid = __atomic_load_n(&s->pid, __ATOMIC_ACQUIRE)))
        host(SYS_futex, &s->pid, 128 /* FUTEX_WAIT_PRIVATE */, 0, NULL, NULL, 0);
    spawn_free(s);
    return pid;
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
