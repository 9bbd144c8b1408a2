/* The memory calls of a guest over the region tree. Each takes the lock, changes the tree, and lets the mirror follow. */
#include "mem/space.h"

#include <errno.h>
#include <linux/mman.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/random.h>

#include "base/fds.h"
#include "base/place.h"
#include "base/raw.h"
#include "mem/memfile.h"
#include "mem/region.h"

/* The slab lies between these, where programs map nothing, for the sake of echo.c. At a third of user space the host begins to look for a place where its
 * layout is bottom-up (ADDR_COMPAT_LAYOUT, which the guest may ask for), and top-down there are TiBs above that it takes first: so no mapping of the
 * supervisor's own ever comes to lie in a hole of the slab, where the guest could reach it. */
#define SLAB_LOW (1ull << 45)
#define SLAB_HIGH (SPACE_TOP / 3 - (1ull << 30)) /* what is reserved for a moment is a little more */

uint64_t random_below(uint64_t bound)
{
    uint64_t v = 0;
    if ((long) host(SYS_personality, 0xffffffff) & ADDR_NO_RANDOMIZE)
        return 0;
    if (getrandom(&v, sizeof v, 0) != sizeof v)
        return 0;
    return v % bound;
}

/* Touched here and there: where huge pages are always on, each touch would take 2 MiB, and be counted as resident. */
static void small_pages(void *p, size_t bytes)
{
    host(SYS_madvise, p, bytes, MADV_NOHUGEPAGE);
}

static void *reserve_table(size_t bytes)
{
    void *p = place_near(bytes, MAP_NORESERVE);
    if (p)
        small_pages(p, bytes);
    return p;
}

/* There is no machine: leave nothing, another backend may be tried. */
static void unbuild(struct space *sp)
{
    if (!sp->in_place) {
        host(SYS_munmap, sp->slab.base, (uint64_t) sp->slab.limit << CHUNK_SHIFT);
        host(SYS_munmap, sp->chunk, CHUNKS * sizeof *sp->chunk);
        host(SYS_munmap, sp->owner, sp->owners * sizeof *sp->owner);
    }
    free(sp->slab.far);
    free(sp);
}

/* Guest-physical memory and a machine over it. `memfile`: the memory file, or -1. */
int space_build(struct space **out, const struct space_limits *lim, bool keep, int dir, int memfile, bool forked,
                const char **why)
{
    struct space *sp = calloc(1, sizeof *sp);
    if (!sp)
        return -ENOMEM;
    RB_INIT(&sp->tree);
    sp->next_origin = ORIGIN_FIRST;
    sp->limits = *lim;
    sp->keep = keep;
    sp->memfile = memfile;
    sp->max_regions = mapping_limit();
    if (why)
        *why = "cannot reserve address space for guest memory (see ulimit -H -v and -H -d)";
    int r = 0;
    sp->in_place = cpu_backend()->in_place;
    if (sp->in_place) { /* before anything of ours is where the guest's memory belongs */
        slab_init_in_place(&sp->slab);
        r = machine_create(&sp->machine, NULL, 0, forked, why);
        if (r == 0) {
            const struct cpu_traits traits = machine_traits(sp->machine);
            sp->own_start = traits.own_start;
            sp->own_end = traits.own_end;
        }
    } else {
        r = slab_init(&sp->slab, SLAB_LOW + random_below((SLAB_HIGH - SLAB_LOW - SLAB_MAX) >> CHUNK_SHIFT) * CHUNK_SIZE,
                      SLAB_MAX);
    }
    if (r) {
        free(sp);
        return r;
    }
    if (dir >= 0)
        sp->memfile = memfile_create(dir, (uint64_t) sp->slab.limit << CHUNK_SHIFT); /* without: SPACE_COPY */
    if (sp->memfile >= 0 && is_error(memfile_map(sp, sp->slab.base, (uint64_t) sp->slab.limit << CHUNK_SHIFT, 0, 0)))
        return -ENOMEM;
    sp->chunk = reserve_table(CHUNKS * sizeof *sp->chunk);
    if (!sp->chunk)
        return -ENOMEM;
    if (sp->in_place) {
        *out = sp;
        return 0;
    }
    sp->owners = sp->slab.limit;
    sp->owner = reserve_table(sp->owners * sizeof *sp->owner);
    if (!sp->owner)
        return -ENOMEM;
    long p = host(SYS_mmap, sp->slab.base, CHUNK_SIZE, PROT_READ | PROT_WRITE,
                  MAP_FIXED | MAP_ANONYMOUS | MAP_PRIVATE | MAP_NORESERVE, -1, 0);
    if (is_error(p))
        return (int) p;
    small_pages(sp->slab.base, CHUNK_SIZE);
    r = machine_create(&sp->machine, sp->slab.base, (uint64_t) sp->slab.backed << CHUNK_SHIFT, forked, why);
    if (r) {
        fds_close(sp->memfile);
        unbuild(sp);
        return r;
    }
    slab_limit(&sp->slab, machine_traits(sp->machine).gpa_limit >> CHUNK_SHIFT);
    *out = sp;
    return 0;
}

int space_create(struct space **out, const struct space_limits *lim, enum space_kind kind, int dir, const char **why)
{
    int r = space_build(out, lim, kind != SPACE_COW, kind == SPACE_CLONE ? dir : -1, -1, false, why);
    if (r)
        return r;
    /* As mmap_base() of the kernel: room for the stack, its random shift and the guard gap. */
    bool fixed = host(SYS_personality, 0xffffffff) & ADDR_NO_RANDOMIZE;
    uint64_t pad = (fixed ? 0 : STACK_RANDOM * PAGE_SIZE) + (1ull << 20);
    uint64_t gap = MIN(MAX(MIN(lim->stack, SPACE_TOP) + pad, 128ull << 20), SPACE_TOP / 6 * 5);
    (*out)->mmap_base = page_down(SPACE_TOP - gap - random_below(1ull << 28) * PAGE_SIZE);
    return 0;
}

struct machine *space_machine(struct space *sp)
{
    return sp->machine;
}

bool space_in_file(const struct space *sp)
{
    return sp->memfile >= 0;
}

bool space_keeps(const struct space *sp)
{
    return sp->keep;
}

struct space_limits *space_limits(struct space *sp)
{
    return &sp->limits;
}

/* ---- unmapping, lock held ---- */

/* Holes up to this size are walked chunk by chunk, larger ones passed over: a program may unmap all of its address space. */
#define HOLE_MAX (1ull << 30)

int unmap_locked(struct space *sp, uint64_t start, uint64_t end)
{
    uint64_t hole_max = sp->in_place ? 0 : HOLE_MAX; /* what lies in a hole may be another's */
    if (region_range_free(sp, start, end))
        return 0;
    if (start < sp->stack_top && end > sp->room_start) /* the stack may grow there, where it has no image now */
        space_grows(sp);
    int r = region_split(sp, start);
    if (r == 0)
        r = region_split(sp, end);
    struct region *g = region_from(sp, start), *n;
    while (r == 0 && g && g->start < end) {
        uint64_t from = g->start - start <= hole_max ? start : g->start, to = g->end;
        for (n = region_next(g); n && n->start < end && n->start - to <= hole_max; n = region_next(n))
            to = n->end;
        r = mirror_remove(sp, from, &to);
        const int cut = r ? region_split(sp, to) : 0;
        for (; cut == 0 && g && g->start < to;
             g = n) { /* what is gone is no region any more, even if the rest could not go */
            n = region_next(g);
            region_remove(sp, g);
        }
        start = to;
    }
    return r;
}

int show(struct space *sp, uint64_t start, uint64_t end, int prot)
{
    int r = mirror_tables(sp, start, end, prot);
    return r ? r : mirror_guest(sp, start, end);
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
    object_let_go(sp);
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
    const int with = with_exec(prot);
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
        int want = g->name == REGION_VVAR ? prot : with;
        if (g->name == REGION_VVAR && (prot & (PROT_WRITE | PROT_EXEC))) {
            r = -EACCES; /* the kernel's own pages */
            break;
        }
        if (denied_as_code(sp, g->prot, want)) {
            r = -EACCES;
            break;
        }
        if (g->prot != want) {
            const bool grows = counts_as_data(want, g->flags) && !counts_as_data(g->prot, g->flags);
            if (grows && sp->data + (e - at) > sp->limits.data)
                r = -ENOMEM;
            else if ((want & PROT_WRITE) && !g->charged)
                r = host_would_have(sp, g, e - at, want);
            if (r)
                break;
            /* Tell the host first where it can refuse (a shared mapping of a read-only file: EACCES). */
            r = mirror_protect(sp, at, e, g->prot, want);
            if (r == -EACCES && want != prot) /* nothing is run from its file system */
                r = mirror_protect(sp, at, e, g->prot, want = prot);
            if (r)
                break;
            region_set_prot(sp, g, want);
            echo_open(sp, g, at, e);
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

void space_set_heap(struct space *sp, gva_t start, gva_t brk)
{
    lock(sp);
    sp->brk_start = start.v;
    sp->brk = brk.v;
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
        uint64_t guard = PAGE_SIZE + (above && (above->flags & RG_GROWSDOWN) ? 256 * PAGE_SIZE : 0); /* sys_brk() */
        if ((above && above->start < new_end + guard) || may_map_there(sp, old_end, new_end))
            goto out;
        uint64_t size = new_end - old_end;
        int exempt = exempt_flag(sp, true);
        if ((to.v - sp->brk_start > sp->limits.data && !exempt) || may_lock(sp, size, sp->lock_future) ||
            may_expand(sp, size, 0, PROT_READ | PROT_WRITE, RG_ANON | exempt))
            goto out;
        if (host_would_map(sp, size, PROT_READ | PROT_WRITE, 0))
            goto out;
        struct region like = {.prot = (uint8_t) with_exec(PROT_READ | PROT_WRITE),
                              .flags = RG_ANON | sp->lock_future | exempt,
                              .origin = ORIGIN_HEAP,
                              .name = REGION_HEAP};
        struct region *r = region_insert(sp, &like, old_end, new_end);
        if (!r)
            goto out;
        bool now = size < CHUNK_SIZE; /* it is about to be used: no fault for that */
        if ((now && mirror_bind(sp, old_end, new_end)) || mirror_new(sp, r, old_end, new_end, -1, 0, 0)) {
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

/* ---- telling ---- */

int space_walk(struct space *sp, gva_t from, gva_t to, int (*fn)(const struct region_info *, void *), void *arg)
{
    lock(sp);
    int ret = 0;
    for (struct region *r = region_from(sp, from.v); r && r->start < to.v && ret == 0; r = region_next(r)) {
        struct region_info info = region_tell(r);
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
    return c ? ((c - 1) << CHUNK_SHIFT) + (off & (CHUNK_SIZE - 1)) : 0;
}

uint64_t space_gva_of_gpa(struct space *sp, gpa_t pa)
{
    if (sp->in_place)
        return pa.v;
    return pa.v < (uint64_t) sp->slab.limit << CHUNK_SHIFT ? space_gva_of_hva(sp, sp->slab.base + pa.v) : 0;
}

void space_info(struct space *sp, struct space_info *out)
{
    lock(sp);
    *out = space_tell(sp);
    unlock(sp);
}

/* ---- fork, and the death of who shares the memory ---- */

void space_repair(struct space *sp, int pid)
{
    machine_repair(sp->machine, pid);
    if (!lock_held_by(&sp->lock, pid))
        return;
    region_rebuild(sp);
    mirror_repair(sp);
    /* A break that had moved already, or not yet. */
    const struct region *heap = region_at(sp, page_up(sp->brk));
    if (heap && heap->name == REGION_HEAP)
        sp->brk = heap->end;
    else if (sp->brk > sp->brk_start && !region_at(sp, sp->brk - 1))
        sp->brk = sp->brk_start + mapped_bytes(sp, sp->brk_start, sp->brk, 0);
    unlock(sp);
}

void space_fork_prepare(struct space *sp)
{
    lock(sp);
    machine_fork_prepare(sp->machine);
}

void space_fork_parent(struct space *sp)
{
    machine_fork_parent(sp->machine);
    unlock(sp);
}

bool space_drops(const struct space *sp)
{
    return __atomic_load_n(&sp->drops, __ATOMIC_RELAXED);
}

int space_fork_child(struct space *sp, struct vcpu *own)
{
    sp->lock = (struct lock){0};
    sp->drops = false;
    sp->lock_future = 0;
    for (uint32_t i = 1; i < sp->objects; i++)
        sp->object[i].places = 0;            /* are the parent's to give out */
    int r = machine_renew(sp->machine, own); /* before anything is unmapped: the VM that was is the parent's */
    for (struct region *g = region_from(sp, 0), *n; g && r == 0; g = n) {
        n = region_next(g);
        if (g->flags & RG_LOCKED) { /* memory locks are not inherited */
            g->flags &= ~(RG_LOCKED | RG_ONFAULT);
            sp->locked -= g->end - g->start;
        }
        if (g->flags & RG_DONTFORK)
            r = unmap_locked(sp, g->start, g->end); /* the host left a hole in the slab: this fills it */
    }
    return r;
}
