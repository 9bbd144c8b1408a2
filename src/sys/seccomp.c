/* seccomp(2) and its half of prctl(2): arguments in the kernel's order. */
#include <errno.h>
#include <poll.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <string.h>
#include <linux/ioctl.h>
#include <sys/prctl.h>

#include "base/fds.h"
#include "fs/target.h"
#include "sys/cred.h"
#include "sys/handlers.h"
#include "sys/seccomp.h"
#include "task/seccomp.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif
#define FLAGS                                                                                                          \
    (SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW |                            \
     SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_TSYNC_ESRCH | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)

/* Whoever may gain rights by exec could hand a filter to a program that does not expect it. */
static bool may_filter(void)
{
    return host(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 || sys_cred_can(CAP_SYS_ADMIN);
}

static int64_t set_filter(struct thread *t, uint64_t flags, uint64_t va)
{
    struct sock_fprog prog;
    size_t size;
    int ret;

    if (flags & ~FLAGS)
        return -EINVAL;
    if ((flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) &&
        (flags & (SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH)) == SECCOMP_FILTER_FLAG_TSYNC)
        return -EINVAL;
    if ((flags & SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV) && !(flags & SECCOMP_FILTER_FLAG_NEW_LISTENER))
        return -EINVAL;
    if (copy_in(t->proc->space, &prog, gva(va), sizeof prog) < 0)
        return -EFAULT;
    if (!prog.len || prog.len > BPF_MAXINSNS)
        return -EINVAL;
    if (!may_filter())
        return -EACCES;
    if (!prog.filter)
        return -EINVAL;
    size = prog.len * sizeof(struct sock_filter);
    struct sock_filter *insn = malloc(size);
    if (!insn)
        return -ENOMEM;
    ret = copy_in(t->proc->space, insn, gva((uint64_t) prog.filter), size) < 0 ? -EFAULT : bpf_check(insn, prog.len);
    if (ret < 0) {
        free(insn);
        return ret;
    }
    return seccomp_attach(t, insn, prog.len, (unsigned) flags);
}

static int64_t action_available(struct thread *t, uint64_t va)
{
    uint32_t action;

    if (get_user(t->proc->space, &action, gva(va)) < 0)
        return -EFAULT;
    switch (action) {
    case SECCOMP_RET_KILL_PROCESS:
    case SECCOMP_RET_KILL_THREAD:
    case SECCOMP_RET_TRAP:
    case SECCOMP_RET_ERRNO:
    case SECCOMP_RET_USER_NOTIF:
    case SECCOMP_RET_TRACE:
    case SECCOMP_RET_LOG:
    case SECCOMP_RET_ALLOW:
        return 0;
    }
    return -EOPNOTSUPP;
}

static int64_t do_seccomp(struct thread *t, uint32_t op, uint32_t flags, uint64_t va)
{
    const struct seccomp_notif_sizes sizes = {sizeof(struct seccomp_notif), sizeof(struct seccomp_notif_resp),
                                              sizeof(struct seccomp_data)};

    switch (op) {
    case SECCOMP_SET_MODE_STRICT:
        return flags || va ? -EINVAL : seccomp_set_strict(t);
    case SECCOMP_SET_MODE_FILTER:
        return set_filter(t, flags, va);
    case SECCOMP_GET_ACTION_AVAIL:
        return flags ? -EINVAL : action_available(t, va);
    case SECCOMP_GET_NOTIF_SIZES:
        return flags ? -EINVAL : put_user(t->proc->space, gva(va), &sizes) < 0 ? -EFAULT : 0;
    }
    return -EINVAL;
}

int64_t sys_seccomp(struct thread *t, const uint64_t a[6])
{
    return do_seccomp(t, (uint32_t) a[0], (uint32_t) a[1], a[2]);
}

int64_t seccomp_prctl(struct thread *t, uint64_t mode, uint64_t va)
{
    switch (mode) {
    case SECCOMP_MODE_STRICT:
        return do_seccomp(t, SECCOMP_SET_MODE_STRICT, 0, 0);
    case SECCOMP_MODE_FILTER:
        return do_seccomp(t, SECCOMP_SET_MODE_FILTER, 0, va);
    }
    return -EINVAL;
}

/* ---- the listener ---- */

/* The host's kernel tells of a call that the supervisor made in the guest's name: its number has a mark, and it was made elsewhere. */
static void as_guests(struct seccomp_notif *n)
{
    struct target target;
    struct thread thread;
    int *tids = NULL;

    if (!(n->data.nr & SECCOMP_NOTIFY_BASE))
        return;
    n->data.nr -= SECCOMP_NOTIFY_BASE;
    if (target_of((int) n->pid, &target) != 1)
        return;
    target.tid = (int) n->pid;
    memset(&thread, 0, sizeof thread);
    if (target_threads(&target, &tids, &thread) >= 0 && thread.tid)
        n->data.instruction_pointer = thread.call_ip;
    free(tids);
}

/* On a copy, which says where the supervisor made the call until it is the guest's. What cannot be stored has to stay to be received: so it is tried first
 * whether it can. */
static int64_t receive(struct thread *t, int fd, uint64_t va)
{
    struct seccomp_notif n;
    struct pollfd some = {.fd = fd, .events = POLLIN};
    int64_t ret;

    if (get_user(t->proc->space, &n, gva(va)) < 0)
        return -EFAULT;
    const bool room = put_user(t->proc->space, gva(va), &n) == 0;
    ret = room ? sys_block(t, SYS_ioctl, (long) fd, SECCOMP_IOCTL_NOTIF_RECV, &n, 0l, 0l, 0l)
               : sys_block(t, SYS_poll, &some, 1l, -1l, 0l, 0l, 0l);
    if (ret < 0)
        return ret == -EINTR ? -ERESTARTSYS : ret;
    if (!room)
        return -EFAULT;
    as_guests(&n);
    return put_user(t->proc->space, gva(va), &n) < 0 ? -EFAULT : ret;
}

static int64_t answer(struct thread *t, int fd, uint64_t va)
{
    struct seccomp_notif_resp r;

    if (get_user(t->proc->space, &r, gva(va)) < 0)
        return -EFAULT;
    if (r.flags == SECCOMP_USER_NOTIF_FLAG_CONTINUE && !r.error && !r.val) {
        r.flags = 0;
        r.val = (int64_t) SECCOMP_GO_ON;
    }
    return host(SYS_ioctl, fd, SECCOMP_IOCTL_NOTIF_SEND, &r);
}

/* Into another guest's table: not where its supervisor's are, which is where ours are when both were started by one. */
static int64_t add_fd(struct thread *t, int fd, uint64_t va)
{
    struct seccomp_notif_addfd add;

    if (get_user(t->proc->space, &add, gva(va)) < 0)
        return -EFAULT;
    if (fds_reserved((int) add.srcfd) || ((add.flags & SECCOMP_ADDFD_FLAG_SETFD) && fds_reserved((int) add.newfd)))
        return -EBADF;
    fds_use_lock(); /* it passes on a descriptor: not one that is just born (base/fds.h) */
    int64_t ret = host(SYS_ioctl, fd, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
    fds_use_unlock();
    return ret;
}

int64_t seccomp_ioctl(struct thread *t, int fd, uint32_t request, uint64_t va)
{
    switch (request) {
    case SECCOMP_IOCTL_NOTIF_RECV:
        return receive(t, fd, va);
    case SECCOMP_IOCTL_NOTIF_SEND:
        return answer(t, fd, va);
    case SECCOMP_IOCTL_NOTIF_ADDFD:
        return add_fd(t, fd, va);
    }
    return -ENOTTY;
}
