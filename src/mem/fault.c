/* Page faults of the guest, and accesses of handlers to what has no host page yet. */
#include "mem/space.h"

#include <errno.h>
#include <signal.h>

#include "base/raw.h"
#include "mem/access.h"
#include "mem/region.h"

#define FAULT_WINDOW (64ull << 20) /* host image of a large region: so much at once */
#define FAULT_AHEAD (32ull << 20)  /* and so much of its page tables */
#define STACK_STEP (64ull << 10)

/* As acct_stack_growth(). */
static bool may_grow(struct space *sp, const struct region *r, uint64_t to, uint64_t floor)
{
    const uint64_t more = r->start - to;
    return to >= floor && r->end - to <= sp->limits.stack && !may_lock(sp, more, r->flags) &&
           !may_expand(sp, more, 0, r->prot, r->flags);
}

static bool grow_stack(struct space *sp, uint64_t va)
{
    struct region *r = region_from(sp, va);
    if (!r || !(r->flags & RG_GROWSDOWN) || r->start <= va)
        return false;
    const struct region *below = region_prev(r);
    uint64_t floor = below ? below->end : MMAP_MIN;
    if (below && below->prot != PROT_NONE && !(below->flags & RG_GROWSDOWN))
        floor += 256 * PAGE_SIZE;
    uint64_t want = page_down(va), old = r->start;
    if (!may_grow(sp, r, want, floor))
        return false;
    /* A little more than asked for, where it is allowed: each fault is an exit. */
    if (may_grow(sp, r, want & ~(STACK_STEP - 1), floor))
        want &= ~(STACK_STEP - 1);
    /* What a host call wrote below the stack is there already: rights only, no new mapping. */
    if (mirror_protect(sp, want, old, PROT_NONE, r->prot))
        return false;
    uint64_t at = want;
    struct run run;
    while (run_next(sp, &at, old, &run))
        mirror_mark(r, run.hva, run.end - run.start);
    region_move_start(sp, r, want);
    if (sp->in_place && r->name == REGION_STACK)
        __atomic_store_n(&sp->stack_low, want, __ATOMIC_RELAXED);
    return true;
}

void space_stack_limit_set(struct space *sp)
{
    lock(sp);
    if (sp->limits.stack > sp->stack_top - sp->room_start)
        space_grows(sp);
    unlock(sp);
}

/* Make the chunk of `va`, which lies in region `r`, present for host and guest; large regions a window at a time. */
static int bring_in(struct space *sp, struct region *r, uint64_t va, bool guest)
{
    uint64_t w = va & ~(FAULT_WINDOW - 1);
    uint64_t start = MAX(w, r->start), end = MIN(w + FAULT_WINDOW, r->end);
    uint64_t chunk_end = (va | (CHUNK_SIZE - 1)) + 1;
    int ret = mirror_bind(sp, start, end);
    if (ret == -ENOMEM) /* so many pieces are not left */
        ret = mirror_bind(sp, va, MIN(chunk_end, r->end));
    if (ret == 0 && guest) {
        ret = mirror_guest(sp, va, MAX(MIN(MIN(va + FAULT_AHEAD, end), SPACE_TOP), MIN(chunk_end, r->end)));
    }
    return ret;
}

/* Can the host access its image of `va` so? By a write that changes nothing, where it is to be written: for that the file system may have no room. */
static bool host_has(struct space *sp, uint64_t va, bool write)
{
    char byte;
    uint32_t word = 0; /* which stays what it is */
    uint64_t at = va;
    struct run run;
    if (!run_next(sp, &at, va + 1, &run))
        return false;
    return !(write ? cmpxchg32((uint32_t *) (run.hva - (va & 3)), &word, 0) : copy_bytes(&byte, run.hva, 1));
}

/* An object's page may be hidden (mirror_hide_objects), or not be there at all: past the end of a file. */
static int show_object(struct space *sp, const struct region *r, uint64_t va, bool write)
{
    if (!host_has(sp, va, write))
        return -EFAULT;
    uint64_t chunk = va & ~(CHUNK_SIZE - 1);
    uint64_t start = MAX(chunk, r->start), end = MIN(chunk + CHUNK_SIZE, r->end);
    return mirror_tables(sp, start, end, r->prot);
}

void space_hide_objects(struct space *sp)
{
    lock(sp);
    mirror_hide_objects(sp);
    unlock(sp);
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
            ret = show_object(sp, r, va.v, error & PF_WRITE);
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
