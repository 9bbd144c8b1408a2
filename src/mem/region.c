/* The region tree: an ordered tree augmented with the largest gap, so that a free range is found in logarithmic time. */
#include <errno.h>
#include <string.h>

#include "mem/region.h"

#define GUARD_GAP (256 * PAGE_SIZE) /* stack_guard_gap: kept free below a growing stack */

static int region_cmp(const struct region *a, const struct region *b)
{
    return a->start < b->start ? -1 : a->start > b->start;
}

static void region_augment(struct region *r);
#undef RB_AUGMENT
#define RB_AUGMENT(r) region_augment(r)
RB_PROTOTYPE_STATIC(region_tree, region, node, region_cmp)

static void region_augment(struct region *r)
{
    uint64_t m = r->gap;
    const struct region *l = RB_LEFT(r, node), *g = RB_RIGHT(r, node);
    if (l)
        m = MAX(m, l->max_gap);
    if (g)
        m = MAX(m, g->max_gap);
    r->max_gap = m;
}

RB_GENERATE_STATIC(region_tree, region, node, region_cmp)

static void gap_set(struct region *r, uint64_t gap)
{
    r->gap = gap;
    for (; r; r = RB_PARENT(r, node))
        region_augment(r);
}

/* Bytes between `r` and the one below that a new mapping may use. */
static void gap_update(struct region *r)
{
    if (!r)
        return;
    const struct region *p = region_prev(r);
    uint64_t below = p ? p->end : 0, at = r->start;
    if (r->flags & RG_GROWSDOWN)
        at = at > GUARD_GAP ? at - GUARD_GAP : 0;
    gap_set(r, at > below ? at - below : 0);
}

struct region *region_next(struct region *r)
{
    return RB_NEXT(region_tree, NULL, r);
}

struct region *region_prev(struct region *r)
{
    return RB_PREV(region_tree, NULL, r);
}

struct region *region_from(struct space *sp, uint64_t va)
{
    struct region *r = RB_ROOT(&sp->tree), *best = NULL;
    while (r) {
        if (r->end > va) {
            best = r;
            r = RB_LEFT(r, node);
        } else {
            r = RB_RIGHT(r, node);
        }
    }
    return best;
}

struct region *region_at(struct space *sp, uint64_t va)
{
    struct region *r = region_from(sp, va);
    return r && r->start <= va ? r : NULL;
}

bool region_range_free(struct space *sp, uint64_t start, uint64_t end)
{
    const struct region *r = region_from(sp, start);
    return !r || r->start >= end;
}

static void account(struct space *sp, const struct region *r, int64_t bytes)
{
    sp->total += bytes;
    if (r->flags & RG_EXEMPT)
        sp->exempt += bytes;
    else if (!(r->flags & RG_SHARED) && (r->prot & PROT_WRITE) && !(r->flags & RG_GROWSDOWN))
        sp->data += bytes;
    if (r->flags & RG_GROWSDOWN)
        sp->stack += bytes;
    if (r->prot & PROT_EXEC)
        sp->exec += bytes;
    if (r->flags & RG_LOCKED)
        sp->locked += bytes;
    sp->peak = MAX(sp->peak, sp->total);
}

/* What region_rebuild() goes by: set when the node is complete, taken back before it is changed. */
static void set_live(struct region *r, bool live)
{
    __atomic_store_n(&r->live, live, __ATOMIC_SEQ_CST);
}

static void object_gains(struct space *sp, const struct region *r)
{
    if (r->object)
        sp->object[r->object].users++;
}

static void object_loses(struct space *sp, const struct region *r)
{
    if (r->object && --sp->object[r->object].users == 0)
        __atomic_store_n(&sp->idle, true, __ATOMIC_RELAXED);
}

void space_grows(struct space *sp)
{
    __atomic_store_n(&sp->grows, true, __ATOMIC_RELAXED);
}

struct region *region_insert(struct space *sp, const struct region *like, uint64_t start, uint64_t end)
{
    struct region *r = sp->spare;
    if (sp->regions >= sp->max_regions)
        return NULL;
    if (r) {
        sp->spare = RB_LEFT(r, node);
    } else {
        if (!(r = calloc(1, sizeof *r)))
            return NULL;
        r->other = sp->nodes;
        sp->nodes = r;
    }
    struct region whole = *like;
    whole.off = like->off + (start - like->start);
    whole.start = start;
    whole.end = end;
    whole.gap = whole.max_gap = 0;
    whole.other = r->other;
    whole.live = false;
    whole.charged |= whole.prot & PROT_WRITE;
    *r = whole;
    set_live(r, true);
    BUG_ON(RB_INSERT(region_tree, &sp->tree, r));
    sp->regions++;
    object_gains(sp, r);
    if ((r->flags & RG_GROWSDOWN) && r->name != REGION_STACK)
        space_grows(sp);
    account(sp, r, (int64_t) (end - start));
    gap_update(r);
    gap_update(region_next(r));
    return r;
}

void region_remove(struct space *sp, struct region *r)
{
    struct region *n = region_next(r);
    account(sp, r, -(int64_t) (r->end - r->start));
    /* RB_REMOVE() tells not every node above the places that change: what changes them counts for nothing meanwhile. */
    gap_set(r, 0);
    if (n)
        gap_set(n, 0);
    set_live(r, false);
    RB_REMOVE(region_tree, &sp->tree, r);
    sp->regions--;
    object_loses(sp, r);
    RB_LEFT(r, node) = sp->spare;
    sp->spare = r;
    gap_update(n);
}

void region_move_start(struct space *sp, struct region *r, uint64_t start)
{
    account(sp, r, (int64_t) (r->start - start));
    r->start = start;
    gap_update(r);
}

void region_set_prot(struct space *sp, struct region *r, int prot)
{
    account(sp, r, -(int64_t) (r->end - r->start));
    r->prot = (uint8_t) prot;
    r->charged |= prot & PROT_WRITE;
    account(sp, r, (int64_t) (r->end - r->start));
}

/* Splits and joins let two nodes overlap for a moment, never leave a hole: whoever dies in between loses no region. */
int region_split(struct space *sp, uint64_t va)
{
    struct region *r = region_at(sp, va);
    if (!r || r->start == va)
        return 0;
    uint64_t end = r->end;
    struct region like = *r;
    account(sp, r, -(int64_t) (end - va));
    if (!region_insert(sp, &like, va, end)) {
        account(sp, r, (int64_t) (end - va));
        return -ENOMEM;
    }
    r->end = va;
    return 0;
}

static bool may_merge(const struct region *a, const struct region *b)
{
    return a->end == b->start && a->origin == b->origin && a->prot == b->prot && a->flags == b->flags &&
           a->name == b->name;
}

void region_merge(struct space *sp, uint64_t start, uint64_t end)
{
    struct region *r = region_from(sp, start ? start - 1 : 0);
    while (r && r->start <= end) {
        struct region *n = region_next(r);
        if (n && may_merge(r, n)) {
            uint64_t more = n->end - n->start;
            r->end = n->end;
            r->charged &= n->charged;
            region_remove(sp, n);
            account(sp, r, (int64_t) more);
        } else {
            r = n;
        }
    }
}

void region_rebuild(struct space *sp)
{
    struct region *r, *n;
    uint64_t peak = sp->peak;
    RB_INIT(&sp->tree);
    sp->spare = NULL;
    sp->regions = 0;
    sp->total = sp->exempt = sp->data = sp->stack = sp->exec = sp->locked = 0;
    for (uint32_t i = 0; i < sp->objects; i++)
        sp->object[i].users = 0;
    __atomic_store_n(&sp->idle, sp->objects != 0, __ATOMIC_RELAXED);
    for (r = sp->nodes; r; r = r->other) {
        r->gap = r->max_gap = 0;
        if (r->live && !RB_INSERT(region_tree, &sp->tree, r))
            continue;
        r->live = false; /* or it was to become the one that has this start */
        RB_LEFT(r, node) = sp->spare;
        sp->spare = r;
    }
    for (r = region_from(sp, 0); r; r = n) {
        n = region_next(r);
        if (n && n->start < r->end)
            r->end = n->start;
        sp->regions++;
        object_gains(sp, r);
        account(sp, r, (int64_t) (r->end - r->start));
        gap_update(r);
    }
    sp->peak = peak;
}

static uint64_t fit(uint64_t low, uint64_t high, uint64_t size, uint64_t align)
{
    if (high < low || high - low < size)
        return 0;
    uint64_t at = (high - size) & ~(align - 1);
    return at >= low ? at : 0;
}

static uint64_t search(struct region *r, uint64_t size, uint64_t low, uint64_t high, uint64_t align)
{
    while (r && r->max_gap >= size) {
        uint64_t at = 0;
        if (r->start < high)
            at = search(RB_RIGHT(r, node), size, low, high, align);
        if (at)
            return at;
        uint64_t top = r->start;
        if (r->flags & RG_GROWSDOWN)
            top = top > GUARD_GAP ? top - GUARD_GAP : 0;
        at = r->gap >= size ? fit(MAX(low, top - r->gap), MIN(high, top), size, align) : 0;
        if (at)
            return at;
        if (r->start <= low)
            return 0;
        r = RB_LEFT(r, node);
    }
    return 0;
}

uint64_t region_find_gap(struct space *sp, uint64_t size, uint64_t low, uint64_t high, uint64_t align)
{
    const struct region *last = RB_MAX(region_tree, &sp->tree);
    uint64_t at = fit(MAX(low, last ? last->end : 0), high, size, align);
    return at ? at : search(RB_ROOT(&sp->tree), size, low, high, align);
}
