/* The root directory, and namespaces. All of these are the host process's, and pass; but the kernel gives a new user namespace only to a process with one thread,
 * and some kernels keep a worker thread inside every process that runs a VM. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fds.h"
#include "base/procfs.h"
#include "fs/path.h"
#include "fs/target.h"
#include "sys/cred.h"
#include "sys/handlers.h"
#include "task/process.h"

/* Turns to give to a worker that is on its way out; it has nothing left to do but to leave the list of threads. */
#define TURNS 100000

static bool alone(void)
{
    struct stat st;

    return host(SYS_newfstatat, AT_FDCWD, "/proc/self/task", &st, 0) < 0 || st.st_nlink <= 3;
}

/* Nobody else runs on the VM. */
static bool single(struct thread *t)
{
    return process_is_alone(t->proc);
}

/* A root is known by a descriptor, which stays in the mount namespace that it was opened in. */
static int64_t entered(int64_t ret)
{
    if (ret >= 0 && fs_root_renew() < 0 && fs_root.strict)
        warn("the sysroot is not there in the new mount namespace");
    return ret;
}

/* With a mount namespace its root becomes the working directory: that is the sysroot, where there is one. */
static int64_t joined(int64_t ret)
{
    char cwd[PATH_MAX];

    entered(ret);
    if (ret >= 0 && fs_root.strict && host(SYS_getcwd, cwd, sizeof cwd) > 0 && strcmp(cwd, "/") == 0)
        host(SYS_fchdir, fs_root.fd);
    return ret;
}

/* Make the call between two VMs: with its last vCPU the old one's worker leaves, and the new one's comes with its first. */
static int64_t call_alone(struct thread *t, long nr, uint64_t a, uint64_t b)
{
    struct machine *m = thread_machine(t);
    autofree struct cpu_state *st = vcpu_save(m, t->vcpu);
    int64_t ret = 0;
    int r;

    if (!st)
        return -ENOMEM;
    t->vcpu = NULL; /* no signal kicks it */
    r = machine_renew(m, NULL);
    if (r >= 0) {
        for (int i = 0; i < TURNS && !alone(); i++)
            host(SYS_sched_yield);
        ret = nr == SYS_setns ? joined(host(nr, a, b)) : entered(host(nr, a, b));
        r = vcpu_create(m, &t->vcpu);
    }
    if (r < 0)
        die(125, "cannot go on in a new virtual machine after unshare or setns: error %d", -r);
    t->regs = vcpu_regs(t->vcpu);
    BUG_ON(vcpu_load(t->vcpu, st) < 0);
    return ret;
}

/* Those that share memory, in which the root is told, would all have another one; those that share it by CLONE_FS would not. A sysroot is there to stay:
 * what is moved out of a root in it could go up past it. */
static bool may_change_root(const struct process *p)
{
    return !fs_root.strict && !p->vfork_child && !process_memory_shared() && !p->shares_fs &&
           sys_cred_can(CAP_SYS_CHROOT);
}

int64_t sys_chroot(struct thread *t, const uint64_t a[6])
{
    struct sys_path p;
    int64_t ret = sys_path(t, AT_FDCWD, a[0], 0, &p);
    int old;

    if (ret < 0)
        return ret;
    fds_create_lock();
    ret = fs_root_change(p.dirfd, p.host, may_change_root(t->proc), &old);
    target_rooted();
    fds_close(old);
    fds_create_unlock();
    sys_path_done(&p);
    return ret;
}

/* Once new processes go into another pid namespace this one gets no new thread, and where a VM has a worker no new VM either. */
bool sys_can_exec(void)
{
    struct stat own, next;

    return host(SYS_newfstatat, PROCFS("/proc/thread-self/ns/pid"), &own, 0) < 0 ||
           /* not to be looked at before its first process is there */
           (host(SYS_newfstatat, PROCFS("/proc/thread-self/ns/pid_for_children"), &next, 0) == 0 &&
            own.st_ino == next.st_ino) ||
           alone();
}

/* Once new processes go into another pid namespace no thread can be made here, so the worker has to come back before that. */
int64_t sys_unshare(struct thread *t, const uint64_t a[6])
{
    uint64_t later = a[0] & CLONE_NEWPID;
    int64_t ret;

    if (!(a[0] & (CLONE_NEWUSER | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM)) || !single(t) || alone())
        return entered(host(SYS_unshare, a[0]));
    ret = call_alone(t, SYS_unshare, a[0] & ~later, 0);
    if (ret < 0 || !later)
        return ret;
    return host(SYS_unshare, later);
}

int64_t sys_setns(struct thread *t, const uint64_t a[6])
{
    int64_t ret = joined(host(SYS_setns, (int) a[0], a[1]));
    uint64_t later = a[1] & CLONE_NEWPID;

    /* EINVAL has several reasons; with the user namespace, having more than one thread is one. For the time namespace it is EUSERS. */
    if ((ret != -EINVAL && ret != -EUSERS) || !single(t) || alone())
        return ret;
    ret = call_alone(t, SYS_setns, (uint64_t) (int) a[0], a[1] & ~later);
    if (ret < 0 || !(a[1] & ~later) || !later)
        return ret;
    return host(SYS_setns, (int) a[0], later);
}
