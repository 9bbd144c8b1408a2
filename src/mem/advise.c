/* Hints, locks and presence: the host's own calls on the host pieces of a guest range. */
#include "mem/space.h"

#include <errno.h>
#include <linux/mman.h>
#include <string.h>
#include <sys/mman.h>

#include "base/raw.h"
#include "mem/access.h"
#include "mem/region.h"

enum { ADVICE_GUARD_INSTALL = 102, ADVICE_GUARD_REMOVE }; /* MADV_*, newer than some headers */

/* What a piece of anonymous private memory answers where it lives in a file: the host would answer for a shared mapping of one. 1: ask the
 * host all the same. */
static int advise_in_file(struct space *sp, const struct region *g, long nr, long advice, const struct run *run)
{
    if (sp->memfile < 0 || !is_lazy(g))
        return 1;
    if (nr == SYS_msync)
        return 0;
    if (nr != SYS_madvise)
        return 1;
    switch (advice) {
    case MADV_DONTNEED:
    case MADV_FREE:
        if (g->flags & RG_LOCKED)
            return -EINVAL;
        /* fall through */
    case 24 /* MADV_DONTNEED_LOCKED */:
        return memfile_punch(sp, run->hva, run->end - run->start);
    case MADV_REMOVE:
        return -EINVAL;
    case MADV_WIPEONFORK:
    case MADV_KEEPONFORK:
    case MADV_DONTFORK:
    case MADV_DOFORK:
        return 0; /* the mark on the region says it */
    }
    return 1;
}

/* madvise and relatives: the host call on every piece. Holes make -ENOMEM after all pieces are served, as in Linux. */
static int each_piece(struct space *sp, long nr, uint64_t start, uint64_t end, long arg, bool bind, bool arg_used)
{
    int ret = 0;
    uint64_t at = start;
    while (at < end) {
        struct region *g = region_from(sp, at);
        if (!g || g->start >= end)
            return ret ? ret : -ENOMEM;
        if (g->start > at)
            ret = ret ? ret : -ENOMEM;
        uint64_t s = MAX(at, g->start), e = MIN(g->end, end), p = s;
        if (bind && g->name != REGION_VVAR) {
            int r = mirror_bind(sp, s, e);
            if (r)
                return r;
        }
        struct run run;
        while (run_next(sp, &p, e, &run)) {
            long r = advise_in_file(sp, g, nr, arg, &run);
            if (r > 0)
                r = arg_used ? host(nr, run.hva, run.end - run.start, arg) : host(nr, run.hva, run.end - run.start);
            if (r < 0)
                return (int) r;
        }
        at = e;
    }
    return ret;
}

static int mark(struct space *sp, uint64_t start, uint64_t end, int set, int clear)
{
    int r = region_split(sp, start);
    if (r == 0)
        r = region_split(sp, end);
    for (struct region *g = region_from(sp, start); r == 0 && g && g->start < end; g = region_next(g)) {
        uint64_t bytes = g->end - g->start;
        if ((set & RG_LOCKED) && !(g->flags & RG_LOCKED))
            sp->locked += bytes;
        if ((clear & RG_LOCKED) && (g->flags & RG_LOCKED))
            sp->locked -= bytes;
        g->flags = (uint16_t) ((g->flags | set) & ~clear);
    }
    region_merge(sp, start, end);
    return r;
}

static int check_range(uint64_t va, uint64_t *size)
{
    if (va & ~PAGE_MASK)
        return -EINVAL;
    uint64_t n = page_up(*size);
    if (*size && !n)
        return -EINVAL;
    if (va + n < va)
        return -EINVAL;
    *size = n;
    return 0;
}

int space_advise(struct space *sp, gva_t va, uint64_t size, int advice)
{
    /* As before Linux 6.13: an access to a guard page is EFAULT to the hypervisor, which tells it from no other bad page. C libraries and
     * allocators go on with mprotect(2). */
    if (advice == ADVICE_GUARD_INSTALL || advice == ADVICE_GUARD_REMOVE)
        return -EINVAL;
    /* Whether the host knows the advice at all is its own answer on nothing. */
    long known = host(SYS_madvise, 0, 0, advice);
    if (known < 0)
        return (int) known;
    int r = check_range(va.v, &size);
    if (r || size == 0)
        return r;
    uint64_t end = va.v + size;
    lock(sp);
    bool bind = false;
    switch (advice) {
    case MADV_DONTFORK:
        r = mark(sp, va.v, end, RG_DONTFORK, 0);
        break;
    case MADV_DOFORK:
        r = mark(sp, va.v, end, 0, RG_DONTFORK);
        break;
    case MADV_NOHUGEPAGE:
        r = mark(sp, va.v, end, RG_NOHUGE, 0);
        break;
    case MADV_HUGEPAGE:
        r = mark(sp, va.v, end, 0, RG_NOHUGE);
        break;
    case MADV_WIPEONFORK:
    case MADV_KEEPONFORK:
    case MADV_POPULATE_READ:
    case MADV_POPULATE_WRITE:
        bind = true;
        break;
    case MADV_HWPOISON:
    case MADV_SOFT_OFFLINE:
        r = -EPERM; /* they would poison the host's memory */
        break;
    }
    if (r == 0)
        r = each_piece(sp, SYS_madvise, va.v, end, advice, bind, true);
    if (r == 0 && advice == MADV_WIPEONFORK)
        r = mark(sp, va.v, end, RG_WIPE, 0);
    if (r == 0 && advice == MADV_KEEPONFORK)
        r = mark(sp, va.v, end, 0, RG_WIPE);
    unlock(sp);
    return r;
}

int space_range_call(struct space *sp, long nr, gva_t va, uint64_t size, long arg, bool arg_used)
{
    uint64_t start = va.v;
    bool lock_call = nr == SYS_mlock || nr == SYS_munlock || nr == SYS_mlock2;
    if (lock_call) {
        size += start & ~PAGE_MASK;
        start = page_down(start);
    }
    if (start & ~PAGE_MASK)
        return -EINVAL;
    size = page_up(size); /* a length that wraps to nothing is nothing, here unlike in madvise */
    if (start + size <= start) {
        if (lock_call) /* the host finds no memory there either, and knows whether a limit comes before that */
            return (int) host(nr, start, size, arg);
        return size ? -ENOMEM : 0;
    }
    if (start >= SPACE_TOP || size > SPACE_TOP - start)
        return -ENOMEM;
    int r;
    lock(sp);
    if (nr == SYS_mlock || nr == SYS_mlock2)
        r = each_piece(sp, nr, start, start + size, arg, true, arg_used);
    else
        r = each_piece(sp, nr, start, start + size, arg, false, arg_used);
    if (r == 0 && (nr == SYS_mlock || nr == SYS_mlock2))
        r = mark(sp, start, start + size, RG_LOCKED | (arg & MLOCK_ONFAULT ? RG_ONFAULT : 0), 0);
    if (r == 0 && nr == SYS_munlock)
        r = mark(sp, start, start + size, 0, RG_LOCKED | RG_ONFAULT);
    unlock(sp);
    return r;
}

int space_mincore(struct space *sp, gva_t va, uint64_t size, uint8_t *vec)
{
    uint64_t at = va.v, end = at + size;
    int r = 0;
    lock(sp);
    for (uint64_t p = at; p < end && r == 0;) {
        struct region *g = region_at(sp, p);
        if (!g) {
            r = -ENOMEM;
            break;
        }
        p = g->end;
    }
    memset(vec, 0, size / PAGE_SIZE);
    struct run run;
    while (r == 0 && run_next(sp, &at, end, &run))
        r = (int) host(SYS_mincore, run.hva, run.end - run.start, vec + (run.start - va.v) / PAGE_SIZE);
    unlock(sp);
    return r;
}

int space_lock_all(struct space *sp, int flags)
{
    int r = 0;
    lock(sp);
    if (flags & MCL_CURRENT)
        for (struct region *g = region_from(sp, 0), *n; g && r == 0; g = n) {
            n = region_next(g);
            uint64_t s = g->start, e = g->end;
            if (g->prot != PROT_NONE && g->name != REGION_VVAR)
                r = each_piece(sp, flags & MCL_ONFAULT ? SYS_mlock2 : SYS_mlock, s, e, MLOCK_ONFAULT, true,
                               flags & MCL_ONFAULT);
            if (!(g->flags & RG_LOCKED)) {
                g->flags |= RG_LOCKED;
                sp->locked += e - s;
            }
        }
    if (flags == 0)
        for (struct region *g = region_from(sp, 0); g; g = region_next(g)) {
            each_piece(sp, SYS_munlock, g->start, g->end, 0, false, false);
            if (g->flags & RG_LOCKED) {
                g->flags &= ~RG_LOCKED;
                sp->locked -= g->end - g->start;
            }
        }
    if (r == 0)
        sp->lock_future = !(flags & MCL_FUTURE) ? 0 : RG_LOCKED | (flags & MCL_ONFAULT ? RG_ONFAULT : 0);
    unlock(sp);
    return r;
}
