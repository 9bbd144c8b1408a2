/* Which code a backend may change: the text of files, as the files have it. */
#include "base/fds.h"
#include "mem/access.h"
#include "mem/region.h"

#define ROOM_DISTANCE (1ull << 30)

static bool is_text(const struct region *r)
{
    return r && !(r->flags & (RG_SHARED | RG_ANON)) && r->name == REGION_PLAIN && r->prot == (PROT_READ | PROT_EXEC);
}

/* Near `r`, and rather below it: above a program is its heap. */
static uint64_t find_room(struct space *sp, const struct region *r)
{
    const uint64_t low = r->start > ROOM_DISTANCE + MMAP_MIN ? r->start - ROOM_DISTANCE : MMAP_MIN;
    const uint64_t at = find_untouched(sp, CHUNK_SIZE, low, r->start);
    return at ? at : find_untouched(sp, CHUNK_SIZE, r->end, MIN(r->end + ROOM_DISTANCE, SPACE_TOP));
}

void space_rewrite(struct space *sp, struct vcpu *v, bool alone)
{
    struct cpu_text text = {0};
    fds_create_lock();
    lock(sp);
    const struct region *r = region_at(sp, vcpu_hot_call(v).v - 1);
    if (alone && is_text(r))
        text = (struct cpu_text){.start = r->start, .end = r->end, .room = find_room(sp, r), .copy = copy_bytes};
    vcpu_rewrite(v, &text);
    unlock(sp);
    fds_create_unlock();
}
