/* process_vm_readv and process_vm_writev: between guest processes the remote addresses are guest addresses too. */
#include <errno.h>
#include <limits.h>
#include <sys/uio.h>

#include "fs/target.h"
#include "sys/handlers.h"

/* The remote pieces at their host addresses in the other supervisor; a bad address becomes one that faults there and ends the list. */
static int remote_pieces(const struct space_view *v, const struct iovec *user, uint64_t count, struct iovec *out)
{
    int n = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t at = (uint64_t) user[i].iov_base, left = user[i].iov_len;
        while (left && n < IOV_MAX) {
            uint64_t run = 0, hva = space_view_hva(v, at, &run);
            uint64_t size = hva ? MIN(run, left) : left;
            out[n++] = (struct iovec){(void *) hva, size};
            if (!hva)
                return n;
            at += size;
            left -= size;
        }
    }
    return n;
}

static int64_t transfer(struct thread *t, long nr, const uint64_t a[6])
{
    struct space *sp = t->proc->space;
    autofree struct iovec *local = NULL, *remote = NULL, *user = NULL;
    int nlocal, nremote, pid = (int) a[0];
    if (a[5])
        return -EINVAL;
    uint64_t total = 0;
    int r = mem_iov_user(sp, gva(a[1]), (unsigned) a[2], &local, &nlocal);
    if (r)
        return r;
    for (int i = 0; i < nlocal; i++)
        total += local[i].iov_len;
    if (!total)
        return 0; /* before the other side is looked at */
    if (pid == t->proc->pid || pid == t->tid) {
        r = mem_iov_remote(sp, gva(a[3]), a[4], &remote, &nremote);
        return r ? r : host(nr, pid, local, nlocal, remote, nremote, 0);
    }
    if (a[4] > IOV_MAX)
        return -EINVAL;
    user = malloc((a[4] + 1) * sizeof *user);
    remote = malloc(IOV_MAX * sizeof *remote);
    if (!user || !remote)
        return -ENOMEM;
    if (copy_in(sp, user, gva(a[3]), a[4] * sizeof *user))
        return -EFAULT;
    struct target g;
    r = target_of(pid, &g);
    if (r < 0)
        return -EPERM;
    if (r == 0)
        return host(nr, pid, local, nlocal, user, a[4], 0); /* no guest: as the host allows */
    struct space_view v;
    r = target_view(&g, &v);
    if (r)
        return -EPERM;
    nremote = remote_pieces(&v, user, a[4], remote);
    space_view_free(&v);
    return host(nr, pid, local, nlocal, remote, nremote, 0);
}

int64_t sys_process_vm_readv(struct thread *t, const uint64_t a[6])
{
    return transfer(t, SYS_process_vm_readv, a);
}

int64_t sys_process_vm_writev(struct thread *t, const uint64_t a[6])
{
    return transfer(t, SYS_process_vm_writev, a);
}
