/* fork, vfork, clone, clone3: what may be asked for, in the order in which kernel/fork.c looks at it. task/clone.c does it. */
#include <errno.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/fds.h"
#include "sys/cred.h"
#include "sys/handlers.h"
#include "task/process.h"

#define NAMESPACES                                                                                                     \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET |       \
     CLONE_NEWTIME)
#define MAX_PID_NS_LEVEL 32

static bool all_of(uint64_t flags, uint64_t some)
{
    return (flags & some) == some;
}

/* What only clone3 can ask for. */
struct more {
    const int32_t *set_tid;
    uint64_t set_tid_size;
    uint64_t cgroup;
};

/* The host says what it thinks of these ids, and makes nothing: it looks at them before it stores the pidfd, for which it has no place. */
static int set_tid_refused(const struct more *m)
{
    struct clone_args c = {
        .flags = CLONE_PIDFD, .pidfd = ~0ull, .set_tid = (uintptr_t) m->set_tid, .set_tid_size = m->set_tid_size};
    long r = host(SYS_clone3, &c, sizeof c);
    if (r == 0)
        host(SYS_exit_group, 125);
    return r == -EINVAL || r == -EEXIST ? (int) r : -EPERM;
}

static int into_cgroup_refused(uint64_t fd)
{
    struct statfs fs;
    struct stat st;
    bool is_one = !fds_reserved((int) fd) && host(SYS_fstatfs, fd, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC &&
                  host(SYS_fstat, fd, &st) == 0 && S_ISDIR(st.st_mode);
    return is_one ? -EOPNOTSUPP : -EBADF;
}

static int64_t clone_checked(struct thread *t, const struct clone_args_in *a, const struct more *m)
{
    uint64_t f = a->flags;
    if (all_of(f, CLONE_PIDFD | CLONE_PARENT_SETTID) && a->pidfd == a->parent_tid)
        return -EINVAL;
    if (all_of(f, CLONE_NEWNS | CLONE_FS) || all_of(f, CLONE_NEWUSER | CLONE_FS))
        return -EINVAL;
    if ((f & CLONE_THREAD) && !(f & CLONE_SIGHAND))
        return -EINVAL;
    if ((f & CLONE_SIGHAND) && (!(f & CLONE_VM) || (f & CLONE_CLEAR_SIGHAND)))
        return -EINVAL;
    if ((f & CLONE_PARENT) && host(SYS_getpid) == 1) /* the first of its namespace */
        return -EINVAL;
    if ((f & CLONE_THREAD) && (f & (CLONE_NEWUSER | CLONE_NEWPID)))
        return -EINVAL;
    if (all_of(f, CLONE_PIDFD | CLONE_DETACHED))
        return -EINVAL;
    if (all_of(f, CLONE_NEWIPC | CLONE_SYSVSEM) && sys_cred_can(CAP_SYS_ADMIN))
        return -EINVAL;
    if (f & NAMESPACES)
        return -EPERM; /* no namespaces of its own: what an unprivileged user is told where they are switched off */
    if ((f & CLONE_SETTLS) && a->tls >= SPACE_TOP)
        return -EPERM; /* as arch_prctl(2); and a base that is not canonical does not load */
    if (m->set_tid_size)
        return set_tid_refused(m);
    if (f & CLONE_INTO_CGROUP)
        return into_cgroup_refused(m->cgroup);
    return process_clone(t, a);
}

int64_t sys_fork(struct thread *t, const uint64_t a[6])
{
    (void) a;
    return process_clone(t, &(struct clone_args_in){.exit_signal = SIGCHLD});
}

int64_t sys_vfork(struct thread *t, const uint64_t a[6])
{
    (void) a;
    return process_clone(t, &(struct clone_args_in){.flags = CLONE_VM | CLONE_VFORK, .exit_signal = SIGCHLD});
}

int64_t sys_clone(struct thread *t, const uint64_t a[6])
{
    struct clone_args_in in = {.flags = (uint32_t) a[0] & ~(uint64_t) CSIGNAL,
                               .exit_signal = (int) (a[0] & CSIGNAL),
                               .stack = a[1],
                               .parent_tid = a[2],
                               .child_tid = a[3],
                               .tls = a[4],
                               .pidfd = a[2]};
    return clone_checked(t, &in, &(struct more){0});
}

int64_t sys_clone3(struct thread *t, const uint64_t a[6])
{
    struct space *sp = t->proc->space;
    struct clone_args c = {0};
    int32_t set_tid[MAX_PID_NS_LEVEL];
    if (a[1] > PAGE_SIZE)
        return -E2BIG;
    if (a[1] < CLONE_ARGS_SIZE_VER0)
        return -EINVAL;
    if (copy_in(sp, &c, gva(a[0]), MIN(a[1], sizeof c)))
        return -EFAULT;
    for (uint64_t at = sizeof c; at < a[1]; at++) { /* what a newer program knows must be zero */
        uint8_t b;
        if (get_user(sp, &b, gva(a[0] + at)))
            return -EFAULT;
        if (b)
            return -E2BIG;
    }
    if (c.set_tid_size > MAX_PID_NS_LEVEL || !c.set_tid != !c.set_tid_size)
        return -EINVAL;
    if ((c.exit_signal & ~(uint64_t) CSIGNAL) || c.exit_signal > KSIG_MAX)
        return -EINVAL;
    if ((c.flags & CLONE_INTO_CGROUP) && (c.cgroup > INT32_MAX || a[1] < CLONE_ARGS_SIZE_VER2))
        return -EINVAL;
    if (copy_in(sp, set_tid, gva(c.set_tid), c.set_tid_size * sizeof set_tid[0]))
        return -EFAULT;
    if (c.flags >> 32 & ~3ull) /* beyond CLONE_CLEAR_SIGHAND and CLONE_INTO_CGROUP */
        return -EINVAL;
    if (c.flags & (CLONE_DETACHED | (CSIGNAL & ~CLONE_NEWTIME)))
        return -EINVAL;
    if (all_of(c.flags, CLONE_SIGHAND | CLONE_CLEAR_SIGHAND))
        return -EINVAL;
    if ((c.flags & (CLONE_THREAD | CLONE_PARENT)) && c.exit_signal)
        return -EINVAL;
    if (!c.stack != !c.stack_size || c.stack_size > SPACE_TOP || c.stack > SPACE_TOP - c.stack_size)
        return -EINVAL;
    const struct clone_args_in in = {.flags = c.flags,
                                     .exit_signal = (int) c.exit_signal,
                                     .stack = c.stack ? c.stack + c.stack_size : 0,
                                     .tls = c.tls,
                                     .parent_tid = c.parent_tid,
                                     .child_tid = c.child_tid,
                                     .pidfd = c.pidfd};
    return clone_checked(t, &in, &(struct more){set_tid, c.set_tid_size, c.cgroup});
}
