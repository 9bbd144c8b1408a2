/* mremap(2): regions move, host pages move with them, and nothing is copied. */
#include "mem/space.h"

#include <errno.h>
#include <linux/mman.h>
#include <sys/utsname.h>

#include "base/lines.h"
#include "base/raw.h"
#include "mem/access.h"
#include "mem/region.h"

/* Host mappings that growing an object may need, and moving it before that. Near the host's limit mremap(2) refuses: but a page that is lent out has
 * to come back, and what cannot grow must not have moved. */
enum { GROWING = 12, MOVING = 12 };

/* Hold so many: an address for give_room(), or an error. */
static long take_room(unsigned n)
{
    const long p = host(SYS_mmap, NULL, n * PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    long r = p;
    for (unsigned i = 1; i < n && !is_error(r); i += 2)
        r = host(SYS_mprotect, p + i * PAGE_SIZE, PAGE_SIZE, PROT_READ);
    if (is_error(r) && !is_error(p))
        host(SYS_munmap, p, n * PAGE_SIZE);
    return is_error(r) ? r : p;
}

static void give_room(long room, unsigned n)
{
    host(SYS_munmap, room, n * PAGE_SIZE);
}

static bool room_for_mappings(unsigned n)
{
    const long room = take_room(n);
    if (is_error(room))
        return false;
    give_room(room, n);
    return true;
}

/* One host mapping may stand as several VMAs (huge pages advised in the middle), which mremap(2) takes one at a time: halve until it fits. `keep`:
 * MREMAP_DONTUNMAP or 0. Adds to *done what has moved. `back`: it has been there, and nothing is refused for want of room. */
static int host_move(uint8_t *from, uint8_t *to, uint64_t size, int keep, bool back, uint64_t *done)
{
    long p = host(SYS_mremap, from, size, size, MREMAP_MAYMOVE | MREMAP_FIXED | keep, to);
    if (!is_error(p)) {
        *done += size;
        return 0;
    }
    if (p != -EFAULT || size == PAGE_SIZE)
        return (int) p;
    if (!back && *done == 0 && !room_for_mappings(MOVING))
        return -ENOMEM;
    uint64_t half = size > 2 * CHUNK_SIZE ? (size / 2) & ~(CHUNK_SIZE - 1) : page_up(size / 2);
    int r = host_move(from, to, half, keep, back, done);
    return r ? r : host_move(from + half, to + half, size - half, keep, back, done);
}

/* Host pages of `like` in [start, end): as locked as it is. */
static void lock_pages(struct space *sp, const struct region *like, uint64_t start, uint64_t end)
{
    struct run run;
    while ((like->flags & RG_LOCKED) && run_next(sp, &start, end, &run))
        mirror_mark(like, run.hva, run.end - run.start);
}

/* Wherever [old, end) has a host image, what it is moved to gets one. */
static int bind_targets(struct space *sp, uint64_t old, uint64_t end, uint64_t to)
{
    int r = 0;
    struct run src;
    for (uint64_t at = old; r == 0 && run_next(sp, &at, end, &src);)
        r = mirror_bind(sp, to + (src.start - old), to + (src.end - old));
    return r;
}

/* A page of the memory file belongs to its place. */
static bool is_copied(const struct space *sp, const struct region *like)
{
    return sp->memfile >= 0 && is_lazy(like);
}

/* Move the host pages of [old, old + size) to [to, to + size), which bind_targets() has seen. With `keep` the source keeps an empty mapping, which the host
 * has to have the memory for, without it is a hole until the caller fills it. *done: how far it came. */
static int move_pages(struct space *sp, const struct region *like, uint64_t old, uint64_t to, uint64_t size, int keep,
                      bool back, uint64_t *done)
{
    bool locked = like->flags & RG_LOCKED;
    uint64_t at = old;
    struct run src, dst;
    while (run_next(sp, &at, old + size, &src)) {
        /* The host takes the lock of all that it has as one mapping with the source when it leaves the source behind. */
        if (locked)
            host(SYS_munlock, src.hva, src.end - src.start);
        uint64_t dst_start = to + (src.start - old), dst_end = to + (src.end - old), d = dst_start;
        int r = 0;
        while (r == 0 && run_next(sp, &d, dst_end, &dst)) {
            *done = dst.start - to;
            if (!is_copied(sp, like))
                r = host_move(src.hva + (dst.start - dst_start), dst.hva, dst.end - dst.start, keep, back, done);
            else if (memfile_copy(sp, src.hva + (dst.start - dst_start), dst.hva, dst.end - dst.start))
                r = -ENOMEM;
        }
        if (r)
            return r;
    }
    return 0;
}

/* What was moved is not there any more. The host has seen to that, but for what was copied. */
static int empty_source(struct space *sp, const struct region *like, uint64_t old, uint64_t end)
{
    int r = 0;
    struct run run;
    while (r == 0 && is_copied(sp, like) && run_next(sp, &old, end, &run))
        r = memfile_punch(sp, run.hva, run.end - run.start);
    return r;
}

/* What moved has its rights again, and its lock. */
static int open_moved(struct space *sp, const struct region *like, uint64_t to, uint64_t size)
{
    int r = mirror_protect(sp, to, to + size, PROT_NONE, like->prot);
    lock_pages(sp, like, to, to + size);
    echo_open(sp, like, to, to + size);
    return r ? r : mirror_guest(sp, to, to + size);
}

/* A second mapping of what the page at `va` is of, without what the program has changed of it. A private mapping can be had a second time only as what is left where
 * it was moved from: take the page out of the guest's sight, move it away, and back. */
static long twin_of_private(struct space *sp, uint64_t va, uint8_t *hva, int prot)
{
    const int how = MREMAP_MAYMOVE | MREMAP_DONTUNMAP;
    const long room = take_room(GROWING); /* for the way back */
    if (is_error(room))
        return room;
    const int r = mirror_protect(sp, va, va + PAGE_SIZE, prot, PROT_NONE);
    const long p = r ? r : host(SYS_mremap, hva, PAGE_SIZE, PAGE_SIZE, how, 0);
    give_room(room, GROWING);
    if (r)
        return r;
    if (!is_error(p) && is_error(host(SYS_mremap, p, PAGE_SIZE, PAGE_SIZE, how | MREMAP_FIXED, hva))) {
        /* Other threads have taken the room, or the memory: what was left there is filled again, unless it lies behind the end of the file. */
        BUG_ON(host(SYS_mprotect, p, PAGE_SIZE, PROT_READ) ||
               host(SYS_mprotect, hva, PAGE_SIZE, PROT_READ | PROT_WRITE));
        copy_bytes(hva, (void *) p, PAGE_SIZE);
    }
    BUG_ON(mirror_protect(sp, va, va + PAGE_SIZE, PROT_NONE, prot));
    return p;
}

/* Map `extra` more bytes of the object behind the last mapped page of `r` (a file or shared memory) at `to`. The host holds the file: a
 * mapping of it outside the slab is grown there and the new part moved in. */
static int grow_object(struct space *sp, const struct region *r, uint64_t last_page, uint64_t to, uint64_t extra)
{
    uint64_t at = last_page;
    struct run run;
    if (!run_next(sp, &at, last_page + PAGE_SIZE, &run))
        return -EFAULT;
    int ret = mirror_bind(sp, to, to + extra);
    if (ret)
        return ret;
    if (r->flags & RG_LOCKED) /* or what is made of it would be, and count for a moment */
        host(SYS_munlock, run.hva, PAGE_SIZE);
    const bool shared = r->flags & RG_SHARED; /* of which old size 0 makes a second mapping */
    const long twin = shared ? (long) run.hva : twin_of_private(sp, last_page, run.hva, r->prot);
    const long p =
        is_error(twin) ? twin : host(SYS_mremap, twin, shared ? 0 : PAGE_SIZE, PAGE_SIZE + extra, MREMAP_MAYMOVE);
    if (is_error(p)) {
        if (!shared && !is_error(twin))
            host(SYS_munmap, twin, PAGE_SIZE);
        return (int) p;
    }
    host(SYS_munmap, p, PAGE_SIZE);
    ret = mirror_adopt(sp, p + PAGE_SIZE, to, extra);
    /* The new part has the rights of the page it grew from: none, when that one was hidden. */
    at = to;
    while (ret == 0 && run_next(sp, &at, to + extra, &run))
        ret = (int) host(SYS_mprotect, run.hva, run.end - run.start, host_prot(r->prot));
    return ret;
}

/* Add [start, end) behind or apart from `like`'s last page: anonymous memory is just more of it. */
static int extend(struct space *sp, const struct region *like, uint64_t last_page, uint64_t start, uint64_t end)
{
    struct region copy = *like;
    struct region *n = region_insert(sp, &copy, start, end);
    if (!n)
        return -ENOMEM;
    int r;
    if (is_lazy(like)) {
        r = mirror_new(sp, n, start, end, -1, 0, 0);
    } else {
        r = grow_object(sp, like, last_page, start, end - start);
        lock_pages(sp, like, last_page, last_page + PAGE_SIZE);
        lock_pages(sp, like, start, end);
        if (r == 0)
            r = show(sp, start, end, like->prot);
        if (r == 0)
            echo_open(sp, like, start, end);
    }
    if (r)
        unmap_locked(sp, start, end);
    return r;
}

/* A second mapping of shared memory that is mapped at `old`. */
static int64_t duplicate(struct space *sp, struct region *like, uint64_t old, uint64_t to, uint64_t size)
{
    like->origin = sp->next_origin++;
    int64_t ret = region_insert(sp, like, to, to + size) ? mirror_bind(sp, to, to + size) : -ENOMEM;
    uint64_t at = old;
    struct run run;
    if (ret == 0 && run_next(sp, &at, old + PAGE_SIZE, &run)) {
        long p = host(SYS_mremap, run.hva, 0, size, MREMAP_MAYMOVE);
        ret = is_error(p) ? p : mirror_adopt(sp, p, to, size);
        if (ret == 0)
            ret = show(sp, to, to + size, like->prot);
        if (ret == 0)
            echo_open(sp, like, to, to + size);
    }
    if (ret)
        unmap_locked(sp, to, to + size);
    return ret ? ret : (int64_t) to;
}

static unsigned pieces(struct space *sp, uint64_t start, uint64_t end)
{
    unsigned n = 0;
    struct run run;
    while (run_next(sp, &start, end, &run))
        n++;
    return n;
}

/* Everything of [old, old + old_size) goes to `to`, where nothing is, and grows there. `like`: the region there. */
static int64_t move(struct space *sp, struct region *like, uint64_t old, uint64_t old_size, uint64_t new_size,
                    int flags, uint64_t to)
{
    uint64_t end = old + old_size;
    int64_t ret = region_split(sp, old);
    if (ret == 0)
        ret = region_split(sp, end);
    if (ret)
        return ret;
    if (like->origin >= ORIGIN_FIRST)
        like->origin = sp->next_origin++;
    like->name = is_special(like) ? like->name : REGION_PLAIN;
    if (like->origin == ORIGIN_HEAP)
        like->origin = ORIGIN_ANON;
    /* Who works there at this moment finds nothing at the old place, and nothing at the new one before all is there, nor is it locked twice. */
    const int locks = like->flags & (RG_LOCKED | RG_ONFAULT);
    struct region hidden = *like;
    hidden.prot = PROT_NONE;
    hidden.flags &= (uint16_t) ~locks;
    struct region *moved = region_insert(sp, &hidden, to, to + old_size);
    if (!moved)
        return -ENOMEM;
    ret = is_lazy(like) ? mirror_new(sp, moved, to, to + old_size, -1, 0, 0) : mirror_bind(sp, to, to + old_size);
    if (ret == 0)
        ret = bind_targets(sp, old, end, to);
    /* It grows first: what cannot must not have moved. */
    if (ret == 0 && new_size > old_size)
        ret = extend(sp, like, end - PAGE_SIZE, to + old_size, to + new_size);
    /* What is moved in pieces must not be refused in the middle. */
    const unsigned n = ret ? 0 : pieces(sp, old, end) + pieces(sp, to, to + old_size);
    if (n > 2 && !room_for_mappings(MOVING + 2 * n))
        ret = -ENOMEM;
    if (ret == 0)
        ret = mirror_protect(sp, old, end, like->prot, PROT_NONE);
    /* In place another thread's mmap(2) could fall into a hole. */
    const int keep = sp->in_place ? MREMAP_DONTUNMAP : flags & MREMAP_DONTUNMAP;
    uint64_t done = 0, back = 0;
    if (ret == 0)
        ret = move_pages(sp, like, old, to, old_size, keep, false, &done);
    if (ret) {
        BUG_ON(done && !is_copied(sp, like) && move_pages(sp, like, to, old, done, keep, true, &back));
        unmap_locked(sp, to, to + new_size);
        mirror_protect(sp, old, end, PROT_NONE, like->prot);
        lock_pages(sp, like, old, end);
        return ret;
    }
    region_set_prot(sp, moved, like->prot);
    /* What stays behind was moved by the host in the same way, and is not locked any more. */
    if (!(flags & MREMAP_DONTUNMAP))
        ret = unmap_locked(sp, old, end);
    else if ((ret = empty_source(sp, like, old, end)) == 0 && (ret = region_mark(sp, old, end, 0, locks)) == 0)
        ret = mirror_protect(sp, old, end, PROT_NONE, like->prot);
    if (ret == 0)
        ret = region_mark(sp, to, to + old_size, locks, 0);
    if (ret == 0)
        ret = open_moved(sp, like, to, old_size);
    if (ret)
        return ret;
    region_merge(sp, to, to + new_size);
    return (int64_t) to;
}

/* Is [end, grown) free, so that what ends at `end` can grow where it is? */
static bool can_grow(struct space *sp, uint64_t end, uint64_t grown)
{
    const struct region *above = region_from(sp, end);
    return grown > end && grown <= SPACE_TOP && (!above || above->start >= grown) && !may_map_there(sp, end, grown);
}

/* Lock held, arguments checked; old_size 0: duplicate. */
static int64_t remap(struct space *sp, uint64_t old, uint64_t old_size, uint64_t new_size, int flags, uint64_t to)
{
    bool anywhere = !(flags & (MREMAP_FIXED | MREMAP_DONTUNMAP));
    struct region *r = region_at(sp, old);
    int64_t ret;
    if (!r)
        return -EFAULT;
    if (old_size == 0 && !(r->flags & RG_SHARED))
        return -EINVAL;
    if (is_special(r) && (sp->in_place || (flags & MREMAP_DONTUNMAP))) /* the host leaves nothing behind, but a hole */
        return -EINVAL;
    if (anywhere && old_size && new_size <= old_size) {
        /* Shrinking in place is an unmap of the tail, across regions if need be. */
        ret = new_size < old_size ? unmap_locked(sp, old + new_size, old + old_size) : 0;
        return ret ? ret : (int64_t) old;
    }
    if (r->end - old < (flags & MREMAP_FIXED ? MIN(old_size, new_size) : old_size) ||
        (is_special(r) && new_size > old_size))
        return -EFAULT;
    if ((flags & MREMAP_FIXED) && new_size < old_size) {
        ret = unmap_locked(sp, old + new_size, old + old_size);
        if (ret)
            return ret;
        old_size = new_size;
        r = region_at(sp, old);
    }
    const uint64_t more = flags & MREMAP_DONTUNMAP ? new_size : new_size - old_size;
    ret = new_size > old_size && may_lock(sp, new_size - old_size, r->flags)
              ? -EAGAIN
              : may_expand(sp, more, 0, r->prot, r->flags);
    if (ret == 0)
        ret = host_would_have(sp, r, more, r->prot | (r->charged ? PROT_WRITE : 0));
    if (ret)
        return ret;
    uint64_t end = old + old_size;
    if (anywhere && old_size && end == r->end && can_grow(sp, end, old + new_size)) {
        struct region like = *r;
        ret = extend(sp, &like, end - PAGE_SIZE, end, old + new_size);
        if (ret)
            return ret;
        region_merge(sp, old, old + new_size);
        return (int64_t) old;
    }
    if (!(flags & MREMAP_MAYMOVE))
        return -ENOMEM;
    if (new_size > old_size && !is_lazy(r) && !room_for_mappings(MOVING + GROWING))
        return -ENOMEM;
    if (flags & MREMAP_FIXED) {
        ret = unmap_locked(sp, to, to + new_size);
        if (ret)
            return ret;
    } else {
        to = place(sp, flags & MREMAP_DONTUNMAP ? to : 0, new_size,
                   is_lazy(r) && new_size >= CHUNK_SIZE ? CHUNK_SIZE : PAGE_SIZE);
        if (!to)
            return -ENOMEM;
    }
    r = region_at(sp, old);
    if (!r)
        return -EFAULT; /* to be duplicated where it was */
    struct region like = *r;
    like.off += old - like.start;
    like.start = to;
    return old_size ? move(sp, &like, old, old_size, new_size, flags, to) : duplicate(sp, &like, old, to, new_size);
}

/* Since 6.17 mremap(2) moves a range of several mappings. The guest is told what its host would tell. */
static bool host_moves_many(void)
{
    struct utsname u;
    uint64_t major, minor;
    const char *p = u.release;
    return uname(&u) == 0 && parse_number(&p, 10, &major) && *p++ == '.' && parse_number(&p, 10, &minor) &&
           (major > 6 || (major == 6 && minor >= 17));
}

int64_t space_mremap(struct space *sp, gva_t old_va, uint64_t old_size, uint64_t new_size, int flags, gva_t new_va)
{
    uint64_t old = old_va.v, to = new_va.v;
    if (flags & ~(MREMAP_FIXED | MREMAP_MAYMOVE | MREMAP_DONTUNMAP))
        return -EINVAL;
    if ((flags & MREMAP_FIXED) && !(flags & MREMAP_MAYMOVE))
        return -EINVAL;
    if (old & ~PAGE_MASK)
        return -EINVAL;
    old_size = page_up(old_size);
    new_size = page_up(new_size);
    if ((flags & MREMAP_DONTUNMAP) && (!(flags & MREMAP_MAYMOVE) || old_size != new_size))
        return -EINVAL;
    if (new_size == 0 || new_size > SPACE_TOP)
        return -EINVAL;
    if (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) {
        if ((to & ~PAGE_MASK) || to > SPACE_TOP - new_size)
            return -EINVAL;
        if (old + old_size > to && to + new_size > old)
            return -EINVAL;
        int low = (flags & MREMAP_FIXED) && to < MMAP_MIN ? may_map_low(to) : may_map_there(sp, to, to + new_size);
        if (low)
            return low;
    }
    if (old >= SPACE_TOP)
        return -EFAULT;

    lock(sp);
    int64_t ret = -EFAULT;
    struct region *r = region_at(sp, old);
    if (old_size > SPACE_TOP - old) {
        ret = r && new_size < old_size ? -EINVAL : -EFAULT; /* munmap(2) of the tail is what fails */
    } else if (r && r->end - old < old_size && old_size == new_size && (flags & MREMAP_FIXED) && host_moves_many()) {
        /* Each region of the range moves by itself. */
        for (uint64_t at = old, end = old + old_size; at < end && r && r->start < end; r = region_from(sp, at)) {
            uint64_t s = MAX(r->start, at), e = MIN(r->end, end);
            ret = remap(sp, s, e - s, e - s, flags, to + (s - old));
            if (ret < 0)
                break;
            at = e;
        }
        if (ret >= 0)
            ret = (int64_t) to;
    } else {
        ret = remap(sp, old, old_size, new_size, flags, to);
    }
    unlock(sp);
    object_let_go(sp);
    return ret;
}
