/* How one thread begins to trace another. */
#include "sys/ptrace_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "base/fds.h"
#include "base/procfs.h"
#include "base/raw.h"
#include "fs/target.h"
#include "sys/cred.h"
#include "sys/tracee_table.h"
#include "task/signal.h"

/* Who is bound by filters, or would be, cannot spare others theirs. */
bool ptrace_may_suspend(const struct thread *t)
{
    return sys_cred_can(CAP_SYS_ADMIN) && !t->seccomp.mode &&
           !(t->trace.active && t->trace.options & PTRACE_O_SUSPEND_SECCOMP);
}

/* Held while it is decided who traces `tid`: a lock on one of its files in procfs, which only who may trace it can open. One that cannot be
 * opened is no thread of ours, or known to procfs by another number (a pid namespace). */
static int claim(int tid)
{
    char path[32];
    snprintf(path, sizeof path, "/proc/%d/environ", tid);
    fds_create_lock();
    int fd = (int) host(SYS_openat, PROCFS(path), O_RDONLY | O_CLOEXEC, 0);
    if (fd >= 0)
        fd = fds_adopt_fd(fd, false);
    fds_create_unlock();
    while (fd >= 0 && host(SYS_flock, fd, LOCK_EX) == -EINTR)
        ;
    return fd;
}

static void unclaim(int fd)
{
    if (fd < 0)
        return;
    host(SYS_flock, fd, LOCK_UN); /* a child of a fork may have it for a moment */
    fds_close(fd);
}

int64_t ptrace_me(struct thread *t)
{
    struct target g;
    int parent = (int) host(SYS_getppid), tid = t->proc->forked_by;
    if (t->trace.tracer_pid || parent <= 0)
        return -EPERM;
    int found = target_of(parent, &g);
    if (found == 0 || found == -ESRCH || found == -EPERM)
        return -EPERM;
    if (!tid || host(SYS_tgkill, parent, tid, 0))
        tid = parent;
    int fd = claim(t->tid);
    int64_t r = traced_me(t, parent, tid);
    unclaim(fd);
    return r;
}

static int64_t attach_claimed(struct thread *t, int pid, bool seize, uint64_t addr, uint64_t options)
{
    struct process *p = t->proc;
    if (host(SYS_kill, pid, 0) == -ESRCH || pid <= 0)
        return -ESRCH;
    if (seize && (addr || (options & ~(uint64_t) O_MASK)))
        return -EIO;
    if (seize && options & PTRACE_O_SUSPEND_SECCOMP && !ptrace_may_suspend(t))
        return -EPERM;
    struct traced b;
    uint64_t at;
    int process;
    if (tracee_locate(pid, &b, &at, &process) || b.tracer_pid)
        return -EPERM;
    struct tracee *tr = tracee_add(p, pid, at);
    if (!tr)
        return -ENOMEM;
    tr->tracer_tid = t->tid;
    tr->pid = process;
    tr->reported = tr->expected = b.seq;
    struct asked q = {.t = t, .tr = tr, .b = b};
    q.b.tracer_tid = t->tid;
    q.b.tracer_pid = p->pid;
    q.b.options = (uint32_t) (seize ? options : 0);
    q.b.seized = seize;
    q.b.known = 1;
    q.b.told = b.seq;
    q.b.born = 0;
    siginfo_t si = {0};
    q.b.by_parent = tr->child = host(SYS_waitid, P_PID, tr->pid, &si, WEXITED | WNOHANG | WNOWAIT | __WALL, NULL) == 0;
    q.b.stop_asked += !seize;
    q.b.stop_info = (siginfo_t){.si_signo = SIGSTOP, .si_code = SI_KERNEL};
    if (PUT(&q, by_parent) || PUT(&q, known) || PUT(&q, told) || PUT(&q, born) || PUT(&q, seized) || PUT(&q, options) ||
        PUT(&q, stop_info) || PUT(&q, stop_asked) || PUT(&q, tracer_tid) || PUT(&q, tracer_pid)) {
        tracee_drop(p, tr);
        return -EPERM;
    }
    traced_notify(tr->pid, pid, TRACE_RING);
    return 0;
}

static int64_t attach(struct thread *t, int pid, bool seize, uint64_t addr, uint64_t options)
{
    int fd = pid > 0 ? claim(pid) : -ESRCH;
    int64_t r = attach_claimed(t, pid, seize, addr, options);
    unclaim(fd);
    return r;
}

/* The new tracee's default actions are the host's until it has accepted, and a signal that is sent to it has to find them ours. One that is killed,
 * or stopped by the host, does not answer: for these the look is repeated. Without the lock, for two may attach to each other. */
#define LOOK_AGAIN_MS 10

static int64_t await_accepted(struct thread *t, int tid, uint64_t at)
{
    struct traced b;
    int64_t r = 0;
    __atomic_store_n(&t->trace.waits, 1, __ATOMIC_RELEASE);
    for (;;) {
        __atomic_store_n(&t->trace.look, 0, __ATOMIC_RELEASE);
        traced_accept(t);
        if (traced_peek(tid, at, &b, sizeof b) == -ESRCH)
            break; /* its end is told by wait(2) */
        if (b.magic != TRACED_MAGIC || b.tid != tid || b.tracer_pid != t->proc->pid || (b.exit_told && !b.active))
            r = -EPERM;
        if (r || b.active || b.deaf || tracee_is_held(tid))
            break;
        window_call(&t->trace.look, SYS_poll, 0, 0, LOOK_AGAIN_MS, 0, 0, 0);
    }
    __atomic_store_n(&t->trace.waits, 0, __ATOMIC_RELEASE);
    __atomic_fetch_or(&t->sig_taken, SIG_NOTICE, __ATOMIC_RELAXED); /* there may have been others */
    return r;
}

int64_t ptrace_attach(struct thread *t, const uint64_t a[6])
{
    struct process *p = t->proc;
    int tid = (int) a[1];
    lock_take(&p->tracer.lock);
    int64_t r = attach(t, tid, a[0] == PTRACE_SEIZE, a[2], a[3]);
    struct tracee *tr = r ? NULL : tracee_find(t, tid);
    uint64_t at = tr ? tr->at : 0;
    lock_drop(&p->tracer.lock);
    if (!tr || !(r = await_accepted(t, tid, at)))
        return r;
    lock_take(&p->tracer.lock);
    if ((tr = tracee_find(t, tid)) && tr->at == at)
        tracee_drop(p, tr);
    lock_drop(&p->tracer.lock);
    return r;
}
