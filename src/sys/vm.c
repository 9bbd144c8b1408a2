/* process_vm_readv and process_vm_writev: between guest processes the remote addresses are guest addresses too. */
#include <errno.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "fs/target.h"
#include "sys/handlers.h"

/* What one call of the host's can move of the other side: what is in that supervisor, or zeros, of memory where nothing was ever put. */
struct batch {
    bool zero;
    int n;
    uint64_t size;
    struct iovec piece[IOV_MAX];
};

static const char zeros[PAGE_SIZE];

/* Anonymous memory that may be read and has no place in the host process yet: how many bytes from `va` on are so, at most `*run`, or 0. */
static uint64_t untouched(const struct space_view *v, uint64_t va, uint64_t run)
{
    const struct region_info *r = space_view_region(v, va);
    return r && r->anon && !r->shared && (r->prot & PROT_READ) ? MIN(run, r->end.v - va) : 0;
}

/* The next batch of the list, which is taken from its front. A bad address becomes one that faults there and ends the list. */
static void next_batch(const struct space_view *v, long nr, struct iovec **user, uint64_t *count, struct batch *b)
{
    b->n = 0;
    b->size = 0;
    while (*count && b->n < IOV_MAX) {
        const uint64_t at = (uint64_t) (*user)->iov_base, left = (*user)->iov_len;
        uint64_t run = v->chunk_size - at % v->chunk_size, hva = left ? space_view_hva(v, at, &run) : 0;
        uint64_t size = MIN(run, left), none = hva || nr == SYS_process_vm_writev ? 0 : untouched(v, at, size);
        if (b->n && left && b->zero != !!none)
            return;
        if (none) {
            size = MIN(none, sizeof zeros);
            hva = (uint64_t) zeros;
        } else if (!hva) {
            size = left;
        }
        if (left) {
            b->zero = none;
            b->piece[b->n++] = (struct iovec){(void *) hva, size};
            b->size += size;
        }
        if (left && !hva)
            *count = 0;
        else if (size < left)
            **user = (struct iovec){(void *) (at + size), left - size};
        else
            ++*user, --*count;
    }
}

static int64_t move_batches(long nr, int pid, const struct space_view *v, struct iovec *local, size_t nlocal,
                            struct iovec *user, uint64_t count)
{
    autofree struct batch *b = malloc(sizeof *b);
    int64_t done = 0;
    if (!b)
        return -ENOMEM;
    while (nlocal) {
        next_batch(v, nr, &user, &count, b);
        if (!b->n)
            break;
        const long r = host(nr, b->zero ? host(SYS_getpid) : pid, local, nlocal, b->piece, b->n, 0);
        if (r < 0)
            return done ? done : r;
        done += r;
        if ((uint64_t) r < b->size)
            break;
        iov_advance(&local, &nlocal, (size_t) r);
    }
    return done;
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
    if (!user)
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
    const int64_t done = move_batches(nr, pid, &v, local, (size_t) nlocal, user, a[4]);
    space_view_free(&v);
    return done;
}

int64_t sys_process_vm_readv(struct thread *t, const uint64_t a[6])
{
    return transfer(t, SYS_process_vm_readv, a);
}

int64_t sys_process_vm_writev(struct thread *t, const uint64_t a[6])
{
    return transfer(t, SYS_process_vm_writev, a);
}
