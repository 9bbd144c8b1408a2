/* Processes with memory of their own: by the host's fork, or by a picture (docs/internals/fork.md). */
#include "task/clone.h"

#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/fds.h"
#include "base/raw.h"
#include "mem/access.h"
#include "mem/image.h"
#include "task/birth.h"
#include "task/picture.h"
#include "task/seccomp.h"
#include "task/signal.h"

/* A pair of sockets in the window: what a picture sends to the child, and the child's word that it runs, or its end. For other children of the
 * process they are private: a copy would put off that end. */
struct ready {
    int fd[2];
    struct picture *pic; /* or NULL: by the host's copy */
    int place;           /* CLONE_FILES: the child's in the table of descriptors, else -1 */
};

struct fork_counts fork_counts FORKED;

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
    fds_fork_parent();
}

#define PASSED ((uint64_t) (CLONE_PARENT | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_IO | CLONE_PIDFD))

/* Does the C library's fork do what the guest's needs? It holds locks of the library's meanwhile, which a child of vfork that is killed would
 * leave to its parent. */
static bool plain(const struct process *p, const struct clone_args_in *a)
{
    return a->exit_signal == SIGCHLD && !(a->flags & PASSED) && !p->vfork_child;
}

/* musl's lock of its list of threads, which its fork() would let go in the child; another C library has none by that name. */
extern volatile int __thread_list_lock __attribute__((weak)); /* NOLINT */

/* What the parent's tracer, and the parent's tracees, are to the child. */
static void child_untraced(struct thread *t, bool traced)
{
    struct process *p = t->proc;
    bool took_all = p->sighand->all;
    traced_forget(p);
    traced_inherit(&t->trace, t, traced);
    if (took_all)
        signal_take_all(p->sighand, false);
}

static bool in_place(const struct process *p)
{
    return machine_traits(space_machine(p->space)).in_place;
}

/* What the child's vCPU starts with: *out is NULL where it goes on with a copy of the parent's. */
static int state_for_child(struct thread *t, const struct clone_args_in *a, struct cpu_state **out)
{
    if (in_place(t->proc))
        return 0;
    *out = fault(FAULT_FORK_REGISTERS) ? NULL : clone_state(t, a);
    return *out ? 0 : -ENOMEM;
}

/* The child: one thread, a machine of its own over the memory that the host copied. */
static int renew_in_child(struct thread *t, const struct clone_args_in *a, const struct cpu_state *st,
                          const struct ready *ready)
{
    struct process *p = t->proc;
    lock_act_for(0);
    alloc_fork_child();
    if (&__thread_list_lock && !plain(p, a))
        __thread_list_lock = 0; /* a thread that is no more may have been on its way in or out */
    fds_fork_child(ready->place);
    fds_set_private(ready->fd[1], false); /* ours */
    if (ready->pic)
        fds_set_private(picture_memfile(ready->pic), false);
    fds_drop_others();
    p->sighand->lock = (struct lock){0};
#ifdef __SANITIZE_THREAD__ /* it has started a thread of its own in the child */
    signal_reclaim(p->sighand);
#endif
    pthread_mutex_unlock(&p->lock); /* the caller's, from before the fork */
    pthread_mutex_init(&p->exec_lock, NULL);
    struct thread *o, *next;
    for (o = LIST_FIRST(&p->threads); o; o = next) {
        next = LIST_NEXT(o, link);
        if (o != t) {
            seccomp_drop(o);
            free(o);
        }
    }
    LIST_INIT(&p->threads);
    LIST_INSERT_HEAD(&p->threads, t, link);
    p->nthreads = 1;
    int forked_by = t->tid;
    p->pid = t->tid = (int) host(SYS_getpid);
    t->dispatch.on = false;
    p->forked_by = forked_by;
    child_untraced(t, a->traced);
    t->robust_list = gva(0);
    t->robust_told = false;
    t->clear_child_tid = gva(a->flags & CLONE_CHILD_CLEARTID ? a->child_tid : 0);
    p->shares_fs = a->flags & CLONE_FS;
    p->vfork_child = false; /* the child of one has memory of its own again */
    process_self = p;
    birth_forget();
    process_own_memory();
    int r = ready->pic ? picture_load(ready->pic, t, ready->fd[1]) : space_fork_child(p->space, t->vcpu);
    if (r == 0 && in_place(p)) {
        clone_in_place(t, a);
    } else if (r == 0 && !ready->pic) {
        r = vcpu_create(space_machine(p->space), &t->vcpu);
        if (r == 0) {
            t->regs = vcpu_regs(t->vcpu);
            r = vcpu_load(t->vcpu, st);
        }
    }
    if (r)
        return r;
    machine_born(space_machine(p->space));
    space_limits_inherit(space_limits(p->space));
    fork_counts = (struct fork_counts){0};
    if (a->flags & CLONE_CHILD_SETTID)
        put_user(p->space, gva(a->child_tid), &t->tid);
    __atomic_store_n(&p->forking, 0, __ATOMIC_RELEASE);
    return 0;
}

/* Until the other side has said something, or is gone (0). */
static long ready_read(int fd, int *status)
{
    long n;
    do
        n = host(SYS_read, fd, status, sizeof *status);
    while (n == -EINTR);
    return n;
}

/* Does the parent want something stored before the child runs, and not in the child's copy of its memory? */
static bool parent_is_told(const struct clone_args_in *a)
{
    return a->flags & (CLONE_PIDFD | CLONE_PARENT_SETTID);
}

static void say(int fd, int status)
{
    host(SYS_sendto, fd, &status, sizeof status, MSG_NOSIGNAL, NULL, 0);
}

/* The child's word to its parent, which waits for it, or has ended or executed by another thread's doing: then the child goes on as it is. With
 * CLONE_VFORK its end stays open until it execs or ends; the parent sleeps so long. */
static void answer(const struct ready *ready, const struct clone_args_in *a, int status)
{
    if (fault(FAULT_FORK_CHILD_EXIT))
        host(SYS_exit_group, 125);
    if (fault(FAULT_FORK_CHILD_KILL))
        host(SYS_kill, host(SYS_getpid), SIGKILL);
    say(ready->fd[1], status);
    if (status == 0 && parent_is_told(a))
        ready_read(ready->fd[1], &status);
    if (status)
        host(SYS_exit_group, 125);
    if (a->flags & CLONE_VFORK)
        fds_set_private(ready->fd[1], true);
    else
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
        ready->fd[0] = fds_adopt_private(raw[0], false);
        ready->fd[1] = fds_adopt_private(raw[1], false);
        if (ready->fd[0] < 0 || ready->fd[1] < 0) {
            fds_close(ready->fd[0]);
            fds_close(ready->fd[1]);
            r = -EAGAIN;
        }
    }
    fds_create_unlock();
    return r;
}

/* A child that failed before it was the guest's: reap it, and take back the signal that its end sent. Whoever got one of the two first asks
 * birth_failed(). A signal of those that were pending `before` is not of this child. */
static void reap_failed(struct birth *b, int pid, int sig, ksigset_t before)
{
    siginfo_t si = {.si_pid = 0};
    const ksigset_t set = sig > 0 && sig <= KSIG_MAX ? KSIG_BIT(sig) & ~before : 0;
    const struct timespec now = {0};
    birth_end(b, true);
    long r;
    do
        r = host(SYS_waitid, P_PID, pid, &si, WEXITED | __WALL, NULL);
    while (r == -EINTR);
    if (r == 0)
        birth_reaped(pid);
    if (!set)
        return;
    /* A standard signal is pending once: another child's may have been lost behind it, or is what was taken. */
    bool again = host(SYS_rt_sigtimedwait, &set, &si, &now, 8) == sig && si.si_pid != pid;
    if (!again && sig == SIGCHLD)
        again = host(SYS_waitid, P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT, NULL) == 0 && si.si_pid > 0 &&
                si.si_pid != pid;
    if (again) /* for the process; the kernel lets nobody but a thread say so of itself */
        host(SYS_rt_sigqueueinfo, host(SYS_gettid), sig, &si);
}

/* What of a pidfd's making fails, fails before there is a child. */
static bool of_pidfd(const struct clone_args_in *a, int64_t error)
{
    return (a->flags & CLONE_PIDFD) && (error == -EMFILE || error == -ENFILE || error == -EFAULT);
}

/* With the descriptors' lock held: the limit is the guest's. `tid`: with CLONE_FILES the host's kernel stores for the parent what there is to store; both
 * words at once are for clone3 only, which may not be there. */
static long make_child(const struct process *p, const struct clone_args_in *a, int *pidfd, int *tid)
{
    struct clone_args c = {.flags = a->flags & (PASSED | CLONE_PARENT_SETTID),
                           .pidfd = (uintptr_t) pidfd,
                           .parent_tid = (uintptr_t) tid,
                           .exit_signal = (unsigned) a->exit_signal};
    long pid = tid && parent_is_told(a) ? host(SYS_clone3, &c, sizeof c) : -ENOSYS;
    if (pid >= 0 || of_pidfd(a, pid))
        return pid;
    pid = fault(FAULT_FORK_HOST);
    if (pid == 0)
        pid =
            plain(p, a) ? fork() : host(SYS_clone, (a->flags & PASSED) | (unsigned) a->exit_signal, 0, pidfd, NULL, 0);
    return pid >= 0 || of_pidfd(a, pid) ? pid : -EAGAIN;
}

/* What is sent to the child finds it without what its parent had taken. */
static long host_fork(struct thread *t, const struct clone_args_in *a, int *pidfd, int *tid)
{
    const ksigset_t all = ~0ull;
    ksigset_t before;
    host(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, 8);
    long pid = make_child(t->proc, a, pidfd, tid);
    if (pid == 0)
        t->sync.taken = t->proc->sync.taken = t->sig_taken = 0;
    host(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, 8);
    return pid;
}

/* Can nothing fail in the child? Asked without the locks, and again with them. */
static bool is_certain(struct thread *t, const struct clone_args_in *a)
{
    const struct process *p = t->proc;
    return in_place(p) && !p->vfork_child && !(a->flags & CLONE_VFORK) && !parent_is_told(a) && !a->traced &&
           !space_drops(p->space);
}

/* Such a child says nothing: what happens to it is what happens to a child. Only who looks at its process from outside waits until it is
 * there (target.c). */
static int64_t fork_certainly(struct thread *t, const struct clone_args_in *a)
{
    struct process *p = t->proc;
    const struct ready none = {.fd = {-1, -1}, .place = -1};
    long pid = -EBUSY;
    locks_before_fork(p);
    if (is_certain(t, a)) {
        struct birth *birth = birth_begin(a->exit_signal);
        p->forking = p->pid;
        pid = host_fork(t, a, NULL, NULL);
        if (pid == 0) {
            BUG_ON(renew_in_child(t, a, NULL, &none));
            if (a->flags & CLONE_CLEAR_SIGHAND)
                signal_reset_handlers(p->sighand);
            return 0;
        }
        __atomic_store_n(&p->forking, 0, __ATOMIC_RELEASE);
        birth_is(birth, (int) pid);
        if (pid > 0)
            birth_end(birth, false);
        p->shares_fs |= pid > 0 && a->flags & CLONE_FS;
    }
    locks_in_parent(p);
    if (pid > 0)
        __atomic_add_fetch(&fork_counts.cow, 1, __ATOMIC_RELAXED);
    return pid;
}

static int64_t fork_process(struct thread *t, const struct clone_args_in *a)
{
    struct process *p = t->proc;
    struct ready ready = {.pic = NULL, .place = -1};
    autofree struct cpu_state *st = NULL;
    if (is_certain(t, a)) {
        int64_t pid = fork_certainly(t, a);
        if (pid != -EBUSY)
            return pid;
    }
    int r = state_for_child(t, a, &st);
    if (r == 0)
        r = ready_open(&ready);
    if (r)
        return r;
    ksigset_t pending = 0;
    host(SYS_rt_sigpending, &pending, 8);
    if (fork_setup.kind != SPACE_COW)
        r = picture_new(t, st, &ready.pic);

    locks_before_fork(p);
    if (r == 0 && ready.pic)
        r = picture_take(ready.pic);
    struct birth *birth = birth_begin(a->exit_signal);
    int pidfd = -1;
    long pid = r ? r : host_fork(t, a, &pidfd, NULL);
    if (pid == 0) {
        answer(&ready, a, renew_in_child(t, a, st, &ready));
        if (a->flags & CLONE_CLEAR_SIGHAND)
            signal_reset_handlers(p->sighand);
        return 0;
    }
    birth_is(birth, (int) pid);
    fds_close(ready.fd[1]);
    uint64_t *count = !ready.pic                        ? &fork_counts.cow
                      : picture_memfile(ready.pic) >= 0 ? &fork_counts.clone
                                                        : &fork_counts.copy;
    if (ready.pic)
        picture_send(ready.pic, pid > 0 ? ready.fd[0] : -1);
    picture_free(steal_ptr(&ready.pic));
    p->shares_fs |= pid > 0 && a->flags & CLONE_FS;
    locks_in_parent(p);
    int status = -EAGAIN;
    if (pid > 0) {
        if (ready_read(ready.fd[0], &status) != sizeof status) {
            status = -EAGAIN; /* it died before it could say */
        } else if (status == 0 && parent_is_told(a)) {
            status = clone_tell_parent(t, a, (int) pid, pidfd);
            say(ready.fd[0], status);
        }
        if (status == 0)
            birth_end(birth, false);
        if (status == 0 && a->flags & CLONE_VFORK)
            ready_read(ready.fd[0], &(int){0});
        if (status) {
            if (pidfd >= 0)
                clone_drop_pidfd((int) pid, pidfd);
            reap_failed(birth, (int) pid, a->exit_signal, pending);
            pid = status;
        }
    }
    fds_close(ready.fd[0]);
    if (pid > 0)
        __atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
    return pid;
}

/* CLONE_FILES: a descriptor of the child is one of the parent's, so there is no pipe that would end with the child, or that a picture could go
 * through. Memory goes by the host's copy. */
int64_t clone_with_files(struct thread *t, const struct clone_args_in *a)
{
    struct process *p = t->proc;
    struct ready shared = {.fd = {-1, -1}};
    if (space_in_file(p->space))
        return -EINVAL; /* the host's fork would share the file: docs/limits.md */
    autofree struct cpu_state *st = NULL;
    int r = state_for_child(t, a, &st);
    if (r)
        return r;
    int here = -1, *word = NULL;
    r = a->flags & CLONE_PIDFD ? clone_pidfd_word(t, a, &here, &word) : 0;
    if (r)
        return r;
    ksigset_t pending = 0;
    host(SYS_rt_sigpending, &pending, 8);
    size_t run = 0; /* found before the space is locked */
    int late = 0,
        *tid = a->flags & CLONE_PARENT_SETTID ? mem_hva(p->space, gva(a->parent_tid), sizeof *tid, &run) : &late;
    if (run < sizeof *tid)
        tid = &late;

    locks_before_fork(p);
    int place = fork_setup.kind == SPACE_COW ? 0 : space_keep_from_fork(p->space, false);
    if (place == 0)
        place = shared.place = fds_fork_share();
    process_review_lists(p);
    struct birth *birth = birth_begin(a->exit_signal);
    long pid = place < 0 ? place : host_fork(t, a, word, tid);
    if (pid == 0) {
        int status = renew_in_child(t, a, st, &shared);
        fds_fork_answer(status);
        if (status)
            host(SYS_exit_group, 125);
        if (a->flags & CLONE_CLEAR_SIGHAND)
            signal_reset_handlers(p->sighand);
        return 0;
    }
    birth_is(birth, (int) pid);
    p->shares_fs |= pid > 0 && a->flags & CLONE_FS;
    locks_in_parent(p);
    int status = place < 0 ? place : fds_fork_wait(place, (int) pid);
    if (status == 0) {
        clone_tell_parent(t, a, (int) pid, here);
        birth_end(birth, false);
    } else if (pid > 0) {
        int pidfd = here;
        if (word && (word == &here || get_user(p->space, &pidfd, gva(a->pidfd)) == 0))
            clone_drop_pidfd((int) pid, pidfd);
        reap_failed(birth, (int) pid, a->exit_signal, pending);
    }
    return status == 0 || of_pidfd(a, pid) ? pid : status == -ENOMEM ? -ENOMEM : -EAGAIN;
}

int64_t clone_process(struct thread *t, const struct clone_args_in *a)
{
    int64_t pid = fork_process(t, a);
    if (pid < 0)
        __atomic_add_fetch(&fork_counts.failed, 1, __ATOMIC_RELAXED);
    return pid < 0 && pid != -ENOMEM && !of_pidfd(a, pid) ? -EAGAIN : pid;
}
