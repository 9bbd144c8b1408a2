/* Processes that share memory: vfork, posix_spawn, CLONE_VM (docs/internals/fork.md). */
#include "task/clone.h"

#include <errno.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <sanitizer/asan_interface.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/fds.h"
#include "base/fault.h"
#include "base/raw.h"
#include "mem/access.h"
#include "task/birth.h"
#include "task/seccomp.h"
#include "task/signal.h"

#ifdef __SANITIZE_THREAD__ /* it takes each clone() for a fork, after which it would see no order in what this process does */
int __clone(int (*fn)(void *), void *stack, int flags, void *arg, ...);
#define clone __clone
#endif

static bool memory_shared FORKED;      /* for good: there is no telling when the last one ends */
static unsigned visits FORKED;         /* threads of this memory that sleep for a child in it, or would */
static struct lock guests_lock FORKED; /* process_guests */

bool process_memory_shared(void)
{
    return __atomic_load_n(&memory_shared, __ATOMIC_ACQUIRE);
}

bool process_memory_visited(void)
{
    return process_memory_shared() || __atomic_load_n(&visits, __ATOMIC_SEQ_CST);
}

static void visit(struct process *p, int more)
{
    __atomic_add_fetch(&visits, (unsigned) more, __ATOMIC_SEQ_CST);
    pthread_mutex_lock(&p->lock);
    process_review_lists(p);
    pthread_mutex_unlock(&p->lock);
}

void process_share_memory(void)
{
    __atomic_store_n(&memory_shared, true, __ATOMIC_RELEASE);
}

void process_own_memory(void)
{
    memory_shared = false;
    visits = 0;
    guests_lock = (struct lock){0};
    process_guests = NULL;
}

struct spawn {
    struct process proc;
    struct thread *thread; /* by itself on the heap, as all are: in the child of a fork it is one like others */
    struct clone_args_in args;
    struct fds_user fds, *parent_fds;
    struct spawn *maker; /* who made it is such a child, too: what they share may be in there */
    void *stack;
    bool let_go; /* the child has let go of the parent's descriptor lock, or is about to */
    int refs; /* who still looks at this: the parent that asks for the pid, the host thread that sleeps, and children of its own */
    bool aside;  /* another thread sleeps than the parent's own */
    int ended;   /* futex word: the child has left this memory */
    int pidfd;   /* if it is in two pieces of the slab that it has to be stored; else -1 */
    int64_t pid; /* futex word in its lower half, for CLONE_VM without CLONE_VFORK: 0 until the child has one */
};

static void guests_add(struct process *p)
{
    lock_take(&guests_lock);
    p->next_guest = process_guests;
    __atomic_store_n(&process_guests, p, __ATOMIC_RELEASE);
    lock_drop(&guests_lock);
}

static void guests_remove(struct process *p)
{
    lock_take(&guests_lock);
    struct process **at = &process_guests;
    while (*at && *at != p)
        at = &(*at)->next_guest;
    if (*at)
        __atomic_store_n(at, p->next_guest, __ATOMIC_RELEASE);
    lock_drop(&guests_lock);
}

/* What a thread of a child that is gone had. */
static void thread_forget(struct thread *n)
{
    thread_park(n);
    seccomp_drop(n);
    free((void *) n->trace.xsave);
    free(n);
}

static bool has_own_handlers(const struct spawn *s)
{
    return !(s->args.flags & CLONE_SIGHAND);
}

static void spawn_drop(struct spawn *s)
{
    while (s && __atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL) == 0) {
        struct spawn *maker = s->maker;
        if (has_own_handlers(s))
            free(s->proc.sighand);
        free(s);
        s = maker;
    }
}

/* The child is gone, or there was none: what it alone had, at once, for its own children may stay for long. */
static void spawn_free(struct spawn *s)
{
    thread_forget(s->thread);
    if (s->proc.execing) { /* on the child's stack; its descriptors went with it */
        s->proc.execing->fd = s->proc.execing->interp_fd = -1;
        program_free(s->proc.execing);
    }
    if (s->stack)
        munmap(s->stack, HOST_STACK);
    spawn_drop(s);
}

/* Everything that the child needs, made by the parent: what fails, fails before there is a child. */
static int spawn_prepare(struct thread *t, const struct clone_args_in *a, struct spawn **out)
{
    struct process *p = t->proc;
    struct spawn *s = calloc(1, sizeof *s);
    struct thread *n = calloc(1, sizeof *n);
    autofree struct cpu_state *st = fault(FAULT_VFORK_REGISTERS) ? NULL : clone_state(t, a);
    if (!s || !n || !st) {
        free(n);
        free(s);
        return -ENOMEM;
    }
    s->thread = n;
    s->args = *a;
    s->refs = 1;
    s->pidfd = -1;
    s->maker = p->vfork_child ? (struct spawn *) p : NULL; /* its first member */
    if (s->maker)
        __atomic_add_fetch(&s->maker->refs, 1, __ATOMIC_RELAXED);
    s->proc = (struct process){.space = p->space,
                               .sighand = has_own_handlers(s) ? NULL : p->sighand,
                               .opt = p->opt,
                               .pid = p->pid,
                               .nthreads = 1,
                               .exe_path = p->exe_path,
                               .start = p->start,
                               .translated = p->translated,
                               .vfork_child = true,
                               .forked_by = t->tid};
    memcpy(s->proc.comm, p->comm, sizeof p->comm);
    pthread_mutex_init(&s->proc.lock, NULL);
    pthread_mutex_init(&s->proc.exec_lock, NULL);
    LIST_INIT(&s->proc.threads);
    void *stack = fault(FAULT_VFORK_STACK)
                      ? MAP_FAILED
                      : mmap(NULL, HOST_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    s->stack = stack == MAP_FAILED ? NULL : stack;
    if (s->stack) /* the frames of a child that never returned may have been here: a sanitizer build remembers them */
        ASAN_UNPOISON_MEMORY_REGION(s->stack, HOST_STACK);
    int r = s->stack ? 0 : -ENOMEM;
    if (r == 0 && has_own_handlers(s)) {
        struct sighand *sh = fault(FAULT_VFORK_HANDLERS) ? NULL : calloc(1, sizeof *sh);
        if (sh) {
            lock_take(&p->sighand->lock);
            memcpy(sh->action, p->sighand->action, sizeof sh->action);
            sh->all = p->sighand->all;
            sh->quiet = p->sighand->quiet;
            lock_drop(&p->sighand->lock);
            s->proc.sighand = sh;
        } else {
            r = -ENOMEM;
        }
    }
    n->proc = &s->proc;
    n->sigmask = t->sigmask;
    if (a->flags & CLONE_VFORK) /* the only one that is not meant to have a stack of its own */
        n->altstack_sp = t->altstack_sp, n->altstack_size = t->altstack_size, n->altstack_flags = t->altstack_flags;
    if (a->flags & CLONE_CHILD_CLEARTID)
        n->clear_child_tid = gva(a->child_tid);
    traced_inherit(&t->trace, n, a->traced);
    LIST_INSERT_HEAD(&s->proc.threads, n, link);
    pthread_mutex_lock(&p->lock);
    seccomp_inherit(n, t);
    pthread_mutex_unlock(&p->lock);
    if (r == 0 && (fault(FAULT_VFORK_VCPU) || space_vcpu(p->space, &n->vcpu)))
        r = -EAGAIN;
    if (r) {
        spawn_free(s);
        return r;
    }
    n->regs = vcpu_regs(n->vcpu);
    BUG_ON(vcpu_load(n->vcpu, st));
    s->parent_fds = fds_self();
    *out = s;
    return 0;
}

static void tell_pid(struct spawn *s, int64_t pid)
{
    __atomic_store_n(&s->pid, pid, __ATOMIC_RELEASE);
    host(SYS_futex, &s->pid, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static int spawn_main(void *arg)
{
    struct spawn *s = arg;
    struct thread *t = s->thread;
    fds_clone_unlock(s->parent_fds, s->proc.pid, &s->let_go);
    fds_drop_others();
    s->proc.pid = t->tid = t->trace.tid = (int) host(SYS_getpid);
    signal_thread_begin(t);
    signal_block_all(); /* all are blocked until here, where the current thread is not the parent's any more */
    birth_other(t->tid);
    if (has_own_handlers(s) && s->proc.sighand->all)
        signal_take_all(s->proc.sighand, false);
    clone_tell_parent(t, &s->args, t->tid, s->pidfd);
    if (s->args.flags & CLONE_CHILD_SETTID)
        put_user(s->proc.space, gva(s->args.child_tid), &t->tid);
    if (s->args.flags & CLONE_CLEAR_SIGHAND)
        signal_reset_handlers(s->proc.sighand);
    if (s->aside)
        tell_pid(s, t->tid);
    thread_run(t);
}

/* The child's other threads, if they were killed with it, may end later than the first one, for whom the sleeper sleeps; nothing tells of the end of
 * each, before Linux 6.9. One that does not know its own number yet has taken nothing. */
static void wait_for_threads(struct spawn *s, int pid)
{
    const struct timespec moment = {.tv_nsec = 200000};
    struct thread *n;
    LIST_FOREACH (n, &s->proc.threads, link)
        while (n != s->thread && n->tid && host(SYS_tgkill, pid, n->tid, 0) != -ESRCH)
            host(SYS_nanosleep, &moment, NULL);
}

/* What they had; of one without a number it stays behind. */
static void threads_gone(struct spawn *s)
{
    struct thread *n, *next;
    for (n = LIST_FIRST(&s->proc.threads); n; n = next) {
        next = LIST_NEXT(n, link);
        if (n == s->thread || !n->tid)
            continue;
        thread_forget(n);
    }
}

/* The child has left this memory, by exec, or dead in the middle of whatever it did here: what it held is let go in its name. */
static void spawn_gone(struct spawn *s, int pid)
{
    wait_for_threads(s, pid);
    alloc_repair(pid); /* first: the others may allocate */
    fds_child_gone(&s->fds, pid);
    space_repair(s->proc.space, pid);
    if (lock_held_by(&s->proc.sighand->lock, pid))
        lock_drop(&s->proc.sighand->lock);
    if (!has_own_handlers(s))
        signal_repair_actions(s->proc.sighand, pid);
    if (lock_held_by(&guests_lock, pid))
        lock_drop(&guests_lock);
    guests_remove(&s->proc);
    birth_gone(pid);
    if (pid > 0 && !cpu_backend()->in_place)
        process_walk_lists(&s->proc);
    if (pid > 0)
        thread_clear_tid(s->thread);
    threads_gone(s);
}

/* The calling host thread sleeps in the host's clone until the child execs or ends. The child runs on a vCPU of the same machine, on a host
 * stack of its own, with this thread's thread-local storage: which is free, for this thread sleeps. */
static int64_t spawn_run(struct spawn *s)
{
    const struct clone_args_in *a = &s->args;
    uint64_t flags =
        CLONE_VM | CLONE_VFORK |
        (a->flags & (CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_PARENT | CLONE_SYSVSEM | CLONE_IO | CLONE_PIDFD));
    struct thread *t = current;
    int *word = NULL, error = fault(FAULT_VFORK_HOST);
    if (error == 0 && a->flags & CLONE_PIDFD)
        error = clone_pidfd_word(s->thread, a, &s->pidfd, &word);
    guests_add(&s->proc);
    fds_clone_lock();
    if (error == 0)
        error = fault(FAULT_VFORK_DESCRIPTORS);
    if (error == 0)
        error = fds_child_prepare(&s->fds, a->flags & CLONE_FILES);
    int self = lock_act_for(0);
    fds_act_for(&s->fds);
    /* A signal that waits as this thread wakes, and be it a notice, must not find the child's thread to be the current one. */
    const uint64_t all = ~0ull;
    uint64_t before;
    host(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof all);
    int64_t pid = error ? -1
                        : clone(spawn_main, (char *) s->stack + HOST_STACK, (int) (flags | (unsigned) a->exit_signal),
                                s, word, NULL, NULL);
    if (pid < 0 && error == 0) /* no child, so errno is this thread's */
        error = (a->flags & CLONE_PIDFD) && (errno == EMFILE || errno == ENFILE || errno == EFAULT) ? -errno : -EAGAIN;
    current = t;
    host(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof all);
    lock_act_for(self);
    fds_act_for(s->parent_fds);
    fds_clone_done(s->let_go, (int) pid);
    spawn_gone(s, (int) pid);
    return pid < 0 ? error : pid;
}

struct aside {
    int (*fn)(void *);
    void *arg;
    int *pid;
};

static int aside_main(void *arg)
{
    const struct aside *a = arg;
    __atomic_store_n(a->pid, (int) host(SYS_getpid), __ATOMIC_RELEASE);
    host(SYS_exit_group, a->fn(a->arg));
    __builtin_unreachable();
}

void process_aside_met(int *pid)
{
    __atomic_store_n(pid, 0, __ATOMIC_RELEASE);
    host(SYS_futex, pid, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

int64_t process_aside(int (*fn)(void *), void *arg, int *pid)
{
    struct aside a = {fn, arg, pid};
    void *stack = mmap(NULL, HOST_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED)
        return -ENOMEM;
    ASAN_UNPOISON_MEMORY_REGION(stack, HOST_STACK);
    visit(current->proc, 1);
    int child = clone(aside_main, (char *) stack + HOST_STACK, CLONE_VM | CLONE_VFORK | CLONE_FS | CLONE_FILES, &a);
    if (child > 0 && host(SYS_wait4, child, NULL, __WALL, NULL) == child)
        __atomic_store_n(pid, 0, __ATOMIC_RELEASE);
    while (child > 0 && __atomic_load_n(pid, __ATOMIC_ACQUIRE) == child)
        host(SYS_futex, pid, FUTEX_WAIT_PRIVATE, child, NULL, NULL, 0);
    visit(current->proc, -1);
    munmap(stack, HOST_STACK);
    return child < 0 ? -EAGAIN : 0;
}

/* Does a host thread of ours do the sleeping? A traced parent stops between the birth of its child and its own sleep, and can be told of the end of its process
 * in that sleep. A parent that is a child of vfork itself has no thread-local storage to lend: when it is killed, its own parent wakes and has it back. */
static bool is_aside(const struct thread *t, const struct clone_args_in *a)
{
    return !(a->flags & CLONE_VFORK) || t->trace.active || t->proc->vfork_child;
}

/* That host thread. To the kernel it is the child's parent, and its end is what PR_SET_PDEATHSIG tells of: so it stays for as long as there is
 * a child, and takes no signal that is meant for the process. */
static void *spawn_sleeper(void *arg)
{
    struct spawn *s = arg;
    fds_act_for(s->parent_fds);
    signal_block_every();
    int64_t pid = spawn_run(s);
    if (pid < 0)
        tell_pid(s, pid);
    __atomic_store_n(&s->ended, 1, __ATOMIC_RELEASE);
    host(SYS_futex, &s->ended, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    spawn_free(s);
    const ksigset_t all = ~0ull;
    host(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, 8);
    if (pid > 0)
        host(SYS_waitid, P_PID, pid, NULL, WEXITED | WNOWAIT | __WALL, NULL);
    return NULL;
}

int64_t clone_memory(struct thread *t, const struct clone_args_in *a)
{
    struct spawn *s = NULL;
    int64_t pid = spawn_prepare(t, a, &s);
    if (pid)
        return pid;
    s->aside = is_aside(t, a);
    /* It may be killed as it sleeps for a child of its own, which then stays beside who sleeps for it. */
    if (t->proc->vfork_child)
        process_share_memory();
    visit(t->proc, 1);
    if (!s->aside) {
        pid = spawn_run(s);
        spawn_free(s);
        visit(t->proc, -1);
        return pid;
    }
    process_share_memory(); /* before the child is there; process_exit() reads it */
    pthread_t sleeper;
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, HOST_STACK);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    s->refs++;
    int r = fault(FAULT_VFORK_SLEEPER) ? EAGAIN : pthread_create(&sleeper, &attr, spawn_sleeper, s);
    pthread_attr_destroy(&attr);
    signal_reclaim(t->proc->sighand);
    if (r) {
        s->refs--;
        spawn_free(s);
        return -EAGAIN;
    }
    while (!(pid = __atomic_load_n(&s->pid, __ATOMIC_ACQUIRE)))
        host(SYS_futex, &s->pid, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
    if ((a->flags & CLONE_VFORK) && pid > 0) {
        if (a->event)
            traced_event(t, a->event, (uint64_t) pid);
        else if (a->traced)
            traced_tell_birth(t, (int) pid);
        traced_wait_word(t, &s->ended);
        traced_event(t, PTRACE_EVENT_VFORK_DONE, (uint64_t) pid);
    }
    spawn_drop(s);
    return pid;
}
