/* A copy of what an address space looks like at one moment, of this process or of another guest process whose memory
 * the caller can read. For /proc; never changes anything and keeps no pointer into the space. */
#ifndef MEM_PEEK_H
#define MEM_PEEK_H

#include "base/base.h"
#include "mem/space.h"

struct space_view {
    struct region_info *region; /* in order of address */
    unsigned regions;
    struct space_info info;
    struct space_limits limits;
    uint64_t slab;   /* host address of the slab, in the process that was looked at */
    uint32_t chunks; /* entries in owner[] */
    uint32_t *owner; /* slab chunk -> 1 + guest chunk, 0: none, or without its memory yet */
    uint32_t last;   /* where space_view_hva() found what it looked for */
    uint64_t chunk_size;
    bool in_place;               /* guest addresses are host addresses: no slab, no chunks, but ... */
    uint64_t own_start, own_end; /* ... where the supervisor keeps its own */
};

/* This process. 0 or -ENOMEM. */
int space_view(struct space *sp, struct space_view *out);

/* Another process, which runs the same binary: `sp` is the address of its struct space, `read` copies from its
 * memory (0 or a negative errno). It goes on changing meanwhile: -EAGAIN when no two readings agreed. -EIO: what is
 * there is no space. */
typedef int peek_read(void *arg, uint64_t addr, void *buf, size_t size);
int space_view_remote(peek_read *read, void *arg, uint64_t sp, struct space_view *out);

/* The same of this or another process, without `region` and `owner`: no more than a reading of what it has of both, which needs no second. Nothing to be
 * freed. */
int space_outline(peek_read *read, void *arg, uint64_t sp, struct space_view *out);

/* Not in place: look again at what is bound by now. 0, or a negative errno, -EFAULT when another space is there; the old view is as it was then. */
int space_view_again(peek_read *read, void *arg, uint64_t sp, struct space_view *v);

void space_view_free(struct space_view *v);

/* Guest address of host address `hva` of the process looked at, or UINT64_MAX. */
uint64_t space_view_gva(const struct space_view *v, uint64_t hva);
/* Host address of guest address `va`, or UINT64_MAX when nothing is bound there; *run: bytes to the end of its chunk. */
uint64_t space_view_hva(struct space_view *v, uint64_t va, uint64_t *run);
/* The region that holds `va`, or NULL. */
const struct region_info *space_view_region(const struct space_view *v, uint64_t va);

#endif
