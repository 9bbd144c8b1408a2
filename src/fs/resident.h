/* How many resident pages of a guest's host process are the supervisor's own, to be taken off what the host counts.
 * Adding up the guest's part instead (smaps) would walk all of its memory, which programs that watch their size cannot
 * afford. */
#ifndef FS_RESIDENT_H
#define FS_RESIDENT_H

#include "fs/target.h"

/* In pages. `file` counts shared memory, too. */
struct resident {
    uint64_t anon, file;
};

/* Outside the guest's part of the slab. 0 or a negative errno. Hold fds_create_lock(). */
int resident_supervisor(const struct target *g, const struct space_view *v, struct resident *out);

/* Of [start, end) of the process whose /proc/PID/pagemap that is: pages that are there, and those that are swapped out. */
struct present {
    uint64_t here, swapped;
};
void resident_range(int pagemap, uint64_t start, uint64_t end, struct present *out);

#endif
