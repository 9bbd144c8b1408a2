/* Where the supervisor's own image lies in its process: at the beginning of a zone that is all its own by the direct backend. It is linked to the first, and
 * an image that another has started moves itself, before its C library begins, to the one that it was told: where the program that it is to load
 * wants the first (docs/internals/direct.md). Builds without musl lie where programs do, outside of all zones, and stay there. */
#ifndef BASE_PLACE_H
#define BASE_PLACE_H

#define PLACE_SHIFT 36 /* a zone is 64 GiB, and begins at a multiple of that */

#ifndef __ASSEMBLER__
#include "base/base.h"

#define PLACE_SIZE (1ull << PLACE_SHIFT)
#define PLACE_VARIABLE                                                                                                 \
    "ELFUSE_PLACE" /* the first variable of an image that is to move: the number of a zone, a digit */

extern const uint8_t __executable_start[];

static inline uint64_t place_start(void)
{
    return (uint64_t) __executable_start;
}

/* Does this image begin a zone? */
static inline bool place_in_zone(void)
{
    return (place_start() & (PLACE_SIZE - 1)) == 0;
}

/* New memory of the supervisor's, close to the image where there is room: a fork copies few mappings and tables of the host's then. `flags`: more of
 * mmap(2). NULL: out of memory. */
void *place_near(uint64_t size, int flags);

/* The kernel places nothing in [start, start + size) from now on. `fixed`: MAP_FIXED, or MAP_FIXED_NOREPLACE. 0 or a negative errno. */
int place_reserve(uint64_t start, uint64_t size, int fixed);

/* Where an image of this build can begin: the nth such place, from the one that it is linked to on; 0: there are no more. */
uint64_t place_nth(unsigned n);
#endif

#endif
