/* SysV shared memory: a host segment attached inside the slab. */
#include "mem/space.h"

#include <errno.h>
#include <sys/shm.h>

#include "base/fds.h"
#include "base/raw.h"
#include "mem/access.h"
#include "mem/region.h"

/* One segment is one host mapping, so its chunks have to be neighbours in the slab: none of them bound yet, or all of them so. */
static bool can_hold(struct space *sp, uint64_t at, uint64_t end)
{
    struct run run;
    uint64_t p = at;
    return !run_next(sp, &p, end, &run) || (run.start == at && run.end == end);
}

static uint64_t place_segment(struct space *sp, uint64_t size)
{
    uint64_t at = place(sp, 0, size, CHUNK_SIZE);
    while (at && !can_hold(sp, at, at + size))
        at = find_gap(sp, size, MMAP_MIN, (at + size - 1) & ~(CHUNK_SIZE - 1), CHUNK_SIZE);
    return at;
}

/* MADV_COLD changes nothing of what nobody has touched, and is no advice for huge pages; nothing else tells them apart. */
static bool has_huge_pages(long segment)
{
    return host(SYS_madvise, segment, PAGE_SIZE, MADV_COLD) == -EINVAL && host(SYS_madvise, segment, 0, MADV_COLD) == 0;
}

static int64_t segment_size(int id, long segment)
{
    struct shmid_ds ds;
    if (has_huge_pages(segment)) /* as on a system that has none: the host would map more than the size says */
        return -ENOMEM;
    int64_t r = host(SYS_shmctl, id, IPC_STAT, &ds);
    return r ? r : (int64_t) page_up(ds.shm_segsz);
}

int64_t space_shmat(struct space *sp, int id, gva_t va, int flags)
{
    uint64_t at = va.v;
    if (at) {
        if (at & ~PAGE_MASK) {
            if (!(flags & SHM_RND))
                return -EINVAL;
            at = page_down(at);
        }
        if (at == 0 && (flags & SHM_REMAP))
            return -EINVAL;
    } else if (flags & SHM_REMAP) {
        return -EINVAL;
    }
    struct region like = {.prot =
                              PROT_READ | (flags & SHM_RDONLY ? 0 : PROT_WRITE) | (flags & SHM_EXEC ? PROT_EXEC : 0),
                          .flags = RG_SHARED | RG_SYSV};
    like.prot = (uint8_t) with_exec(like.prot);
    if (sp->keep)
        fds_create_lock();
    lock(sp);
    /* Held meanwhile: an id that is removed and given out again could be of a larger segment than the one we made room for. With the rights that
     * are asked for, before anything gives way to it, and under the lock, or a child that is forked would hold it, too. */
    const long held = host(SYS_shmat, id, NULL, flags & (SHM_RDONLY | SHM_EXEC));
    int64_t ret = is_error(held) ? held : segment_size(id, held);
    if (ret < 0)
        goto out;
    const uint64_t size = (uint64_t) ret;
    ret = -EINVAL;
    if (at) {
        if (at > SPACE_TOP - size || at < MMAP_MIN || may_map_there(sp, at, at + size))
            goto out;
        if (!(flags & SHM_REMAP) && !region_range_free(sp, at, at + size))
            goto out;
    } else {
        at = place_segment(sp, size);
        ret = -ENOMEM;
        if (!at)
            goto out;
    }
    like.flags |= sp->lock_future;
    ret = may_lock(sp, size, like.flags)             ? -EAGAIN
          : denied_as_code(sp, like.prot, like.prot) ? -EACCES
                                                     : may_expand(sp, size, 0, like.prot, like.flags);
    if (ret == 0)
        ret = unmap_locked(sp, at, at + size);
    if (ret)
        goto out;
    like.origin = sp->next_origin++;
    like.start = at;
    if (sp->keep) {
        ret = object_keep_segment(sp, id, flags & SHM_RDONLY);
        if (ret < 0)
            goto out;
        like.object = (uint32_t) ret;
    }
    if (!region_insert(sp, &like, at, at + size)) {
        ret = -ENOMEM;
        goto out;
    }
    ret = mirror_bind(sp, at, at + size);
    uint64_t p = at;
    struct run run;
    if (ret == 0 && run_next(sp, &p, at + size, &run)) {
        long m = run.end == at + size ? (long) host(SYS_shmat, id, run.hva, (flags & ~SHM_RND) | SHM_REMAP) : -ENOMEM;
        ret = is_error(m) ? m : 0;
        if (ret == 0)
            mirror_mark(&like, run.hva, size);
    }
    if (ret == 0)
        ret = show(sp, at, at + size, like.prot);
    if (ret)
        unmap_locked(sp, at, at + size);
    else
        ret = (int64_t) at;
out:
    if (!is_error(held))
        host(SYS_shmdt, held);
    unlock(sp);
    if (sp->keep)
        fds_create_unlock();
    object_let_go(sp);
    return ret;
}

int space_shmdt(struct space *sp, gva_t va)
{
    uint32_t origin = 0;
    uint64_t at = va.v;
    int r = 0;
    lock(sp);
    /* As ksys_shmdt(): what is left of the first whose beginning would be there. The host counts the segment down when its last page goes. */
    for (struct region *g; r == 0 && (g = region_from(sp, at));) {
        at = g->end;
        if (!(g->flags & RG_SYSV) || g->start - va.v != g->off || (origin && g->origin != origin))
            continue;
        origin = g->origin;
        r = unmap_locked(sp, g->start, at);
    }
    unlock(sp);
    object_let_go(sp);
    return origin ? r : -EINVAL;
}
