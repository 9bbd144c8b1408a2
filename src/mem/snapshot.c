/* An address space as data, and back (docs/internals/fork.md). */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>

#include "base/fault.h"
#include "base/fds.h"
#include "base/raw.h"
#include "mem/access.h"
#include "mem/image.h"
#include "mem/memfile.h"
#include "mem/region.h"

#define PIECE (64ul << 10)                   /* sent at once */
#define BATCH_PAGES (CHUNK_SIZE / PAGE_SIZE) /* looked at at once */

/* /proc/PID/pagemap: Documentation/admin-guide/mm/pagemap.rst */
#define PM_PRESENT (1ull << 63)
#define PM_SWAP (1ull << 62)
#define PM_FILE (1ull << 61)

static bool is_dropped(const struct region *r)
{
    return r->flags & RG_DONTFORK;
}

/* ---- saving ---- */

static uint32_t count_regions(struct space *sp)
{
    uint32_t n = 0;
    for (struct region *g = region_from(sp, 0); g; g = region_next(g))
        n += !is_dropped(g);
    return n;
}

/* Bindings of the chunks that regions lie in, and of the room below the stack. Called twice: to count, and to fill. */
static uint32_t list_bindings(struct space *sp, struct binding_image *out)
{
    uint32_t n = 0;
    uint64_t next = 0; /* first chunk not looked at */
    bool room = sp->room_start != 0;
    for (struct region *g = region_from(sp, 0); g || room;) {
        uint64_t start, end;
        if (room && (!g || sp->room_start < g->start)) {
            start = sp->room_start, end = sp->stack_top;
            room = false;
        } else {
            start = g->start, end = g->end;
            bool dropped = is_dropped(g);
            g = region_next(g);
            if (dropped)
                continue;
        }
        uint64_t at = MAX(start & ~(CHUNK_SIZE - 1), next << CHUNK_SHIFT);
        end = (end + CHUNK_SIZE - 1) & ~(CHUNK_SIZE - 1);
        struct run run;
        while (at < end && run_next(sp, &at, end, &run)) {
            if (out)
                out[n] = (struct binding_image){.chunk = (uint32_t) (run.start >> CHUNK_SHIFT),
                                                .index = (uint32_t) ((run.hva - sp->slab.base) >> CHUNK_SHIFT),
                                                .count = (uint32_t) ((run.end - run.start) >> CHUNK_SHIFT)};
            n++;
        }
        next = MAX(next, end >> CHUNK_SHIFT);
    }
    return n;
}

int space_save(struct space *sp, struct space_state *out)
{
    *out = (struct space_state){
        .space = {.brk_start = sp->brk_start,
                  .brk = sp->brk,
                  .mmap_base = sp->mmap_base,
                  .stack_top = sp->stack_top,
                  .room_start = sp->room_start,
                  .vvar_size = sp->vvar_size,
                  .peak = sp->peak,
                  .limits = sp->limits,
                  .next_origin = sp->next_origin,
                  .chunks = sp->slab.next,
                  .keep = sp->keep,
                  .translator = sp->translator,
                  .memfile = sp->memfile},
        .regions = count_regions(sp),
        .bindings = list_bindings(sp, NULL),
        .objects = sp->objects,
    };
    struct region_image *region = calloc(out->regions + 1, sizeof *region);
    struct binding_image *binding = calloc(out->bindings + 1, sizeof *binding);
    struct object_image *object = calloc(out->objects + 1, sizeof *object);
    out->region = region, out->binding = binding, out->object = object;
    if (!region || !binding || !object) {
        space_state_free(out);
        return -ENOMEM;
    }
    uint32_t n = 0;
    for (struct region *g = region_from(sp, 0); g; g = region_next(g))
        if (is_dropped(g))
            out->space.dropped = 1;
        else
            region[n++] = (struct region_image){.start = g->start,
                                                .end = g->end,
                                                .off = g->object || g->name == REGION_VVAR ? g->off : 0,
                                                .origin = g->origin,
                                                .object = g->object,
                                                .flags = g->flags & ~(RG_LOCKED | RG_ONFAULT),
                                                .prot = g->prot,
                                                .name = g->name};
    list_bindings(sp, binding);
    for (uint32_t i = 1; i < sp->objects; i++) {
        const struct object *o = &sp->object[i];
        object[i] = (struct object_image){o->kind, o->readonly, o->id, o->mode, o->dev, o->ino};
    }
    return 0;
}

void space_state_free(struct space_state *st)
{
    free((void *) st->region);
    free((void *) st->binding);
    free((void *) st->object);
    *st = (struct space_state){0};
}

/* Which pages of a run are the process's own: bit per page. Where the kernel does not tell (a process that may not be dumped), all. */
static void own_pages(int pagemap, const uint8_t *hva, uint64_t pages, bool own[BATCH_PAGES])
{
    uint64_t entry[BATCH_PAGES];
    bool known =
        pagemap >= 0 && host(SYS_pread64, pagemap, entry, pages * sizeof *entry,
                             (uint64_t) (uintptr_t) hva / PAGE_SIZE * sizeof *entry) == (long) (pages * sizeof *entry);
    for (uint64_t i = 0; i < pages; i++)
        own[i] = !known || ((entry[i] & (PM_PRESENT | PM_SWAP)) && !(entry[i] & PM_FILE));
}

static bool is_zero(const char *page)
{
    const uint64_t *w = (const uint64_t *) page;
    for (unsigned i = 0; i < PAGE_SIZE / 8; i++)
        if (w[i])
            return false;
    return true;
}

struct sender {
    space_put *put;
    void *arg;
    int pagemap;
    bool in_file;
    char *buf;
    struct run run; /* what is being sent */
    bool shown;     /* it has no rights, but for the moment */
};

/* The bytes of pages that are there. Where the guest may not read, the right is given for the moment, to the whole run, or the host had to split its
 * mapping: no guest runs. (To open /proc/thread-self/mem would show the guest all of our memory, while it is at a number that the guest may
 * name.) A page behind the end of its file reads as nothing (0). */
static long read_pages(struct sender *s, const struct region *g, const uint8_t *hva, size_t size)
{
    if (g->prot == PROT_NONE && !s->shown) {
        s->shown = true; /* or a part of it, when that fails */
        long r = host(SYS_mprotect, s->run.hva, s->run.end - s->run.start, PROT_READ);
        if (r)
            return r;
    }
    return copy_bytes(s->buf, hva, size) ? 0 : (long) size;
}

/* One piece of a region: its own pages, but for empty ones where an empty page needs no sending. */
static int send_piece(struct sender *s, const struct region *g, uint64_t va, const uint8_t *hva, uint64_t size)
{
    bool own[BATCH_PAGES];
    uint64_t pages = size / PAGE_SIZE;
    int pagemap = is_lazy(g) && s->in_file
                      ? -1
                      : s->pagemap; /* which does not tell of a file's pages whether they hold anything */
    own_pages(pagemap, hva, pages, own);
    for (uint64_t i = 0, n; i < pages; i += n) {
        for (n = 1; i + n < pages && own[i + n] == own[i] && (!own[i] || n < PIECE / PAGE_SIZE);)
            n++;
        if (!own[i])
            continue;
        if (pagemap < 0)
            n = 1; /* a page at a time: some may not be there */
        long r = read_pages(s, g, hva + i * PAGE_SIZE, n * PAGE_SIZE);
        if (r == 0 && pagemap < 0)
            continue;
        if (r != (long) (n * PAGE_SIZE))
            return r < 0 ? (int) r : -EIO;
        for (uint64_t k = 0, m; k < n; k += m) {
            bool empty = is_lazy(g) && is_zero(s->buf + k * PAGE_SIZE);
            for (m = 1; k + m < n && empty == (is_lazy(g) && is_zero(s->buf + (k + m) * PAGE_SIZE));)
                m++;
            r = empty ? 0 : s->put(s->arg, gva(va + (i + k) * PAGE_SIZE), s->buf + k * PAGE_SIZE, m * PAGE_SIZE);
            if (r)
                return (int) r;
        }
    }
    return 0;
}

int space_send(struct space *sp, bool cloned, int pagemap, space_put *put, void *arg)
{
    autofree char *buf = malloc(PIECE);
    struct sender s = {.put = put, .arg = arg, .pagemap = pagemap, .in_file = sp->memfile >= 0, .buf = buf};
    if (!buf)
        return -ENOMEM;
    int r = 0;
    for (struct region *g = region_from(sp, 0); g && r == 0; g = region_next(g)) {
        if (is_dropped(g) || (g->flags & (RG_SHARED | RG_WIPE)) || g->name == REGION_VVAR || (is_lazy(g) && cloned))
            continue;
        uint64_t at = g->start;
        while (r == 0 && run_next(sp, &at, g->end, &s.run)) {
            const uint64_t size = s.run.end - s.run.start;
            for (uint64_t done = 0, n; done < size && r == 0; done += n) {
                n = MIN(CHUNK_SIZE, size - done);
                r = send_piece(&s, g, s.run.start + done, s.run.hva + done, n);
            }
            if (s.shown)
                host(SYS_mprotect, s.run.hva, size, PROT_NONE);
            s.shown = false;
        }
    }
    return r;
}

/* ---- the memory file ---- */

int space_memfile_new(struct space *sp, int dir)
{
    int r = fault(FAULT_FORK_MEMORY_FILE);
    return r ? r : memfile_create(dir, (uint64_t) sp->slab.limit << CHUNK_SHIFT);
}

int space_memfile_clone(struct space *sp, int to)
{
    return memfile_clone(sp->memfile, to, (uint64_t) sp->slab.limit << CHUNK_SHIFT);
}

/* ---- loading ---- */

/* A segment may be mapped in parts and away from its start: attached elsewhere, moved in. */
static int load_segment(struct space *sp, const struct region *g, const struct object *o, const struct run *run)
{
    struct shmid_ds ds;
    long p = host(SYS_shmat, o->id, NULL, o->readonly ? SHM_RDONLY : 0);
    if (is_error(p))
        return (int) p;
    int r = (int) host(SYS_shmctl, o->id, IPC_STAT, &ds);
    uint64_t size = run->end - run->start, off = g->off + (run->start - g->start), all = r ? 0 : page_up(ds.shm_segsz);
    if (r == 0 && (off > all || size > all - off))
        r = -EINVAL;
    long q = r ? r : host(SYS_mremap, p + (long) off, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, run->hva);
    host(SYS_shmdt, p); /* what is left where it was attached */
    if (off + size < all)
        host(SYS_munmap, p + (long) (off + size), all - off - size);
    (void) sp;
    return is_error(q) ? (int) q : (int) host(SYS_mprotect, run->hva, size, host_prot(g->prot));
}

static int load_object(struct space *sp, const struct region *g)
{
    const struct object *o = &sp->object[g->object];
    uint64_t at = g->start;
    struct run run;
    int r = 0;
    while (r == 0 && run_next(sp, &at, g->end, &run)) {
        r = fault(FAULT_FORK_MAP);
        if (r)
            break;
        if (o->kind == OBJECT_SEGMENT) {
            r = load_segment(sp, g, o, &run);
            continue;
        }
        long p = host(SYS_mmap, run.hva, run.end - run.start, host_prot(g->prot),
                      MAP_FIXED | MAP_NORESERVE | (g->flags & RG_SHARED ? MAP_SHARED : MAP_PRIVATE), o->id,
                      g->off + (run.start - g->start));
        r = is_error(p) ? (int) p : 0;
    }
    if (r == 0)
        echo_open(sp, g, g->start, g->end);
    return r;
}

int space_keep_from_fork(struct space *sp, bool keep)
{
    if (!keep && sp->memfile >= 0)
        return -EINVAL;
    int r = (int) host(SYS_madvise, sp->slab.base, (uint64_t) sp->slab.limit << CHUNK_SHIFT,
                       keep ? MADV_DONTFORK : MADV_DOFORK);
    return r ? r : echo_keep_from_fork(sp, keep);
}

/* What a fork left of the parent's space in a child that gets its own: everything but the memory, and the objects' descriptors. */
static void forget(struct space *sp)
{
    struct region *g;
    machine_destroy(sp->machine);
    fds_close(sp->memfile);
    while ((g = sp->nodes)) {
        sp->nodes = g->other;
        free(g);
    }
    host(SYS_munmap, sp->chunk, CHUNKS * sizeof *sp->chunk);
    host(SYS_munmap, sp->owner, sp->owners * sizeof *sp->owner);
    free(sp->slab.far);
    free(sp->object);
    free(sp);
}

static int load(struct space **out, const struct space_state *st);

int space_replace(struct space **sp, const struct space_state *st)
{
    size_t size;
    autofree void *facts = machine_facts((*sp)->machine, &size);
    int r = facts ? machine_use_facts(facts, size) : -ENOMEM;
    if (r)
        return r;
    forget(*sp);
    *sp = NULL;
    return load(sp, st);
}

/* Memory of nobody's between the regions of bound chunks: empty it. */
static int punch_gaps(struct space *sp, const struct binding_image *b)
{
    uint64_t at = (uint64_t) b->chunk << CHUNK_SHIFT, end = at + ((uint64_t) b->count << CHUNK_SHIFT);
    int r = 0;
    for (struct region *g = region_from(sp, at); at < end && r == 0; g = g ? region_next(g) : NULL) {
        uint64_t stop = g ? MIN(g->start, end) : end, from = at;
        struct run run;
        while (r == 0 && from < stop && run_next(sp, &from, stop, &run))
            r = memfile_punch(sp, run.hva, run.end - run.start);
        at = g ? g->end : end;
    }
    return r;
}

static int load(struct space **out, const struct space_state *st)
{
    const struct space_image *im = &st->space;
    struct space *sp;
    int r = fault(FAULT_FORK_MAP);
    if (r == 0)
        r = space_build(&sp, &im->limits, im->keep, -1, im->memfile, true, NULL);
    if (r)
        return r;
    sp->brk_start = im->brk_start, sp->brk = im->brk, sp->mmap_base = im->mmap_base;
    sp->stack_top = im->stack_top, sp->room_start = sp->stack_low = im->room_start;
    space_stack_limit_set(sp);
    sp->vvar_size = im->vvar_size;
    sp->next_origin = im->next_origin;
    sp->translator = (enum space_translator) im->translator;
    if (im->chunks > sp->slab.limit)
        return -ENOMEM;
    sp->slab.next = im->chunks;
    sp->object = st->objects ? calloc(st->objects, sizeof *sp->object) : NULL;
    if (st->objects && !sp->object)
        return -ENOMEM;
    sp->objects = st->objects;
    sp->idle = true; /* what is of dropped regions alone */
    for (uint32_t i = 1; i < st->objects; i++) {
        const struct object_image *o = &st->object[i];
        sp->object[i] = (struct object){(uint8_t) o->kind, o->readonly, o->id, o->dev, o->ino, o->mode, 0, 0};
    }
    for (uint32_t i = 0; i < st->bindings; i++) {
        const struct binding_image *b = &st->binding[i];
        for (uint32_t k = 0; k < b->count; k++) {
            chunk_use(sp, b->chunk + k);
            *chunk_entry(sp, b->chunk + k) = b->index + k;
            sp->owner[b->index + k] = b->chunk + k + 1;
        }
    }
    for (uint32_t i = 0; i < st->regions; i++) {
        const struct region_image *g = &st->region[i];
        const struct region like = {.start = g->start,
                                    .off = g->off,
                                    .origin = g->origin,
                                    .object = g->object,
                                    .flags = (uint16_t) g->flags,
                                    .prot = g->prot,
                                    .name = g->name};
        if (!region_insert(sp, &like, g->start, g->end))
            return -ENOMEM;
    }
    sp->peak = MAX(im->peak, sp->total);
    for (uint32_t i = 0; i < st->bindings && r == 0; i++) {
        const struct binding_image *b = &st->binding[i];
        r = fault(FAULT_FORK_MAP);
        if (r == 0)
            r = mirror_bind(sp, (uint64_t) b->chunk << CHUNK_SHIFT, (uint64_t) (b->chunk + b->count) << CHUNK_SHIFT);
        if (r == 0 && im->dropped && sp->memfile >= 0)
            r = punch_gaps(sp, b);
    }
    for (struct region *g = region_from(sp, 0); g && r == 0; g = region_next(g)) {
        uint64_t at = g->start;
        struct run run;
        if (!is_lazy(g))
            r = load_object(sp, g);
        else if ((g->flags & RG_WIPE) && sp->memfile >= 0)
            while (r == 0 && run_next(sp, &at, g->end, &run))
                r = memfile_punch(sp, run.hva, run.end - run.start);
    }
    *out = sp;
    return r;
}

static int protect(struct space *sp, gva_t va, size_t size, int prot)
{
    uint64_t at = va.v;
    struct run run;
    if (!run_next(sp, &at, va.v + size, &run) || run.start != va.v || run.end != va.v + size)
        return -EINVAL;
    return (int) host(SYS_mprotect, run.hva, size, prot);
}

void *space_receive(struct space *sp, gva_t va, size_t size)
{
    const struct region *g = va.v < SPACE_TOP ? region_at(sp, va.v) : NULL;
    if (!g || (va.v & ~PAGE_MASK) || (size & ~PAGE_MASK) || size == 0 || size > g->end - va.v || (g->flags & RG_SHARED))
        return NULL;
    if (!(g->prot & PROT_WRITE) && protect(sp, va, size, PROT_READ | PROT_WRITE))
        return NULL;
    return mem_hva(sp, va, size, &size);
}

int space_received(struct space *sp, gva_t va, size_t size)
{
    const struct region *g = region_at(sp, va.v);
    return g->prot & PROT_WRITE ? 0 : protect(sp, va, size, host_prot(g->prot));
}

int space_load_clock(struct space *sp)
{
    struct host_vdso v;
    if (!sp->vvar_size)
        return 0;
    int r = show_host_vdso(sp, &v);
    return r == 0 && v.code - v.data != sp->vvar_size ? -EINVAL : r;
}
