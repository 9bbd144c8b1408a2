/* The mirror: inside a bound chunk the host mapping, and behind it the guest page tables, are an exact image of the regions.
 *
 * Order matters for a vCPU that runs meanwhile. Taking a right away: guest tables first, then the host mapping, whose change is what drops
 * every cached translation. Giving one: host first. See docs/internals/memory.md. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/raw.h"
#include "mem/memfile.h"
#include "mem/region.h"

static uint32_t entry_at(struct space *sp, uint64_t c)
{
    return __atomic_load_n(chunk_entry(sp, c), __ATOMIC_ACQUIRE);
}

static void entry_set(struct space *sp, uint64_t c, uint32_t e)
{
    chunk_use(sp, c);
    __atomic_store_n(chunk_entry(sp, c), e,
                     __ATOMIC_RELEASE); /* pairs with mem_hva's load: the image is there before the flag */
}

static uint8_t *hva_at(struct space *sp, uint64_t va)
{
    return slab_hva(&sp->slab, entry_at(sp, va >> CHUNK_SHIFT) & CH_INDEX) + (va & (CHUNK_SIZE - 1));
}

bool run_next(struct space *sp, uint64_t *at, uint64_t end, struct run *out)
{
    uint64_t va = chunk_find(sp, *at, end, CH_HOST);
    if (va >= end) {
        *at = end;
        return false;
    }
    out->start = va;
    out->hva = hva_at(sp, va);
    uint32_t index = entry_at(sp, va >> CHUNK_SHIFT) & CH_INDEX;
    for (;;) {
        va = (va | (CHUNK_SIZE - 1)) + 1;
        if (va >= end)
            break;
        uint32_t e = entry_at(sp, va >> CHUNK_SHIFT);
        if (!(e & CH_HOST) || (e & CH_INDEX) != ++index)
            break;
    }
    *at = out->end = MIN(va, end);
    return true;
}

bool mirror_bound(struct space *sp, uint64_t start, uint64_t end)
{
    return chunk_find(sp, start, end, CH_HOST) < end;
}

/* Whole chunks of large anonymous memory are backed by huge pages: with 4 KiB backing a first touch costs many times as much. Not what is
 * reserved by the way and touched here and there: they would cost memory for nothing. In place the host does as it would natively. What the
 * program wants comes first; it may have said so before there was a host mapping to say it of. */
static void advise_huge(struct space *sp, const struct region *r, uint8_t *hva, uint64_t start, uint64_t end)
{
    uint64_t first = (start + CHUNK_SIZE - 1) & ~(CHUNK_SIZE - 1), last = end & ~(CHUNK_SIZE - 1);
    bool own = !sp->in_place && !(r->flags & (RG_HUGE | RG_NOHUGE));
    if ((r->flags & RG_NOHUGE) || (own && (r->flags & RG_NORESERVE)))
        host(SYS_madvise, hva, end - start, MADV_NOHUGEPAGE);
    else if (r->flags & RG_HUGE)
        host(SYS_madvise, hva, end - start, MADV_HUGEPAGE);
    else if (own && first < last)
        host(SYS_madvise, hva + (first - start), last - first, MADV_HUGEPAGE);
}

void mirror_mark(const struct region *r, uint8_t *hva, uint64_t size)
{
    if (r->flags & RG_DONTFORK)
        host(SYS_madvise, hva, size, MADV_DONTFORK);
    if (r->flags & RG_WIPE)
        host(SYS_madvise, hva, size, MADV_WIPEONFORK);
    if (r->flags & RG_LOCKED) /* which may_lock() was asked about */
        host(SYS_mlock2, hva, size, MLOCK_ONFAULT);
    if ((r->flags & (RG_LOCKED | RG_ONFAULT)) == RG_LOCKED)
        host(SYS_mlock, hva, size); /* a page that cannot come now is an error when it is used */
}

/* Memory that a program is about to use all of gets its pages now: a shadow-paging host fills eight guest translations at one fault where
 * its own pages are there and writable, and one where they are not. That is the heap as it grows, and program data (MAP_DENYWRITE: the
 * loader's word that nobody writes to the file). Not other maps: mincore tells what was touched. */
static void fill(struct space *sp, const struct region *r, uint8_t *hva, uint64_t size, int map_flags)
{
    if (!machine_traits(sp->machine).shadow_paging)
        return;
    bool wanted = r->flags & RG_ANON ? r->name == REGION_HEAP : (map_flags & MAP_DENYWRITE) && !(r->flags & RG_SHARED);
    if (wanted && (r->prot & PROT_WRITE) && size < CHUNK_SIZE)
        host(SYS_madvise, hva, size, MADV_POPULATE_WRITE); /* a wish: the pages come on a fault otherwise */
}

static int host_anon(struct space *sp, const struct region *r, uint8_t *hva, uint64_t start, uint64_t end,
                     int map_flags)
{
    int flags = MAP_FIXED | MAP_ANONYMOUS | MAP_PRIVATE | MAP_NORESERVE | map_flags;
    if (sp->in_place && (r->flags & RG_STACK))
        flags |= MAP_STACK;
    long p = sp->memfile >= 0 ? memfile_map(sp, hva, end - start, host_prot(r->prot), map_flags)
                              : host(SYS_mmap, hva, end - start, host_prot(r->prot), flags, -1, 0);
    if (p == -EPERM && sp->in_place && start == 0 && !(r->prot & PROT_WRITE))
        return 0; /* the page at 0 of old programs, which the host alone may map, and has: may_map_low() */
    if (is_error(p))
        return (int) p;
    advise_huge(sp, r, hva, start, end);
    fill(sp, r, hva, end - start, 0);
    mirror_mark(r, hva, end - start);
    return 0;
}

/* Bind unbound chunks c..last to neighbouring slab chunks; the image comes after. */
static int bind_some(struct space *sp, uint64_t c, uint64_t last)
{
    while (c <= last) {
        if (entry_at(sp, c) & CH_INDEX) {
            c++;
            continue;
        }
        uint64_t n = 1;
        while (c + n <= last && !(entry_at(sp, c + n) & CH_INDEX))
            n++;
        uint32_t first = sp->in_place ? slab_claim(&sp->slab, sp->machine, c, n) : slab_take(&sp->slab, (uint32_t) n);
        if (!first)
            return -ENOMEM;
        for (uint64_t i = 0; i < n; i++)
            entry_set(sp, c + i, first + (uint32_t) i);
        c += n;
    }
    return 0;
}

/* Below the stack, as far as it may grow: the host writes there for a call whose buffer the guest has not touched yet, where Linux would
 * grow the stack under its own access. Only the image is there, not the region and no guest table. */
static int image_room(struct space *sp, uint64_t from, uint64_t to)
{
    from = MAX(from, sp->room_start);
    to = MIN(to, sp->stack_top);
    int r = 0;
    while (from < to && r == 0) {
        const struct region *g = region_from(sp, from);
        uint64_t end = g ? MIN(g->start, to) : to;
        if (end > from)
            r = (int) host(SYS_mprotect, hva_at(sp, from), end - from, PROT_READ | PROT_WRITE);
        from = g ? MAX(g->end, end) : to;
    }
    return r;
}

int mirror_bind(struct space *sp, uint64_t start, uint64_t end)
{
    uint64_t first = start >> CHUNK_SHIFT, last = (end - 1) >> CHUNK_SHIFT;
    int r = bind_some(sp, first, last);
    for (uint64_t c = first; r == 0 && c <= last;) {
        if (entry_at(sp, c) & CH_HOST) {
            c++;
            continue;
        }
        /* A stretch without image: only anonymous private memory can lie in it, since every other mapping binds at once. */
        uint64_t n = 1;
        uint32_t index = entry_at(sp, c) & CH_INDEX;
        while (c + n <= last && (entry_at(sp, c + n) & ~CH_GUEST) == index + n)
            n++;
        uint64_t from = c << CHUNK_SHIFT, to = (c + n) << CHUNK_SHIFT;
        for (struct region *g = region_from(sp, from); g && g->start < to && r == 0; g = region_next(g)) {
            uint64_t s = MAX(g->start, from), e = MIN(g->end, to);
            if (g->prot != PROT_NONE || (g->flags & RG_MARKS)) /* which outlast having no rights */
                r = host_anon(sp, g, hva_at(sp, s), s, e, 0);
        }
        if (r == 0)
            r = sp->in_place ? 0 : image_room(sp, from, to);
        for (uint64_t i = 0; i < n && r == 0; i++) {
            if (sp->owner) /* which others read, and take for memory that is there */
                sp->owner[index + i] = (uint32_t) (c + i) + 1;
            entry_set(sp, c + i, entry_at(sp, c + i) | CH_HOST);
        }
        c += n;
    }
    return r;
}

void mirror_bind_as_is(struct space *sp, uint64_t start, uint64_t end)
{
    for (uint64_t c = start >> CHUNK_SHIFT; c <= (end - 1) >> CHUNK_SHIFT; c++)
        entry_set(sp, c, (uint32_t) (c + 1) | CH_HOST);
}

/* Give the machine more memory for tables. */
static int feed(struct space *sp)
{
    uint32_t c = slab_take(&sp->slab, 1);
    if (!c)
        return -ENOMEM;
    long p = host(SYS_mmap, slab_hva(&sp->slab, c), CHUNK_SIZE, PROT_READ | PROT_WRITE,
                  MAP_FIXED | MAP_ANONYMOUS | MAP_PRIVATE | MAP_NORESERVE, -1, 0);
    if (is_error(p))
        return -ENOMEM;
    int r = slab_back(&sp->slab, sp->machine, c, 1);
    if (r == 0)
        machine_feed(sp->machine, gpa((uint64_t) c << CHUNK_SHIFT));
    return r;
}

int space_vcpu(struct space *sp, struct vcpu **out)
{
    int r = vcpu_create(sp->machine, out);
    if (r != -ENOMEM)
        return r;
    lock(sp);
    r = feed(sp);
    unlock(sp);
    return r ? r : vcpu_create(sp->machine, out);
}

/* machine_map with table memory fed as needed. */
static int guest_map(struct space *sp, uint64_t va, uint64_t pa, uint64_t size, int prot)
{
    for (;;) {
        int r = prot == PROT_NONE ? machine_unmap(sp->machine, gva(va), size)
                                  : machine_map(sp->machine, gva(va), gpa(pa), size, prot);
        if (r != -ENOMEM)
            return r;
        r = feed(sp);
        if (r)
            return r;
    }
}

static bool shows_vvar(struct space *sp, uint64_t start, uint64_t end)
{
    const struct region *g = sp->vvar_size ? region_from(sp, start) : NULL;
    while (g && g->start < end && g->name != REGION_VVAR)
        g = region_next((struct region *) g);
    return g && g->start < end;
}

int mirror_tables(struct space *sp, uint64_t start, uint64_t end, int prot)
{
    if (sp->in_place) /* no tables: only the machine's own changes of the memory are to follow */
        return guest_map(sp, start, start, end - start, prot);
    /* The data pages of the vDSO are the host's, wherever they were moved, so no change of the image reaches who has them; what gets rights lies
     * in one region. */
    const struct region *g = prot != PROT_NONE && sp->vvar_size ? region_at(sp, start) : NULL;
    const bool withdraw = prot == PROT_NONE && shows_vvar(sp, start, end);
    while ((start = chunk_find(sp, start, end, CH_GUEST)) < end) {
        uint64_t stop = MIN(end, (start | (CHUNK_SIZE - 1)) + 1);
        uint64_t pa =
            ((uint64_t) (entry_at(sp, start >> CHUNK_SHIFT) & CH_INDEX) << CHUNK_SHIFT) + (start & (CHUNK_SIZE - 1));
        if (g && g->name == REGION_VVAR)
            pa = sp->vvar_gpa + g->off + (start - g->start);
        int r = guest_map(sp, start, pa, stop - start, prot);
        if (r)
            return r;
        start = stop;
    }
    return withdraw ? machine_withdraw(sp->machine) : 0;
}

int mirror_guest(struct space *sp, uint64_t start, uint64_t end)
{
    while (!sp->in_place && (start = chunk_find(sp, start, end, CH_HOST)) < end) {
        const uint64_t c = start >> CHUNK_SHIFT;
        uint32_t e = entry_at(sp, c);
        start = (c + 1) << CHUNK_SHIFT;
        if (e & CH_GUEST)
            continue;
        int r = slab_back(&sp->slab, sp->machine, e & CH_INDEX, 1);
        if (r)
            return r;
        uint64_t from = c << CHUNK_SHIFT, to = from + CHUNK_SIZE;
        entry_set(sp, c, e | CH_GUEST);
        for (struct region *g = region_from(sp, from); g && g->start < to; g = region_next(g)) {
            if (g->prot == PROT_NONE)
                continue;
            r = mirror_tables(sp, MAX(g->start, from), MIN(g->end, to), g->prot);
            if (r) {
                entry_set(sp, c, e);
                return r;
            }
        }
    }
    return 0;
}

/* In place the host is lazy by itself: what is not too large for its chunks to be listed is there at once. */
#define IMAGE_MAX (1ull << 30)
#define EAGER_MAX                                                                                                      \
    (64ull << 20) /* mappings up to this size get their page tables at once, larger ones chunk by chunk on a fault */

int mirror_adopt(struct space *sp, long p, uint64_t to, uint64_t size)
{
    int ret = 0;
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

/* Made elsewhere, whole, and then cut to the chunks: two mmap(2) of shared memory without a file would be two memories, and what cannot be mapped (a
 * socket) would leave a hole at a fixed place. In place there is one piece, and little room elsewhere. */
static int map_object(struct space *sp, const struct region *r, uint64_t start, uint64_t end, int fd, uint64_t off,
                      int map_flags)
{
    const uint64_t at = sp->in_place ? start : 0;
    const int ret = mirror_bind(sp, start, end);
    const long p =
        ret ? ret
            : host(SYS_mmap, at, end - start, host_prot(r->prot), map_flags | (sp->in_place ? MAP_FIXED : 0), fd, off);
    return is_error(p) || sp->in_place ? (int) MIN(p, 0) : mirror_adopt(sp, p, start, end - start);
}

int mirror_bind_locked(struct space *sp, const struct region *r, uint64_t start, uint64_t end)
{
    const bool reserved = r->prot == PROT_NONE || (r->flags & RG_ONFAULT);
    return reserved && end - start > IMAGE_MAX ? 0 : mirror_bind(sp, start, end);
}

int mirror_new(struct space *sp, const struct region *r, uint64_t start, uint64_t end, int fd, uint64_t off,
               int map_flags)
{
    bool lazy = (r->flags & RG_ANON) && !(r->flags & RG_SHARED);
    int ret = 0;
    if (!lazy)
        ret = map_object(sp, r, start, end, fd, off, map_flags);
    uint64_t at = start;
    struct run run;
    while (ret == 0 && run_next(sp, &at, end, &run)) {
        if (lazy) {
            ret = host_anon(sp, r, run.hva, run.start, run.end, map_flags);
        } else {
            fill(sp, r, run.hva, run.end - run.start, map_flags);
            mirror_mark(r, run.hva, run.end - run.start);
        }
    }
    if (ret == 0 && lazy && sp->in_place && end - start <= IMAGE_MAX)
        ret = mirror_bind(sp, start, end);
    if (ret == 0 && lazy && (r->flags & RG_LOCKED))
        ret = mirror_bind_locked(sp, r, start, end);
    if (ret == 0 && r->prot != PROT_NONE)
        ret = mirror_tables(sp, start, end, r->prot);
    if (ret == 0 && end - start <= EAGER_MAX) /* of what is lazy, only chunks that have an image for another's sake */
        ret = mirror_guest(sp, start, end);
    if (ret == 0)
        echo_open(sp, r, start, end);
    return ret;
}

static int host_protect(struct space *sp, uint64_t start, uint64_t end, int prot)
{
    int r = 0;
    struct run run;
    while (r == 0 && run_next(sp, &start, end, &run))
        r = (int) host(SYS_mprotect, run.hva, run.end - run.start, host_prot(prot));
    return r;
}

int mirror_protect(struct space *sp, uint64_t start, uint64_t end, int old_prot, int prot)
{
    int r = 0;
    if (old_prot & ~prot)
        r = mirror_tables(sp, start, end, old_prot & prot);
    if (r == 0)
        r = host_protect(sp, start, end, prot);
    if (r == 0 && (prot & ~old_prot))
        r = mirror_tables(sp, start, end, prot);
    if (r) { /* refused (its limit on mappings): all as it was, or the guest would fault on what it has the right to */
        host_protect(sp, start, end, old_prot);
        mirror_tables(sp, start, end, old_prot);
    }
    return r;
}

/* An access failed and the host does not say where. Hide all that has an object behind it, the guest's next access then faults with an
 * address; space_fault() shows again what is there. Nothing is taken from the host, so no handler notices. */
void mirror_hide_objects(struct space *sp)
{
    for (struct region *g = region_from(sp, 0); g; g = region_next(g))
        if ((!(g->flags & RG_ANON) || (g->flags & RG_SHARED)) && g->name == REGION_PLAIN && g->prot != PROT_NONE)
            mirror_tables(sp, g->start, g->end, PROT_NONE);
}

void mirror_repair(struct space *sp)
{
    if (sp->in_place) {
        for (struct region *g = region_from(sp, 0); g; g = region_next(g))
            if (g->name != REGION_VVAR && g->name != REGION_VDSO)
                host_protect(sp, g->start, g->end, g->prot);
        return;
    }
    for (uint32_t i = 1; i < sp->slab.next; i++) {
        if (!sp->owner[i] || !(entry_at(sp, sp->owner[i] - 1) & CH_HOST))
            continue;
        uint64_t end = (uint64_t) sp->owner[i] << CHUNK_SHIFT, at = end - CHUNK_SIZE;
        while (at < end) {
            const struct region *g = region_from(sp, at);
            uint64_t start = g ? MIN(MAX(g->start, at), end) : end, stop = g ? MIN(g->end, end) : end;
            if (start > at)
                mirror_tables(sp, at, start, PROT_NONE);
            if (start < end) {
                if (g->name != REGION_VVAR)
                    host(SYS_mprotect, hva_at(sp, start), stop - start, host_prot(g->prot));
                mirror_tables(sp, start, stop, g->prot);
            }
            at = stop;
        }
    }
}

/* The guest's tables of what is still there. */
static void show_again(struct space *sp, uint64_t start, uint64_t end)
{
    for (struct region *g = region_from(sp, start); g && g->start < end; g = region_next(g))
        mirror_tables(sp, MAX(g->start, start), MIN(g->end, end), g->prot);
}

int mirror_remove(struct space *sp, uint64_t start, uint64_t *to)
{
    const uint64_t end = *to;
    int r = mirror_tables(sp, start, end, PROT_NONE);
    if (r) { /* no memory to split a large entry */
        show_again(sp, start, end);
        *to = start;
        return r;
    }
    uint64_t at = start;
    struct run run;
    echo_close(sp, start, end);
    while (run_next(sp, &at, end, &run)) {
        long p = sp->memfile >= 0 ? memfile_map(sp, run.hva, run.end - run.start, PROT_NONE, 0)
                                  : host(SYS_mmap, run.hva, run.end - run.start, PROT_NONE,
                                         MAP_FIXED | MAP_ANONYMOUS | MAP_PRIVATE | MAP_NORESERVE, -1, 0);
        if (!is_error(p)) {
            if (sp->memfile >= 0)
                r = r ? r : memfile_punch(sp, run.hva, run.end - run.start);
            continue;
        }
        /* Refused (its limit on mappings): what is still there stays the guest's. */
        show_again(sp, run.start, end);
        *to = run.start;
        return (int) p;
    }
    return r;
}
