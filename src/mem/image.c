/* Is a picture of an address space one that can be loaded? Pure: any bytes may be asked about. */
#include "mem/image.h"

#include <errno.h>

#include "mem/region.h"

static bool is_page(uint64_t v)
{
    return !(v & ~PAGE_MASK) && v <= SPACE_TOP;
}

static int check_region(const struct space_state *st, const struct region_image *r, uint64_t floor)
{
    if (!is_page(r->start) || !is_page(r->end) || r->start < floor || r->start >= r->end)
        return -EINVAL;
    if ((r->off & ~PAGE_MASK) || r->off + (r->end - r->start) < r->off || (r->prot & ~PROT_RWX) ||
        r->name > REGION_VVAR)
        return -EINVAL;
    if (r->flags > UINT16_MAX || (r->flags & (RG_DONTFORK | RG_LOCKED | RG_ONFAULT))) /* what no child has */
        return -EINVAL;
    bool lazy = (r->flags & (RG_ANON | RG_SHARED)) == RG_ANON;
    if (lazy ? r->object != 0 : r->object == 0 || r->object >= st->objects)
        return -EINVAL;
    uint32_t kind = lazy ? OBJECT_FREE : st->object[r->object].kind;
    if (!lazy && (kind == OBJECT_FREE || (kind == OBJECT_SEGMENT) != !!(r->flags & RG_SYSV)))
        return -EINVAL;
    return r->name == REGION_VVAR && r->off + (r->end - r->start) > st->space.vvar_size ? -EINVAL : 0;
}

int space_check(const struct space_state *st)
{
    const struct space_image *s = &st->space;
    if (!is_page(s->mmap_base) || !is_page(s->stack_top) || !is_page(s->room_start) || s->room_start > s->stack_top ||
        s->brk_start > s->brk || s->brk > SPACE_TOP || !is_page(s->vvar_size) || s->next_origin < ORIGIN_FIRST ||
        s->chunks == 0 || s->chunks > CH_INDEX || s->keep > 1 || s->dropped > 1 || s->translator > TRANSLATOR_RUNS)
        return -EINVAL;
    uint64_t floor = 0;
    for (uint32_t i = 0; i < st->regions; i++) {
        if (check_region(st, &st->region[i], floor))
            return -EINVAL;
        floor = st->region[i].end;
    }
    /* Chunks in order, each slab chunk bound once. */
    uint64_t next = 0;
    autofree uint8_t *taken = calloc(s->chunks / 8 + 1, 1);
    if (!taken)
        return -ENOMEM;
    for (uint32_t i = 0; i < st->bindings; i++) {
        const struct binding_image *b = &st->binding[i];
        if (b->chunk < next || b->chunk >= CHUNKS || b->count == 0 || b->count > CHUNKS - b->chunk || b->index == 0 ||
            b->index > s->chunks - 1 || b->count > s->chunks - b->index)
            return -EINVAL;
        next = (uint64_t) b->chunk + b->count;
        for (uint32_t k = b->index; k < b->index + b->count; k++) {
            if (taken[k / 8] >> k % 8 & 1)
                return -EINVAL;
            taken[k / 8] |= (uint8_t) (1 << k % 8);
        }
    }
    for (uint32_t i = 0; i < st->objects; i++)
        if (st->object[i].kind > OBJECT_SEGMENT || (i == 0 && st->object[i].kind != OBJECT_FREE))
            return -EINVAL;
    return 0;
}
