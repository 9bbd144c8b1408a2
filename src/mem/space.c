/* The memory calls of a guest over the region tree. Each takes the lock, changes the tree, and lets the mirror follow. */
#include "mem/space.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mman.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/utsname.h>

#include "base/raw.h"
#include "mem/access.h"
#include "mem/region.h"

#define MMAP_MIN (64ull << 10) /* vm.mmap_min_addr's default */
#define LOW_START 0x40000000ull /* MAP_32BIT, as arch_get_unmapped_area() */
#define LOW_END 0x80000000ull
#define FAULT_WINDOW (64ull << 20)
#define FAULT_AHEAD (32ull << 20)
#define STACK_STEP (64ull << 10)
#define PROT_RWX (PROT_READ | PROT_WRITE | PROT_EXEC)

static bool is_error(long r)
{
    return r < 0 && r > -4096;
}

static uint64_t random_below(uint64_t bound)
{
    uint64_t v = 0;
    if ((long) host(SYS_personality, 0xffffffff) & ADDR_NO_RANDOMIZE)
        return 0;
    if (getrandom(&v, sizeof v, 0) != sizeof v)
        return 0;
    return v % bound;
}

static void *reserve_table(size_t bytes)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

int space_create(struct space **out, const struct space_limits *lim, const char **why)
{
    struct space *sp = calloc(1, sizeof *sp);
    if (!sp)
        return -ENOMEM;
    pthread_mutex_init(&sp->lock, NULL);
    RB_INIT(&sp->tree);
    sp->next_origin = ORIGIN_FIRST;
    sp->limits = *lim;
    if (why)
        *why = "cannot reserve address space for guest memory";
    int r = slab_init(&sp->slab, 1ull << 40);
    if (r)
        return r;
    sp->chunk = reserve_table(CHUNKS * sizeof *sp->chunk);
    sp->owner = reserve_table(sp->slab.limit * sizeof *sp->owner);
    if (!sp->chunk || !sp->owner)
        return -ENOMEM;
    long p = host(SYS_mmap, sp->slab.base, CHUNK_SIZE, PROT_READ | PROT_WRITE,
        MAP_FIXED | MAP_ANONYMOUS | MAP_PRIVATE | MAP_NORESERVE, -1, 0);
    if (is_error(p))
        return (int) p;
    r = machine_create(&sp->machine, sp->slab.base, CHUNK_SIZE, (uint64_t) sp->slab.backed << CHUNK_SHIFT, why);
    if (r)
        return r;
    uint64_t top_chunk = machine_gpa_limit(sp->machine) >> CHUNK_SHIFT;
    sp->slab.limit = (uint32_t) MIN(sp->slab.limit, top_chunk - 1); /* the last one is for host windows (vDSO) */
    uint64_t gap = MIN(MAX(lim->stack, 128ull << 20), SPACE_TOP / 6 * 5) + (16ull << 30) / 1024;
    sp->mmap_base = page_down(SPACE_TOP - gap - random_below(1ull << 28) * PAGE_SIZE);
    *out = sp;
    return 0;
}

struct machine *space_machine(struct space *sp)
{
    return sp->machine;
}

struct space_limits *space_limits(struct space *sp)
{
    return &sp->limits;
}

static void lock(struct space *sp)
{
    pthread_mutex_lock(&sp->lock);
}

static void unlock(struct space *sp)
{
    pthread_mutex_unlock(&sp->lock);
}

/* ---- limits ---- */

static bool counts_as_data(int prot, int flags)
{
    return (prot & PROT_WRITE) && !(flags & (RG_SHARED | RG_GROWSDOWN));
}

/* May the space grow by `size` bytes of such memory, after `freed` bytes go? RLIMIT_AS and RLIMIT_DATA, as may_expand_vm(). */
static int may_expand(struct space *sp, uint64_t size, uint64_t freed, int prot, int flags)
{
    if (sp->total - freed + size > sp->limits.as || sp->total - freed + size < size)
        return -ENOMEM;
    if (counts_as_data(prot, flags) && sp->data + size > sp->limits.data)
        return -ENOMEM;
    return 0;
}

/* The host's own judgement of a mapping that we make piece by piece later (overcommit). */
static int host_would_map(uint64_t size, int prot, int flags)
{
    if (size < (64ull << 20) || prot == PROT_NONE)
        return 0;
    long p = host(SYS_mmap, NULL, size, prot, MAP_PRIVATE | MAP_ANONYMOUS | (flags & MAP_NORESERVE), -1, 0);
    if (is_error(p))
        return (int) p;
    host(SYS_munmap, p, size);
    return 0;
}

/* Pages below vm.mmap_min_addr are a matter of privilege, which the host decides. */
static int may_map_low(uint64_t va)
{
    long p = host(SYS_mmap, va, PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (is_error(p))
        return (int) p;
    host(SYS_munmap, p, PAGE_SIZE);
    return 0;
}

/* ---- unmapping and placing, lock held ---- */

static int unmap_locked(struct space *sp, uint64_t start, uint64_t end)
{
    if (region_range_free(sp, start, end))
        return 0;
    int r = region_split(sp, start);
    if (r == 0)
        r = region_split(sp, end);
    if (r)
        return r;
    r = mirror_remove(sp, start, end);
    if (r)
        return r;
    for (struct region *g = region_from(sp, start), *n; g && g->start < end; g = n) {
        n = region_next(g);
        region_remove(sp, g);
    }
    return 0;
}

static uint64_t mapped_bytes(struct space *sp, uint64_t start, uint64_t end)
{
    uint64_t sum = 0;
    for (struct region *g = region_from(sp, start); g && g->start < end; g = region_next(g))
        sum += MIN(g->end, end) - MAX(g->start, start);
    return sum;
}

/* Where a mapping without MAP_FIXED goes: the hint when it is free, else the highest gap below mmap_base, else any. */
static uint64_t place(struct space *sp, uint64_t hint, uint64_t size, uint64_t align)
{
    hint = page_down(hint);
    if (hint >= MMAP_MIN && hint < SPACE_TOP && size <= SPACE_TOP - hint && region_range_free(sp, hint, hint + size)) {
        const struct region *above = region_from(sp, hint);
        if (!above || !(above->flags & RG_GROWSDOWN) || above->start - (hint + size) >= 256 * PAGE_SIZE)
            return hint;
    }
    uint64_t at = align > PAGE_SIZE ? region_find_gap(sp, size, MMAP_MIN, sp->mmap_base, align) : 0;
    if (!at)
        at = region_find_gap(sp, size, MMAP_MIN, sp->mmap_base, PAGE_SIZE);
    if (!at)
        at = region_find_gap(sp, size, sp->mmap_base, SPACE_TOP, PAGE_SIZE);
    return at;
}

int64_t space_mmap(struct space *sp, gva_t hint, uint64_t size, int prot, int flags, int fd, uint64_t off)
{
    bool fixed = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE);
    bool anon = flags & MAP_ANONYMOUS;
    int type = flags & MAP_TYPE;
    if (!anon) {
        long fl = host(SYS_fcntl, fd, F_GETFL);
        if (fl < 0)
            return fl;
    }
    if (size == 0)
        return -EINVAL;
    size = page_up(size);
    if (size == 0 || size > SPACE_TOP)
        return -ENOMEM;
    if (off & ~PAGE_MASK)
        return -EINVAL;
    if (!anon && off + size < off)
        return -EOVERFLOW;
    if (flags & MAP_HUGETLB) {
        /* The host's own errors; a pool of huge pages itself is not passed on: as on a system that reserved none. */
        long p = host(SYS_mmap, NULL, size, prot, flags & ~(MAP_FIXED | MAP_FIXED_NOREPLACE | MAP_POPULATE), fd, off);
        if (is_error(p))
            return p;
        host(SYS_munmap, p, size);
        return -ENOMEM;
    }
    if (fixed) {
        if (hint.v & ~PAGE_MASK)
            return -EINVAL;
        if (hint.v > SPACE_TOP - size)
            return -ENOMEM;
        int low = hint.v < MMAP_MIN ? may_map_low(hint.v) : 0;
        if (low)
            return low;
    }
    bool shared = type == MAP_SHARED || type == MAP_SHARED_VALIDATE;
    if (!shared && type != MAP_PRIVATE && !(anon && type == 0x08 /* MAP_DROPPABLE */))
        return -EINVAL;
    if (anon && type == 0x08)
        type = MAP_PRIVATE; /* never dropping what may be dropped is within its contract */
    if (anon && shared && type == MAP_SHARED_VALIDATE)
        return -EINVAL;
    struct region like = {.prot = prot & PROT_RWX,
        .flags = (shared ? RG_SHARED : 0) | (anon ? RG_ANON : 0) | (flags & MAP_GROWSDOWN ? RG_GROWSDOWN : 0)};
    if ((flags & MAP_GROWSDOWN) && (shared || !anon))
        return -EINVAL;

    lock(sp);
    like.flags |= (flags & MAP_LOCKED ? RG_LOCKED : 0) | sp->lock_future;
    int64_t ret;
    uint64_t at = hint.v, freed = 0;
    if (!fixed) {
        uint64_t align = anon && size >= CHUNK_SIZE ? CHUNK_SIZE : PAGE_SIZE;
        at = flags & MAP_32BIT ? region_find_gap(sp, size, LOW_START, LOW_END, PAGE_SIZE) : place(sp, hint.v, size, align);
        ret = -ENOMEM;
        if (!at)
            goto out;
    } else if (!region_range_free(sp, at, at + size)) {
        ret = -EEXIST;
        if (flags & MAP_FIXED_NOREPLACE)
            goto out;
        freed = mapped_bytes(sp, at, at + size);
    }
    ret = may_expand(sp, size, freed, like.prot, like.flags);
    if (ret == 0 && anon && !shared)
        ret = host_would_map(size, like.prot, flags);
    if (ret)
        goto out;
    if (freed && (!anon || shared)) {
        /* Let the host judge file, rights, type and size before anything of the old mapping goes. */
        long p = host(SYS_mmap, NULL, size, like.prot, type | (flags & (MAP_NORESERVE | MAP_ANONYMOUS | MAP_SYNC)), fd, off);
        ret = is_error(p) ? p : 0;
        if (ret)
            goto out;
        host(SYS_munmap, p, size);
    }
    ret = unmap_locked(sp, at, at + size);
    if (ret)
        goto out;
    like.origin = (like.flags & (RG_ANON | RG_SHARED)) == RG_ANON ? ORIGIN_ANON : sp->next_origin++;
    struct region *r = region_insert(sp, &like, at, at + size);
    ret = -ENOMEM;
    if (!r)
        goto out;
    int map_flags = type | (flags & (MAP_NORESERVE | MAP_ANONYMOUS | MAP_SYNC | MAP_POPULATE | MAP_NONBLOCK));
    if ((flags & MAP_POPULATE) && anon && !shared)
        ret = mirror_bind(sp, at, at + size);
    else
        ret = 0;
    if (ret == 0)
        ret = mirror_new(sp, r, at, at + size, fd, off, (anon && !shared) ? flags & MAP_POPULATE : map_flags);
    if (ret) {
        unmap_locked(sp, at, at + size);
        goto out;
    }
    region_merge(sp, at, at + size);
    ret = (int64_t) at;
out:
    unlock(sp);
    return ret;
}

int space_munmap(struct space *sp, gva_t va, uint64_t size)
{
    if ((va.v & ~PAGE_MASK) || va.v > SPACE_TOP || size > SPACE_TOP - va.v)
        return -EINVAL;
    size = page_up(size);
    if (size == 0)
        return -EINVAL;
    lock(sp);
    int r = unmap_locked(sp, va.v, va.v + size);
    unlock(sp);
    return r;
}

int space_mprotect(struct space *sp, gva_t va, uint64_t size, int prot)
{
    int grow = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
    if (grow == (PROT_GROWSDOWN | PROT_GROWSUP) || (va.v & ~PAGE_MASK))
        return -EINVAL;
    if (size == 0)
        return 0;
    uint64_t start = va.v, end = start + page_up(size);
    if (end <= start)
        return -ENOMEM;
    if (prot & ~(PROT_RWX | PROT_GROWSDOWN | PROT_GROWSUP | PROT_SEM))
        return -EINVAL;
    if (end > SPACE_TOP)
        return -ENOMEM;
    lock(sp);
    int r = -ENOMEM;
    struct region *g = region_from(sp, start);
    if (!g || g->start >= end)
        goto out;
    if (grow & PROT_GROWSDOWN) {
        r = -EINVAL;
        if (!(g->flags & RG_GROWSDOWN))
            goto out;
        start = g->start;
    } else if (g->start > start) {
        goto out;
    } else if (grow & PROT_GROWSUP) {
        r = -EINVAL;
        goto out;
    }
    prot &= PROT_RWX;
    r = region_split(sp, start);
    if (r == 0)
        r = region_split(sp, end);
    if (r)
        goto out;
    for (uint64_t at = start; at < end && r == 0;) {
        g = region_from(sp, at);
        if (!g || g->start > at) {
            r = -ENOMEM; /* a hole: what came before it stays changed, as in Linux */
            break;
        }
        uint64_t e = g->end;
        if (g->prot != prot) {
            if (counts_as_data(prot, g->flags) && !counts_as_data(g->prot, g->flags) &&
                sp->data + (e - at) > sp->limits.data) {
                r = -ENOMEM;
                break;
            }
            /* Tell the host first where it can refuse (a shared mapping of a read-only file: EACCES). */
            r = mirror_protect(sp, at, e, g->prot, prot);
            if (r)
                break;
            struct region like = *g;
            like.prot = (uint8_t) prot;
            region_remove(sp, g);
            BUG_ON(!region_insert(sp, &like, at, e));
        }
        at = e;
    }
    region_merge(sp, start, end);
out:
    unlock(sp);
    return r;
}

/* ---- brk ---- */

void space_set_brk(struct space *sp, gva_t start)
{
    lock(sp);
    sp->brk_start = sp->brk = start.v;
    unlock(sp);
}

int64_t space_brk(struct space *sp, gva_t to)
{
    lock(sp);
    uint64_t old_end = page_up(sp->brk), new_end = page_up(to.v);
    if (to.v < sp->brk_start || to.v > SPACE_TOP)
        goto out;
    if (new_end < old_end) {
        if (unmap_locked(sp, new_end, old_end))
            goto out;
    } else if (new_end > old_end) {
        const struct region *above = region_from(sp, old_end);
        uint64_t guard = above && (above->flags & RG_GROWSDOWN) ? 256 * PAGE_SIZE : 0;
        if (above && (above->start < new_end + guard))
            goto out;
        uint64_t size = new_end - old_end;
        if (to.v - sp->brk_start > sp->limits.data || may_expand(sp, size, 0, PROT_READ | PROT_WRITE, RG_ANON))
            goto out;
        if (host_would_map(size, PROT_READ | PROT_WRITE, 0))
            goto out;
        struct region like = {.prot = PROT_READ | PROT_WRITE, .flags = RG_ANON | sp->lock_future,
            .origin = ORIGIN_HEAP, .name = REGION_HEAP};
        struct region *r = region_insert(sp, &like, old_end, new_end);
        if (!r)
            goto out;
        if (mirror_new(sp, r, old_end, new_end, -1, 0, 0)) {
            unmap_locked(sp, old_end, new_end);
            goto out;
        }
        region_merge(sp, old_end, new_end);
    }
    sp->brk = to.v;
out:;
    int64_t r = (int64_t) sp->brk;
    unlock(sp);
    return r;
}

/* ---- mremap ---- */

/* One host mapping may stand as several VMAs (huge pages advised in the middle), which mremap(2) takes one at a time: halve until it fits. */
static int host_move(uint8_t *from, uint8_t *to, uint64_t size)
{
    long p = host(SYS_mremap, from, size, size, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, to);
    if (!is_error(p))
        return 0;
    if (p != -EFAULT || size == PAGE_SIZE)
        return (int) p;
    uint64_t half = size > 2 * CHUNK_SIZE ? (size / 2) & ~(CHUNK_SIZE - 1) : page_up(size / 2);
    int r = host_move(from, to, half);
    return r ? r : host_move(from + half, to + half, size - half);
}

/* Move the host pages of [old, old + size) to [to, to + size). The source keeps an empty mapping until the caller removes it, so that no
 * hole is ever left in the slab for another thread's mmap to fall into. */
static int move_pages(struct space *sp, uint64_t old, uint64_t to, uint64_t size)
{
    uint64_t at = old;
    struct run src;
    while (run_next(sp, &at, old + size, &src)) {
        uint64_t dst_start = to + (src.start - old), dst_end = to + (src.end - old), d = dst_start;
        int r = mirror_bind(sp, dst_start, dst_end);
        struct run dst;
        while (r == 0 && run_next(sp, &d, dst_end, &dst))
            r = host_move(src.hva + (dst.start - dst_start), dst.hva, dst.end - dst.start);
        if (r)
            return r;
    }
    return 0;
}

/* Bring `size` bytes of mapping at `p`, outside the slab, into [to, to + size); what cannot be moved is unmapped. */
static int adopt_mapping(struct space *sp, long p, uint64_t to, uint64_t size)
{
    int ret = mirror_bind(sp, to, to + size);
    uint64_t d = to, done = 0;
    struct run dst;
    while (ret == 0 && run_next(sp, &d, to + size, &dst)) {
        uint64_t n = dst.end - dst.start;
        long q = host(SYS_mremap, p + (dst.start - to), n, n, MREMAP_MAYMOVE | MREMAP_FIXED, dst.hva);
        ret = is_error(q) ? (int) q : 0;
        done += ret ? 0 : n;
    }
    if (done < size)
        host(SYS_munmap, p + done, size - done);
    return ret;
}

/* Map `extra` more bytes of the object behind the last mapped page of `r` (a file or shared memory) at `to`. The host holds the file: a
 * mapping of it outside the slab is grown there and the new part moved in. */
static int grow_object(struct space *sp, const struct region *r, uint64_t last_page, uint64_t to, uint64_t extra)
{
    uint64_t at = last_page;
    struct run run;
    if (!run_next(sp, &at, last_page + PAGE_SIZE, &run))
        return -EFAULT;
    long p;
    if (r->flags & RG_SHARED) {
        p = host(SYS_mremap, run.hva, 0, PAGE_SIZE + extra, MREMAP_MAYMOVE); /* old size 0: a second mapping of it */
        if (is_error(p))
            return (int) p;
        host(SYS_munmap, p, PAGE_SIZE);
    } else {
        /* A private page cannot be duplicated that way: take it out of the guest's sight, lend it out, and put it back. */
        int hidden = mirror_protect(sp, last_page, last_page + PAGE_SIZE, r->prot, PROT_NONE);
        long lent = hidden ? hidden : host(SYS_mremap, run.hva, PAGE_SIZE, PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0);
        if (is_error(lent))
            return (int) lent;
        p = host(SYS_mremap, lent, PAGE_SIZE, PAGE_SIZE + extra, MREMAP_MAYMOVE);
        long back = host(SYS_mremap, is_error(p) ? lent : p, PAGE_SIZE, PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, run.hva);
        BUG_ON(is_error(back) || mirror_protect(sp, last_page, last_page + PAGE_SIZE, PROT_NONE, r->prot));
        if (is_error(p))
            return (int) p;
    }
    int ret = adopt_mapping(sp, p + PAGE_SIZE, to, extra);
    /* The new part has the rights of the page it grew from: none, when that one was hidden. */
    at = to;
    while (ret == 0 && run_next(sp, &at, to + extra, &run))
        ret = (int) host(SYS_mprotect, run.hva, run.end - run.start, r->prot);
    return ret;
}

/* Host pages of [start, end) are in place: let the guest see them. */
static int show(struct space *sp, uint64_t start, uint64_t end, int prot)
{
    int r = mirror_tables(sp, start, end, prot);
    return r ? r : mirror_guest(sp, start, end);
}

static bool is_lazy(const struct region *r)
{
    return (r->flags & RG_ANON) && !(r->flags & RG_SHARED);
}

/* Add [start, end) behind or apart from `like`'s last page: anonymous memory is just more of it. */
static int extend(struct space *sp, const struct region *like, uint64_t last_page, uint64_t start, uint64_t end)
{
    struct region copy = *like;
    struct region *n = region_insert(sp, &copy, start, end);
    if (!n)
        return -ENOMEM;
    int r;
    if (is_lazy(like)) {
        r = mirror_new(sp, n, start, end, -1, 0, 0);
    } else {
        r = grow_object(sp, like, last_page, start, end - start);
        if (r == 0)
            r = show(sp, start, end, like->prot);
    }
    if (r)
        unmap_locked(sp, start, end);
    return r;
}

/* Lock held, arguments checked; old_size 0: duplicate. */
static int64_t remap(struct space *sp, uint64_t old, uint64_t old_size, uint64_t new_size, int flags, uint64_t to)
{
    bool duplicate = old_size == 0;
    int64_t ret = -EFAULT;
    struct region *r = region_at(sp, old);
    if (!r)
        return ret;
    if (duplicate && !(r->flags & RG_SHARED)) {
        return -EINVAL;
    }
    if (!(flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) && !duplicate && new_size <= old_size) {
        /* Shrinking in place is an unmap of the tail, across regions if need be. */
        ret = new_size < old_size ? unmap_locked(sp, old + new_size, old + old_size) : 0;
        ret = ret ? ret : (int64_t) old;
        return ret;
    }
    if (r->end - old < old_size)
        return ret;
    if ((flags & MREMAP_FIXED) && new_size < old_size) {
        ret = unmap_locked(sp, old + new_size, old + old_size);
        if (ret)
            return ret;
        old_size = new_size;
        r = region_at(sp, old);
    }
    ret = may_expand(sp, flags & MREMAP_DONTUNMAP ? new_size : new_size - old_size, 0, r->prot, r->flags);
    if (ret)
        return ret;
    uint64_t end = old + old_size;
    if (!(flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) && !duplicate && end == r->end) {
        uint64_t grown = old + new_size;
        const struct region *above = region_from(sp, end);
        if (grown > old && grown <= SPACE_TOP && (!above || above->start >= grown)) {
            struct region like = *r;
            ret = extend(sp, &like, end - PAGE_SIZE, end, grown);
            if (ret == 0) {
                region_merge(sp, old, grown);
                ret = (int64_t) old;
            }
            return ret;
        }
    }
    ret = -ENOMEM;
    if (!(flags & MREMAP_MAYMOVE))
        return ret;
    if (flags & MREMAP_FIXED) {
        ret = unmap_locked(sp, to, to + new_size);
        if (ret)
            return ret;
    } else {
        to = place(sp, flags & MREMAP_DONTUNMAP ? to : 0, new_size, is_lazy(r) && new_size >= CHUNK_SIZE ? CHUNK_SIZE : PAGE_SIZE);
        if (!to)
            return ret;
    }
    r = region_at(sp, old);
    struct region like = *r;
    if (duplicate) {
        like.origin = sp->next_origin++;
        struct region *n = region_insert(sp, &like, to, to + new_size);
        ret = n ? 0 : -ENOMEM;
        uint64_t at = old;
        struct run run;
        if (ret == 0 && run_next(sp, &at, old + PAGE_SIZE, &run)) {
            long p = host(SYS_mremap, run.hva, 0, new_size, MREMAP_MAYMOVE);
            ret = is_error(p) ? p : adopt_mapping(sp, p, to, new_size);
            if (ret == 0)
                ret = show(sp, to, to + new_size, like.prot);
        }
        ret = ret ? ret : (int64_t) to;
        return ret;
    }
    ret = region_split(sp, old);
    if (ret == 0)
        ret = region_split(sp, end);
    if (ret)
        return ret;
    if (like.origin >= ORIGIN_FIRST)
        like.origin = sp->next_origin++;
    like.name = like.name == REGION_HEAP ? REGION_PLAIN : like.name;
    if (like.origin == ORIGIN_HEAP)
        like.origin = ORIGIN_ANON;
    like.flags &= ~RG_GROWSDOWN;
    struct region *moved = region_insert(sp, &like, to, to + old_size);
    ret = !moved ? -ENOMEM
          : is_lazy(&like) ? mirror_new(sp, moved, to, to + old_size, -1, 0, 0)
                           : mirror_bind(sp, to, to + old_size);
    if (ret == 0)
        ret = move_pages(sp, old, to, old_size);
    if (ret) {
        if (moved)
            unmap_locked(sp, to, to + old_size);
        return ret;
    }
    if (!(flags & MREMAP_DONTUNMAP))
        ret = unmap_locked(sp, old, end);
    if (ret == 0)
        ret = show(sp, to, to + old_size, like.prot);
    if (ret == 0 && new_size > old_size)
        ret = extend(sp, &like, to + old_size - PAGE_SIZE, to + old_size, to + new_size);
    if (ret == 0) {
        region_merge(sp, to, to + new_size);
        ret = (int64_t) to;
    }
    return ret;
}

/* Since 6.17 mremap(2) moves a range of several mappings. The guest is told what its host would tell. */
static bool host_moves_many(void)
{
    struct utsname u;
    unsigned major = 0, minor = 0;
    return uname(&u) == 0 && sscanf(u.release, "%u.%u", &major, &minor) == 2 && (major > 6 || (major == 6 && minor >= 17));
}

int64_t space_mremap(struct space *sp, gva_t old_va, uint64_t old_size, uint64_t new_size, int flags, gva_t new_va)
{
    uint64_t old = old_va.v, to = new_va.v;
    if (flags & ~(MREMAP_FIXED | MREMAP_MAYMOVE | MREMAP_DONTUNMAP))
        return -EINVAL;
    if ((flags & MREMAP_FIXED) && !(flags & MREMAP_MAYMOVE))
        return -EINVAL;
    if ((flags & MREMAP_DONTUNMAP) && (!(flags & MREMAP_MAYMOVE) || old_size != new_size))
        return -EINVAL;
    if (old & ~PAGE_MASK)
        return -EINVAL;
    old_size = page_up(old_size);
    new_size = page_up(new_size);
    if (new_size == 0 || new_size > SPACE_TOP)
        return -EINVAL;
    if (flags & (MREMAP_FIXED)) {
        if ((to & ~PAGE_MASK) || to > SPACE_TOP - new_size)
            return -EINVAL;
        if (old + old_size > to && to + new_size > old)
            return -EINVAL;
        int low = to < MMAP_MIN ? may_map_low(to) : 0;
        if (low)
            return low;
    }
    if (old >= SPACE_TOP || old_size > SPACE_TOP - old)
        return -EFAULT;

    lock(sp);
    int64_t ret = -EFAULT;
    struct region *r = region_at(sp, old);
    if (r && r->end - old < old_size && old_size == new_size && (flags & MREMAP_FIXED) && host_moves_many()) {
        /* Each region of the range moves by itself. */
        for (uint64_t at = old, end = old + old_size; r && r->start < end; r = region_from(sp, at)) {
            uint64_t s = MAX(r->start, at), e = MIN(r->end, end);
            ret = remap(sp, s, e - s, e - s, flags, to + (s - old));
            if (ret < 0)
                break;
            at = e;
        }
        if (ret >= 0)
            ret = (int64_t) to;
    } else {
        ret = remap(sp, old, old_size, new_size, flags, to);
    }
    unlock(sp);
    return ret;
}

/* ---- hints, locks, presence ---- */

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
            long r = arg_used ? host(nr, run.hva, run.end - run.start, arg) : host(nr, run.hva, run.end - run.start);
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
        g->flags = (uint8_t) ((g->flags | set) & ~clear);
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
    unlock(sp);
    return r;
}

int space_range_call(struct space *sp, long nr, gva_t va, uint64_t size, long arg, bool arg_used)
{
    uint64_t start = va.v;
    if (nr == SYS_mlock || nr == SYS_munlock || nr == SYS_mlock2) {
        size += start & ~PAGE_MASK;
        start = page_down(start);
    }
    if (start & ~PAGE_MASK)
        return -EINVAL;
    size = page_up(size); /* a length that wraps to nothing is nothing, here unlike in madvise */
    if (start + size < start)
        return nr == SYS_msync ? -ENOMEM : -EINVAL;
    if (size == 0)
        return 0;
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

/* ---- SysV shared memory ---- */

int64_t space_shmat(struct space *sp, int id, gva_t at_va, int flags)
{
    struct shmid_ds ds;
    long r = host(SYS_shmctl, id, IPC_STAT, &ds);
    uint64_t at = at_va.v;
    if (r == -EACCES)
        return r;
    if (r < 0)
        return r;
    uint64_t size = page_up(ds.shm_segsz);
    if (at) {
        if (at & ~PAGE_MASK) {
            if (!(flags & SHM_RND))
                return -EINVAL;
            at = page_down(at);
        }
        if (at == 0 && (flags & SHM_REMAP))
            return -EINVAL;
    } else if (flags & SHM_REMAP) {
        return -EINVAL;
    }
    struct region like = {.prot = PROT_READ | (flags & SHM_RDONLY ? 0 : PROT_WRITE) | (flags & SHM_EXEC ? PROT_EXEC : 0),
        .flags = RG_SHARED};
    lock(sp);
    int64_t ret = -EINVAL;
    if (at) {
        if (at > SPACE_TOP - size || at < MMAP_MIN)
            goto out;
        if (!(flags & SHM_REMAP) && !region_range_free(sp, at, at + size))
            goto out;
    } else {
        at = place(sp, 0, size, CHUNK_SIZE);
        ret = -ENOMEM;
        if (!at)
            goto out;
    }
    ret = may_expand(sp, size, 0, like.prot, like.flags);
    if (ret == 0)
        ret = unmap_locked(sp, at, at + size);
    if (ret)
        goto out;
    like.origin = sp->next_origin++;
    if (!region_insert(sp, &like, at, at + size)) {
        ret = -ENOMEM;
        goto out;
    }
    ret = mirror_bind(sp, at, at + size);
    uint64_t p = at;
    struct run run;
    if (ret == 0 && run_next(sp, &p, at + size, &run)) {
        /* One segment is one host mapping: it needs neighbouring chunks, which a fresh place always gives. */
        long m = run.end == at + size ? (long) host(SYS_shmat, id, run.hva, (flags & ~SHM_RND) | SHM_REMAP) : -ENOMEM;
        ret = is_error(m) ? m : 0;
    }
    if (ret == 0)
        ret = show(sp, at, at + size, like.prot);
    if (ret)
        unmap_locked(sp, at, at + size);
    else
        ret = (int64_t) at;
out:
    unlock(sp);
    return ret;
}

int space_shmdt(struct space *sp, gva_t va)
{
    lock(sp);
    struct region *g = region_at(sp, va.v);
    int r = -EINVAL;
    /* Detaching is unmapping: the host counts the segment down when its last page goes. */
    if (g && g->start == va.v && (g->flags & (RG_SHARED | RG_ANON)) == RG_SHARED) {
        uint32_t origin = g->origin;
        uint64_t end = g->end;
        while ((g = region_from(sp, end)) && g->start == end && g->origin == origin)
            end = g->end;
        r = unmap_locked(sp, va.v, end);
    }
    unlock(sp);
    return r;
}

/* ---- start-up: stack, names, vDSO ---- */

int64_t space_map_stack(struct space *sp, uint64_t size, int prot)
{
    uint64_t top = page_down(SPACE_TOP - random_below(1ull << 22) * PAGE_SIZE);
    struct region like = {.prot = (uint8_t) prot, .flags = RG_ANON | RG_GROWSDOWN, .name = REGION_STACK,
        .origin = sp->next_origin++};
    lock(sp);
    int64_t ret = may_expand(sp, size, 0, prot, like.flags);
    if (ret == 0 && !region_insert(sp, &like, top - size, top))
        ret = -ENOMEM;
    if (ret == 0) {
        sp->stack_top = top;
        /* Bind what it may grow to, so that buffers on the stack are contiguous on the host side too. */
        uint64_t room = MIN(MAX(sp->limits.stack, size), 64ull << 20);
        sp->room_start = top - page_up(room);
        ret = mirror_bind(sp, top - page_up(room), top);
        if (ret == 0)
            ret = mirror_guest(sp, top - size, top);
        if (ret == 0)
            ret = (int64_t) top;
    }
    unlock(sp);
    return ret;
}

void space_set_name(struct space *sp, gva_t va, enum region_name name)
{
    lock(sp);
    struct region *r = region_at(sp, va.v);
    if (r) {
        r->name = (uint8_t) name;
        if (r->origin == ORIGIN_ANON)
            r->origin = sp->next_origin++;
    }
    unlock(sp);
}

/* Where the host shows its vDSO and the data pages below it. */
static bool find_vdso(uint64_t *vvar, uint64_t *vdso, uint64_t *end)
{
    char line[512];
    FILE *f = fopen("/proc/self/maps", "re");
    if (!f)
        return false;
    *vvar = *vdso = 0;
    while (fgets(line, sizeof line, f)) {
        unsigned long a, b;
        if (sscanf(line, "%lx-%lx", &a, &b) != 2)
            continue;
        if (strstr(line, "[vvar") && (!*vvar || a < *vvar))
            *vvar = a;
        if (strstr(line, "[vdso]"))
            *vdso = a, *end = b;
    }
    fclose(f);
    return *vvar && *vdso > *vvar;
}

uint64_t space_map_vdso(struct space *sp)
{
    uint64_t vvar, vdso, end = 0;
    if (!machine_tsc_is_host(sp->machine) || !find_vdso(&vvar, &vdso, &end))
        return 0;
    uint64_t data = vdso - vvar, code = end - vdso;
    uint64_t window = machine_gpa_limit(sp->machine) - CHUNK_SIZE;
    if (!sp->vvar_gpa && machine_back(sp->machine, gpa(window), (void *) vvar, data, true))
        return 0;
    sp->vvar_gpa = window;
    int64_t at = space_mmap(sp, gva(0), data + code, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at < 0)
        return 0;
    /* The code is a copy, ordinary memory of the guest; the data below it are the host's own pages, read-only. */
    lock(sp);
    uint64_t p = (uint64_t) at;
    struct run run;
    int r = mirror_bind(sp, p, p + data + code);
    p += data;
    while (r == 0 && run_next(sp, &p, (uint64_t) at + data + code, &run))
        memcpy(run.hva, (const uint8_t *) vdso + (run.start - (uint64_t) at - data), run.end - run.start);
    if (r == 0) {
        sp->vvar_start = (uint64_t) at;
        sp->vvar_size = data;
    }
    unlock(sp);
    if (r)
        return 0;
    space_mprotect(sp, gva((uint64_t) at), data, PROT_READ);
    space_mprotect(sp, gva((uint64_t) at + data), code, PROT_READ | PROT_EXEC);
    space_set_name(sp, gva((uint64_t) at), REGION_VVAR);
    space_set_name(sp, gva((uint64_t) at + data), REGION_VDSO);
    return (uint64_t) at + data;
}

/* ---- faults ---- */

static bool grow_stack(struct space *sp, uint64_t va)
{
    struct region *r = region_from(sp, va);
    if (!r || !(r->flags & RG_GROWSDOWN) || r->start <= va)
        return false;
    const struct region *below = region_prev(r);
    uint64_t floor = below ? below->end : MMAP_MIN;
    if (below && below->prot != PROT_NONE && !(below->flags & RG_GROWSDOWN))
        floor += 256 * PAGE_SIZE;
    uint64_t want = page_down(va);
    uint64_t top = r->end;
    for (struct region *n = region_next(r); n && n->start == top && n->origin == r->origin; n = region_next(n))
        top = n->end;
    if (want < floor || top - want > sp->limits.stack)
        return false;
    /* A little more than asked for, where it is allowed: each fault is an exit. */
    uint64_t more = want & ~(STACK_STEP - 1);
    if (more >= floor && top - more <= sp->limits.stack)
        want = more;
    uint64_t old = r->start;
    if (may_expand(sp, old - want, 0, r->prot, r->flags))
        return false;
    /* What a host call wrote below the stack is there already: rights only, no new mapping. */
    if (mirror_protect(sp, want, old, PROT_NONE, r->prot))
        return false;
    region_move_start(sp, r, want);
    return true;
}

/* Make the chunk of `va`, which lies in region `r`, present for host and guest; large regions a window at a time. */
static int bring_in(struct space *sp, struct region *r, uint64_t va, bool guest)
{
    uint64_t w = va & ~(FAULT_WINDOW - 1);
    uint64_t start = MAX(w, r->start), end = MIN(w + FAULT_WINDOW, r->end);
    int ret = mirror_bind(sp, start, end);
    if (ret == 0 && guest) {
        uint64_t chunk_end = (va | (CHUNK_SIZE - 1)) + 1;
        ret = mirror_guest(sp, va, MAX(MIN(MIN(va + FAULT_AHEAD, end), SPACE_TOP), MIN(chunk_end, r->end)));
    }
    return ret;
}

/* An object's page may be hidden (mirror_hide_objects), or not be there at all: past the end of a file. */
static int show_object(struct space *sp, const struct region *r, uint64_t va)
{
    char byte;
    const void *p = mem_hva(sp, gva(va), 1, NULL);
    if (copy_bytes(&byte, p, 1))
        return -EFAULT;
    uint64_t chunk = va & ~(CHUNK_SIZE - 1);
    uint64_t start = MAX(chunk, r->start), end = MIN(chunk + CHUNK_SIZE, r->end);
    return mirror_tables(sp, start, end, r->prot);
}

bool space_hide_objects(struct space *sp)
{
    lock(sp);
    bool any = mirror_hide_objects(sp);
    unlock(sp);
    return any;
}

int space_fault(struct space *sp, gva_t va, unsigned long error)
{
    if (va.v >= SPACE_TOP)
        return SEGV_MAPERR;
    lock(sp);
    sp->faults++;
    int ret = SEGV_MAPERR;
    struct region *r = region_at(sp, va.v);
    if (!r && grow_stack(sp, va.v))
        r = region_at(sp, va.v);
    if (r) {
        int need = error & PF_WRITE ? PROT_WRITE : error & PF_INSTR ? PROT_EXEC : PROT_RWX;
        ret = SEGV_ACCERR;
        if (r->prot & need)
            ret = bring_in(sp, r, va.v, true);
        if (ret == 0 && !is_lazy(r) && r->name == REGION_PLAIN)
            ret = show_object(sp, r, va.v);
    }
    unlock(sp);
    return ret;
}

/* For access.c: host presence of `va` only. True when the chunk has a host image afterwards. */
bool space_bring_in(struct space *sp, uint64_t va)
{
    lock(sp);
    struct region *r = region_at(sp, va);
    if (!r && grow_stack(sp, va))
        r = region_at(sp, va);
    bool ok = r && bring_in(sp, r, va, false) == 0;
    unlock(sp);
    return ok;
}

/* ---- telling ---- */

int space_walk(struct space *sp, gva_t from, gva_t to, int (*fn)(const struct region_info *, void *), void *arg)
{
    lock(sp);
    int ret = 0;
    for (struct region *r = region_from(sp, from.v); r && r->start < to.v && ret == 0; r = region_next(r)) {
        struct region_info info = {.start = gva(r->start), .end = gva(r->end), .prot = r->prot,
            .shared = r->flags & RG_SHARED, .anon = r->flags & RG_ANON, .growsdown = r->flags & RG_GROWSDOWN,
            .name = (enum region_name) r->name};
        ret = fn(&info, arg);
    }
    unlock(sp);
    return ret;
}

uint64_t space_gva_of_hva(struct space *sp, const void *hva)
{
    uint64_t off = (uint64_t) ((const uint8_t *) hva - sp->slab.base);
    if ((const uint8_t *) hva < sp->slab.base || off >> CHUNK_SHIFT >= sp->slab.next)
        return 0;
    uint64_t c = sp->owner[off >> CHUNK_SHIFT];
    return c ? (c << CHUNK_SHIFT) + (off & (CHUNK_SIZE - 1)) : 0;
}

uint64_t space_gva_of_gpa(struct space *sp, gpa_t pa)
{
    return pa.v < (uint64_t) sp->slab.limit << CHUNK_SHIFT ? space_gva_of_hva(sp, sp->slab.base + pa.v) : 0;
}

void space_info(struct space *sp, struct space_info *out)
{
    lock(sp);
    *out = (struct space_info){.brk_start = gva(sp->brk_start), .brk = gva(sp->brk), .mmap_base = gva(sp->mmap_base),
        .stack_top = gva(sp->stack_top), .total_vm = sp->total, .data_vm = sp->data, .stack_vm = sp->stack,
        .exec_vm = sp->exec, .locked_vm = sp->locked, .regions = sp->regions, .faults = sp->faults,
        .chunks = sp->slab.next, .peak_vm = sp->peak};
    unlock(sp);
}

/* ---- fork ---- */

void space_fork_prepare(struct space *sp)
{
    lock(sp);
}

void space_fork_parent(struct space *sp)
{
    unlock(sp);
}

int space_fork_child(struct space *sp)
{
    pthread_mutex_init(&sp->lock, NULL);
    sp->lock_future = 0;
    int r = 0;
    for (struct region *g = region_from(sp, 0), *n; g && r == 0; g = n) {
        n = region_next(g);
        if (g->flags & RG_LOCKED) { /* memory locks are not inherited */
            g->flags &= ~RG_LOCKED;
            sp->locked -= g->end - g->start;
        }
        if (g->flags & RG_DONTFORK)
            r = unmap_locked(sp, g->start, g->end); /* the host left a hole in the slab: this fills it */
    }
    return r ? r : machine_renew(sp->machine);
}
