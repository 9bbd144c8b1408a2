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
    case 24 /* MADV_DONTNEED_LOCKED */:
        return memfile_punch(sp, run->hva, run->end - run->start);
    case MADV_WIPEONFORK:
    case MADV_KEEPONFORK:
    case MADV_DONTFORK:
    case MADV_DOFORK:
        return 0; /* the mark on the region says it */
    }
    return 1;
}

/* What is refused whether the host has seen the memory yet or not. */
static bool refuses(const struct region *g, long nr, long advice)
{
    if (nr != SYS_madvise)
        return false;
    switch (advice) {
    case MADV_DONTNEED:
    case MADV_FREE:
    case MADV_COLD:
    case MADV_PAGEOUT:
        return g->flags & RG_LOCKED;
    case MADV_REMOVE:
        return is_lazy(g);
    case MADV_POPULATE_READ: /* the host may read more than the guest: host_prot() */
        return !(g->prot & PROT_READ);
    case MADV_POPULATE_WRITE:
        return !(g->prot & PROT_WRITE);
    case MADV_DOFORK:
        return g->name == REGION_VVAR; /* VM_IO */
    }
    return false;
}

/* madvise and relatives: the host call on every piece, *at being behind all regions that are done. Holes make -ENOMEM after all pieces are served, as
 * in Linux. */
static int pieces_from(struct space *sp, long nr, uint64_t *at, uint64_t end, long arg, bool bind, bool arg_used)
{
    int ret = 0;
    while (*at < end) {
        struct region *g = region_from(sp, *at);
        if (!g || g->start >= end)
            return ret ? ret : -ENOMEM;
        if (g->start > *at)
            ret = ret ? ret : -ENOMEM;
        if (refuses(g, nr, arg))
            return -EINVAL;
        uint64_t s = MAX(*at, g->start), e = MIN(g->end, end), p = s;
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
        *at = e;
    }
    return ret;
}

static int each_piece(struct space *sp, long nr, uint64_t start, uint64_t end, long arg, bool bind, bool arg_used)
{
    return pieces_from(sp, nr, &start, end, arg, bind, arg_used);
}

int region_mark(struct space *sp, uint64_t start, uint64_t end, int set, int clear)
{
    int r = region_split(sp, start);
    if (r == 0)
        r = region_split(sp, end);
    for (struct region *g = region_from(sp, start); r == 0 && g && g->start < end; g = region_next(g)) {
        const int now = (g->flags | (is_special(g) ? set & ~(RG_LOCKED | RG_ONFAULT) : set)) & ~clear;
        sp->locked -= g->flags & RG_LOCKED ? g->end - g->start : 0;
        sp->locked += now & RG_LOCKED ? g->end - g->start : 0;
        g->flags = (uint16_t) now;
    }
    region_merge(sp, start, end);
    return r;
}

/* The first address of the range that nothing is mapped at, or its end. */
static uint64_t first_hole(struct space *sp, uint64_t start, uint64_t end)
{
    const struct region *g;
    while (start < end && (g = region_at(sp, start)))
        start = MIN(g->end, end);
    return start;
}

/* Up to the first hole, as apply_vma_lock_flags(). All is locked before any page comes, and the first that cannot come ends it. */
static int lock_range(struct space *sp, uint64_t start, uint64_t end, bool later)
{
    uint64_t hole = first_hole(sp, start, end);
    int r = each_piece(sp, SYS_mlock2, start, hole, MLOCK_ONFAULT, true, true);
    if (r) { /* the limit, which Linux asks before it locks any */
        for (struct region *g = region_from(sp, start); g && g->start < hole; g = region_next(g))
            if (!(g->flags & RG_LOCKED))
                each_piece(sp, SYS_munlock, MAX(g->start, start), MIN(g->end, hole), 0, false, false);
        return r;
    }
    r = region_mark(sp, start, hole, RG_LOCKED | (later ? RG_ONFAULT : 0), later ? 0 : RG_ONFAULT);
    if (r == 0 && hole < end)
        r = -ENOMEM;
    return r || later ? r : each_piece(sp, SYS_mlock, start, end, 0, false, false);
}

static int unlock_range(struct space *sp, uint64_t start, uint64_t end)
{
    uint64_t hole = first_hole(sp, start, end);
    int r = each_piece(sp, SYS_munlock, start, hole, 0, false, false);
    if (r == 0)
        r = region_mark(sp, start, hole, 0, RG_LOCKED | RG_ONFAULT);
    return r == 0 && hole < end ? -ENOMEM : r;
}

/* Page by page as Linux does it: the first hole ends it, like any other page that cannot come. */
static int populate(struct space *sp, uint64_t start, uint64_t end, int advice)
{
    uint64_t hole = first_hole(sp, start, end);
    int r = each_piece(sp, SYS_madvise, start, hole, advice, true, true);
    return r == 0 && hole < end ? -ENOMEM : r;
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

/* What is not told to the host, or not to be read there again: smaps shows it, a child has it. */
static int remember(struct space *sp, uint64_t start, uint64_t end, int advice)
{
    static const struct {
        int advice, set, clear;
    } mark[] = {
        {MADV_NORMAL, 0, RG_RANDOM | RG_SEQUENTIAL},
        {MADV_RANDOM, RG_RANDOM, RG_SEQUENTIAL},
        {MADV_SEQUENTIAL, RG_SEQUENTIAL, RG_RANDOM},
        {MADV_DONTFORK, RG_DONTFORK, 0},
        {MADV_DOFORK, 0, RG_DONTFORK},
        {MADV_HUGEPAGE, RG_HUGE, RG_NOHUGE | RG_STACK},
        {MADV_NOHUGEPAGE, RG_NOHUGE, RG_HUGE | RG_STACK},
        {MADV_DONTDUMP, RG_DONTDUMP, 0},
        {MADV_DODUMP, 0, RG_DONTDUMP},
        {MADV_WIPEONFORK, RG_WIPE, 0},
        {MADV_KEEPONFORK, 0, RG_WIPE},
    };
    if (advice == MADV_DONTFORK)
        __atomic_store_n(&sp->drops, true, __ATOMIC_RELAXED);
    for (unsigned i = 0; i < ARRAY_SIZE(mark); i++)
        if (mark[i].advice == advice)
            return region_mark(sp, start, end, mark[i].set, mark[i].clear);
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
    uint64_t end = va.v + size, done = va.v;
    lock(sp);
    if (advice == MADV_POPULATE_READ || advice == MADV_POPULATE_WRITE) {
        r = populate(sp, va.v, end, advice);
    } else if (advice == MADV_HWPOISON || advice == MADV_SOFT_OFFLINE) {
        r = -EPERM; /* they would poison the host's memory */
    } else {
        r = pieces_from(sp, SYS_madvise, &done, end, advice, false, true);
    }
    if (done > va.v) {
        int m = remember(sp, va.v, done, advice);
        r = m ? m : r;
    }
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
    if (nr == SYS_munlock)
        r = unlock_range(sp, start, start + size);
    else if (lock_call)
        r = lock_range(sp, start, start + size, arg & MLOCK_ONFAULT);
    else
        r = each_piece(sp, nr, start, start + size, arg, false, arg_used);
    unlock(sp);
    return r;
}

int64_t space_mincore(struct space *sp, gva_t va, uint64_t size, uint8_t *vec)
{
    int64_t r = -ENOMEM;
    lock(sp);
    const struct region *g = region_at(sp, va.v);
    if (g) {
        uint64_t at = va.v, end = MIN(at + size, g->end);
        r = (int64_t) ((end - at) / PAGE_SIZE);
        memset(vec, 0, (size_t) r);
        struct run run;
        while (r >= 0 && run_next(sp, &at, end, &run)) {
            int err = (int) host(SYS_mincore, run.hva, run.end - run.start, vec + (run.start - va.v) / PAGE_SIZE);
            if (err)
                r = err;
        }
    }
    unlock(sp);
    return r;
}

/* As apply_mlockall_flags(): only limits are errors, no page that cannot come. */
int space_lock_all(struct space *sp, int flags)
{
    const int locks = (flags ? RG_LOCKED : 0) | (flags & MCL_ONFAULT ? RG_ONFAULT : 0);
    int r = flags && host(SYS_mlock, 0, 0) == -EPERM ? -EPERM : 0; /* may it lock anything? */
    lock(sp);
    if (r == 0 && (flags & MCL_CURRENT) && may_lock(sp, sp->total - sp->locked, RG_LOCKED))
        r = -ENOMEM;
    if (r == 0 && (flags == 0 || (flags & MCL_CURRENT))) {
        r = region_mark(sp, 0, SPACE_TOP, locks, (RG_LOCKED | RG_ONFAULT) & ~locks);
        for (struct region *g = region_from(sp, 0); g && r == 0; g = region_next(g)) {
            uint64_t at = g->start;
            struct run run;
            if (flags && !is_special(g))
                mirror_bind_locked(sp, g, g->start, g->end);
            while (run_next(sp, &at, g->end, &run))
                if (flags)
                    mirror_mark(g, run.hva, run.end - run.start);
                else
                    host(SYS_munlock, run.hva, run.end - run.start);
        }
    }
    if (r == 0)
        sp->lock_future = flags & MCL_FUTURE ? (uint8_t) locks : 0;
    unlock(sp);
    return r;
}
