/* process_vm_readv and process_vm_writev: between guest processes the remote addresses are guest addresses too. */
#include <errno.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "fs/target.h"
#include "sys/handlers.h"

/* Of memory that changes under our eyes; each time means that the other process has just used what it had not. */
#define TRIES 1000

/* The other process, and what is still to be moved there. */
struct side {
    int pid;
    struct target target;
    struct space_view view;
    struct iovec *list;
    size_t count;
};

static const char zeros[PAGE_SIZE];

/* Where `va` is in the other supervisor, and how many bytes from there on; UINT64_MAX: nowhere, or nothing is to be read there. */
static uint64_t place_of(struct space_view *v, uint64_t va, uint64_t *run)
{
    const struct region_info *r = space_view_region(v, va);
    if (!r || r->name == REGION_VVAR)
        return UINT64_MAX;
    const uint64_t hva = space_view_hva(v, va, run);
    *run = MIN(*run, r->end.v - va);
    return hva;
}

/* The front of the list as the host's kernel is to take it, up to what is nowhere, or to `most` bytes. Returns the number of pieces, at most IOV_MAX. */
static int gather(struct side *o, uint64_t most, struct iovec *piece)
{
    int n = 0;
    for (size_t i = 0; i < o->count && most; i++) {
        uint64_t at = (uint64_t) o->list[i].iov_base, left = o->list[i].iov_len, run;
        for (; left && most; at += run, left -= run, most -= run) {
            const uint64_t hva = place_of(&o->view, at, &run);
            if (hva == UINT64_MAX)
                return n;
            run = MIN(MIN(run, left), most);
            if (n && (uint64_t) piece[n - 1].iov_base + piece[n - 1].iov_len == hva)
                piece[n - 1].iov_len += run;
            else if (n < IOV_MAX)
                piece[n++] = (struct iovec){(void *) hva, run};
            else
                return n;
        }
    }
    return n;
}

/* How many bytes from `va` on may be read, although nothing was ever put there; 0: none. In place only a try tells what was. */
static uint64_t untouched(struct space_view *v, uint64_t va)
{
    uint64_t run;
    const struct region_info *r = space_view_region(v, va);
    if (!r || !r->anon || r->shared || r->name == REGION_VVAR || !(r->prot & PROT_READ))
        return 0;
    if (!v->in_place && place_of(v, va, &run) != UINT64_MAX)
        return 0;
    return MIN(v->chunk_size - va % v->chunk_size, r->end.v - va);
}

/* The host found nothing at the front of the list. Where that is memory which is not used yet, read zeros: bytes moved, or -EAGAIN: it was used
 * meanwhile, so that it may hold something else by now. */
static int64_t read_zeros(struct side *o, struct iovec *local, size_t nlocal, struct iovec *piece)
{
    const uint64_t va = (uint64_t) o->list->iov_base, size = MIN(untouched(&o->view, va), o->list->iov_len);
    int n = 0;
    char byte;
    for (uint64_t done = 0; done < size && n < IOV_MAX; done += sizeof zeros)
        piece[n++] = (struct iovec){(void *) zeros, MIN(sizeof zeros, size - done)};
    const long r = n ? host(SYS_process_vm_readv, host(SYS_gettid), local, nlocal, piece, n, 0) : -EFAULT;
    if (r <= 0)
        return r;
    if (o->view.in_place)
        return target_peek(&o->target, va, &byte, 1) ? r : -EAGAIN;
    const int again = target_view_again(&o->target, &o->view);
    return again ? again : untouched(&o->view, va) ? r : -EAGAIN;
}

/* Is what the view tells of still the memory there? An exec puts another slab at the same place, where nothing is randomized. */
static bool lives_on(const struct side *o)
{
    struct target now;
    return target_of(o->pid, &now) == 1 && now.image == o->target.image;
}

/* `total`: bytes of the local list. */
static int64_t move(long nr, struct side *o, struct iovec *local, size_t nlocal, uint64_t total)
{
    autofree struct iovec *piece = malloc(IOV_MAX * sizeof *piece);
    uint64_t done = 0;
    int64_t r = piece ? 1 : -ENOMEM;
    for (int tries = 0; r > 0 && done < total;) {
        iov_advance(&o->list, &o->count, 0);     /* empty ones */
        if (!o->count || (done && !lives_on(o))) /* a call of the host's may have taken long */
            break;
        const int n = gather(o, total - done, piece);
        r = n ? host(nr, o->pid, local, nlocal, piece, n, 0) : -EFAULT;
        if (r == -EFAULT && nr == SYS_process_vm_readv)
            r = read_zeros(o, local, nlocal, piece);
        if (r > 0) {
            done += (uint64_t) r;
            iov_advance(&local, &nlocal, (size_t) r);
            iov_advance(&o->list, &o->count, (size_t) r);
        } else if (r == -EAGAIN) {
            r = ++tries < TRIES ? 1 : -EFAULT;
        }
    }
    return done || r > 0 ? (int64_t) done : r;
}

static int64_t transfer(struct thread *t, long nr, const uint64_t a[6])
{
    struct space *sp = t->proc->space;
    autofree struct iovec *local = NULL, *remote = NULL;
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
    remote = malloc((a[4] + 1) * sizeof *remote);
    if (!remote)
        return -ENOMEM;
    if (copy_in(sp, remote, gva(a[3]), a[4] * sizeof *remote))
        return -EFAULT;
    for (uint64_t i = 0; i < a[4]; i++)
        if ((ssize_t) remote[i].iov_len < 0)
            return -EINVAL;
    struct side o = {.pid = pid, .list = remote, .count = a[4]};
    r = target_of(pid, &o.target);
    if (r < 0)
        return r == -ESRCH ? r : -EPERM;
    if (r == 0)
        return host(nr, pid, local, nlocal, remote, a[4], 0); /* no guest: as the host allows */
    r = target_view(&o.target, &o.view);
    if (r)
        return -EPERM;
    const int64_t done = move(nr, &o, local, (size_t) nlocal, total);
    space_view_free(&o.view);
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
