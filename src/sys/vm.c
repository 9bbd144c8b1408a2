/* process_vm_readv and process_vm_writev: between guest processes the remote addresses are guest addresses too. */
#include <errno.h>
#include <limits.h>
#include <sys/uio.h>

#include "fs/target.h"
#include "sys/handlers.h"

/* Remote side of this process: an address range as our own host pieces. Of another guest process: not ours to translate. */
static int64_t transfer(struct thread *t, long nr, const uint64_t a[6])
{
    struct space *sp = t->proc->space;
    autofree struct iovec *local = NULL, *remote = NULL;
    int nlocal, nremote;
    if (a[5])
        return -EINVAL;
    int r = mem_iov_user(sp, gva(a[1]), a[2], &local, &nlocal);
    if (r)
        return r;
    int pid = (int) a[0];
    if (pid == t->proc->pid || pid == t->tid) {
        r = mem_iov_user(sp, gva(a[3]), a[4], &remote, &nremote);
        return r ? r : host(nr, pid, local, nlocal, remote, nremote, 0);
    }
    struct target g;
    if (target_find(pid, 0, &g) != 0)
        return -EPERM;
    if (a[4] > IOV_MAX)
        return -EINVAL;
    remote = malloc((a[4] + 1) * sizeof *remote);
    if (!remote)
        return -ENOMEM;
    if (copy_in(sp, remote, gva(a[3]), a[4] * sizeof *remote))
        return -EFAULT;
    return host(nr, pid, local, nlocal, remote, a[4], 0);
}

int64_t sys_process_vm_readv(struct thread *t, const uint64_t a[6])
{
    return transfer(t, SYS_process_vm_readv, a);
}

int64_t sys_process_vm_writev(struct thread *t, const uint64_t a[6])
{
    return transfer(t, SYS_process_vm_writev, a);
}
