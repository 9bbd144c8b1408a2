#include "mem/peek.h"

#include <errno.h>
#include <string.h>

#include "mem/region.h"

#define MAX_DEPTH 64 /* a red-black tree of 2^20 nodes is at most 40 deep */
#define TRIES 16

static void fill_rest(const struct space *sp, struct space_view *out)
{
    out->info = space_tell(sp);
    out->limits = sp->limits;
    out->in_place = sp->in_place;
    out->chunk_size = CHUNK_SIZE;
    if (sp->in_place) {
        out->own_start = sp->own_start;
        out->own_end = sp->own_end;
    } else {
        out->slab = (uint64_t) sp->slab.base;
        out->chunks = sp->slab.next;
    }
}

/* After fill_rest(). */
static int make_room(const struct space *sp, struct space_view *out)
{
    out->region = calloc(sp->regions + 1, sizeof *out->region);
    out->owner = calloc(out->chunks + 1, sizeof *out->owner);
    if (out->region && out->owner)
        return 0;
    space_view_free(out);
    return -ENOMEM;
}

int space_view(struct space *sp, struct space_view *out)
{
    memset(out, 0, sizeof *out);
    lock(sp);
    fill_rest(sp, out);
    int r = make_room(sp, out);
    if (r == 0) {
        for (struct region *g = region_from(sp, 0); g && out->regions < sp->regions; g = region_next(g))
            out->region[out->regions++] = region_tell(g);
        if (out->chunks)
            memcpy(out->owner, sp->owner, out->chunks * sizeof *out->owner);
    }
    unlock(sp);
    return r;
}

static int read_tree(peek_read *read, void *arg, const struct space *sp, struct space_view *out)
{
    uint64_t stack[MAX_DEPTH], at = (uint64_t) sp->tree.rbh_root, last = 0;
    struct region r;
    int depth = 0;
    while (at || depth) {
        while (at) {
            if (depth == MAX_DEPTH)
                return -EAGAIN;
            stack[depth++] = at;
            if (read(arg, at, &r, sizeof r))
                return -EAGAIN;
            at = (uint64_t) r.node.rbe_left;
        }
        if (read(arg, stack[--depth], &r, sizeof r))
            return -EAGAIN;
        if (r.start < last || r.end <= r.start || out->regions == sp->regions)
            return -EAGAIN;
        last = r.end;
        out->region[out->regions++] = region_tell(&r);
        at = (uint64_t) r.node.rbe_right;
    }
    return out->regions == sp->regions ? 0 : -EAGAIN;
}

static bool same_tree(const struct space *a, const struct space *b)
{
    return a->tree.rbh_root == b->tree.rbh_root && a->regions == b->regions && a->next_origin == b->next_origin &&
           a->total == b->total && a->brk == b->brk && a->slab.next == b->slab.next;
}

static int read_space(peek_read *read, void *arg, uint64_t sp_addr, struct space *sp, struct space_view *out)
{
    memset(out, 0, sizeof *out);
    int r = read(arg, sp_addr, sp, sizeof *sp);
    if (r)
        return r;
    if (sp->regions > REGIONS_MOST || sp->slab.next > sp->slab.limit || (!sp->in_place && sp->slab.next > CHUNKS))
        return -EIO;
    fill_rest(sp, out);
    return 0;
}

int space_outline(peek_read *read, void *arg, uint64_t sp_addr, struct space_view *out)
{
    struct space sp;
    return read_space(read, arg, sp_addr, &sp, out);
}

int space_view_remote(peek_read *read, void *arg, uint64_t sp_addr, struct space_view *out)
{
    for (int i = 0; i < TRIES; i++) {
        struct space sp, after;
        int r = read_space(read, arg, sp_addr, &sp, out);
        if (r)
            return r;
        r = make_room(&sp, out);
        if (r)
            return r;
        r = read_tree(read, arg, &sp, out);
        if (r == 0)
            r = read(arg, (uint64_t) sp.owner, out->owner, out->chunks * sizeof *out->owner);
        if (r == 0)
            r = read(arg, sp_addr, &after, sizeof after);
        if (r == 0 && same_tree(&sp, &after))
            return 0;
        space_view_free(out);
        if (r && r != -EAGAIN)
            return r;
    }
    return -EAGAIN;
}

int space_view_again(peek_read *read, void *arg, uint64_t sp_addr, struct space_view *v)
{
    struct space sp;
    int r = read(arg, sp_addr, &sp, sizeof sp);
    if (r)
        return r;
    if (sp.slab.next > CHUNKS || sp.slab.next < v->chunks)
        return -EFAULT;
    uint32_t *owner = calloc(sp.slab.next + 1, sizeof *owner);
    if (!owner)
        return -ENOMEM;
    r = read(arg, (uint64_t) sp.owner, owner, sp.slab.next * sizeof *owner);
    if (r) {
        free(owner);
        return r;
    }
    free(v->owner);
    v->owner = owner;
    v->chunks = sp.slab.next;
    return 0;
}

void space_view_free(struct space_view *v)
{
    free(v->region);
    free(v->owner);
    memset(v, 0, sizeof *v);
}

uint64_t space_view_gva(const struct space_view *v, uint64_t hva)
{
    uint64_t index = (hva - v->slab) / v->chunk_size;
    if (hva < v->slab || index >= v->chunks || !v->owner[index])
        return UINT64_MAX;
    return (v->owner[index] - 1) * v->chunk_size + (hva - v->slab) % v->chunk_size;
}

uint64_t space_view_hva(struct space_view *v, uint64_t va, uint64_t *run)
{
    const uint64_t off = va % v->chunk_size, owner = va / v->chunk_size + 1;
    *run = v->chunk_size - off;
    if (v->in_place) {
        const struct region_info *r = space_view_region(v, va);
        *run = r ? r->end.v - va : *run;
        return r ? va : UINT64_MAX;
    }
    /* Neighbours mostly lie side by side. */
    uint32_t i = v->last;
    for (uint32_t n = 0; n < v->chunks; n++, i = i + 1 < v->chunks ? i + 1 : 0)
        if (v->owner[i] == owner) {
            v->last = i;
            return v->slab + i * v->chunk_size + off;
        }
    return UINT64_MAX;
}

const struct region_info *space_view_region(const struct space_view *v, uint64_t va)
{
    unsigned low = 0, high = v->regions;
    while (low < high) {
        unsigned mid = low + (high - low) / 2;
        if (v->region[mid].end.v <= va)
            low = mid + 1;
        else
            high = mid;
    }
    return low < v->regions && v->region[low].start.v <= va ? &v->region[low] : NULL;
}
