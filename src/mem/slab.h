/* The slab: one host reservation that is all of guest-physical memory, handed out in 2 MiB chunks. Index 0 belongs to the
 * machine (tables); index i is guest-physical i * 2 MiB and host base + i * 2 MiB. A chunk once handed out stays with its owner.
 * Used by mirror.c only, under the space lock. With guest memory in place (cpu.h) it is the whole address space of the process. */
#ifndef MEM_SLAB_H
#define MEM_SLAB_H

#include "base/base.h"
#include "cpu/cpu.h"

#define CHUNK_SHIFT 21
#define CHUNK_SIZE (1ull << CHUNK_SHIFT)
/* Files of a TiB are mapped whole; the tables of a space and the slots of a VM are for no more than this. */
#define SLAB_MAX (1ull << 42)

struct slab {
    uint8_t *base;
    uint32_t limit;  /* chunks in all */
    uint32_t next;   /* first never used */
    uint32_t backed; /* chunks below this one are registered with the machine (holes apart) ... */
    uint64_t *far;   /* ... and these 1 GiB blocks above it: one bit each */
};

/* `bytes` or, under a limit, less, `near` an address if there is room. 0 or -ENOMEM. */
int slab_init(struct slab *s, uint64_t near, uint64_t bytes);

/* No more than `chunks` of it can be used: the rest of the reservation goes. */
void slab_limit(struct slab *s, uint64_t chunks);
/* All of the process, for guest memory in place: guest chunk c is chunk c + 1, for 0 means none. */
void slab_init_in_place(struct slab *s);
/* Its chunks for the guest's [c, c + n), no longer reserved, but memory without rights: the first index, or 0 where something of the supervisor is. */
uint32_t slab_claim(const struct slab *s, const struct machine *m, uint64_t c, uint64_t n);

/* `n` neighbouring chunks. Returns the first index or 0: none left. */
uint32_t slab_take(struct slab *s, uint32_t n);

/* Make chunks [first, first + n) reachable for the guest. 0 or a negative errno. */
int slab_back(struct slab *s, struct machine *m, uint32_t first, uint32_t n);

static inline uint8_t *slab_hva(const struct slab *s, uint32_t chunk)
{
    return (uint8_t *) ((uintptr_t) s->base + ((uint64_t) chunk << CHUNK_SHIFT)); /* in place the base is below 0 */
}

#endif
