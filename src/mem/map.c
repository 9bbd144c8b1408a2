/* mmap(2): from what is asked for to a place and a region. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "base/fds.h"
#include "base/place.h"
#include "base/raw.h"
#include "mem/memfile.h"
#include "mem/region.h"

/* What MAP_SHARED_VALIDATE accepts of any file (linux/mman.h, LEGACY_MAP_MASK), and MAP_SYNC, of which the host knows. */
#define VALID_MAP_FLAGS                                                                                                \
    (MAP_TYPE | MAP_FIXED | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_DENYWRITE | MAP_EXECUTABLE | MAP_LOCKED |              \
     MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK | MAP_STACK | MAP_HUGETLB | MAP_32BIT | MAP_SYNC |                    \
     0x80 /* MAP_ABOVE4G */ | 0x4000000 /* MAP_UNINITIALIZED */ | 31 << MAP_HUGE_SHIFT /* of 2 MiB, of 1 GiB */)

#define LOW_START 0x40000000ull /* MAP_32BIT, as arch_get_unmapped_area() */
#define LOW_END 0x80000000ull

/* Each shared mapping of it is a new piece of memory, which its descriptor does not lead to. */
static bool is_dev_zero(int fd)
{
    struct stat st;
    return host(SYS_fstat, fd, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 5);
}

/* A file of hugetlbfs, of memfd_create(MFD_HUGETLB) too. Seals are had by such and by shared memory alone: a remote file system is not asked. */
static bool has_huge_pages(int fd)
{
    struct statfs st;
    return host(SYS_fcntl, fd, F_GET_SEALS) >= 0 && host(SYS_fstatfs, fd, &st) == 0 && st.f_type == HUGETLBFS_MAGIC;
}

uint64_t mapped_bytes(struct space *sp, uint64_t start, uint64_t end, int flags)
{
    uint64_t sum = 0;
    for (struct region *g = region_from(sp, start); g && g->start < end; g = region_next(g))
        sum += g->flags & flags ? 0 : MIN(g->end, end) - MAX(g->start, start);
    return sum;
}

int may_map_there(struct space *sp, uint64_t start, uint64_t end)
{
    if (sp->in_place && start >= sp->vdso_start && end <= sp->vdso_end)
        return 0; /* excluded for what is beside it: itself it is the guest's */
    return machine_excluded(sp->machine, start, end) ? -ENOMEM : 0;
}

uint64_t find_gap(struct space *sp, uint64_t size, uint64_t low, uint64_t high, uint64_t align)
{
    for (;;) {
        uint64_t at = region_find_gap(sp, size, low, high, align);
        uint64_t excluded = at ? machine_excluded(sp->machine, at, at + size) : 0;
        if (!excluded)
            return at;
        high = excluded;
    }
}

uint64_t find_untouched(struct space *sp, uint64_t size, uint64_t low, uint64_t high)
{
    uint64_t at, bound;
    while ((at = find_gap(sp, size, low, high, CHUNK_SIZE)) &&
           (bound = chunk_find(sp, at, at + size, CH_INDEX)) < at + size)
        high = bound;
    return at;
}

/* May a mapping stand at `hint`, below `top`? A stack keeps its distance. */
static bool fits_hint(struct space *sp, uint64_t hint, uint64_t size, uint64_t top)
{
    if (hint < MMAP_MIN || hint >= top || size > top - hint || !region_range_free(sp, hint, hint + size) ||
        may_map_there(sp, hint, hint + size))
        return false;
    const struct region *above = region_from(sp, hint);
    return !above || !(above->flags & RG_GROWSDOWN) || above->start - (hint + size) >= 256 * PAGE_SIZE;
}

uint64_t place(struct space *sp, uint64_t hint, uint64_t size, uint64_t align)
{
    if (fits_hint(sp, hint, size, SPACE_TOP))
        return hint;
    uint64_t at = align > PAGE_SIZE ? find_gap(sp, size, MMAP_MIN, sp->mmap_base, align) : 0;
    if (!at)
        at = find_gap(sp, size, MMAP_MIN, sp->mmap_base, PAGE_SIZE);
    if (!at)
        at = find_gap(sp, size, sp->mmap_base, SPACE_TOP, PAGE_SIZE);
    return at;
}

static uint64_t place_low(struct space *sp, uint64_t hint, uint64_t size)
{
    return fits_hint(sp, hint, size, LOW_END) ? hint : find_gap(sp, size, LOW_START, LOW_END, PAGE_SIZE);
}

/* Less is not worth two calls of the host's. */
#define ASK_MIN (64ull << 20)

int map_for_a_moment(struct space *sp, uint64_t size, int prot, int flags, int fd, uint64_t off)
{
    /* In place the host has no more room by itself than the supervisor's, which is small. */
    const uint64_t at = sp->in_place ? find_untouched(sp, page_up(size), MMAP_MIN, SPACE_TOP) : 0;
    if (sp->in_place && !at)
        return -ENOMEM;
    const long p = host(SYS_mmap, at, size, prot, flags | (at ? MAP_FIXED : 0), fd, off);
    if (at && is_error(p)) {
        place_reserve(at, size, MAP_FIXED_NOREPLACE); /* what is refused late has left a hole */
    } else if (at && place_reserve(at, size, MAP_FIXED)) {
        host(SYS_munmap, at, size); /* no mapping is left to be had: this gives one */
        BUG_ON(place_reserve(at, size, MAP_FIXED));
    } else if (!at && !is_error(p)) {
        host(SYS_munmap, p, size);
    }
    return is_error(p) ? (int) p : 0;
}

int host_would_map(struct space *sp, uint64_t size, int prot, int flags)
{
    if (size < ASK_MIN || prot == PROT_NONE || (sp->in_place && size <= (1ull << 30)))
        return 0;
    /* Address space is the host process's own, and the guest's was asked for before: ask of as much as there is some for. */
    for (size = MIN(size, SLAB_MAX); size >= ASK_MIN; size /= 2) {
        const int anon = MAP_PRIVATE | MAP_ANONYMOUS;
        int r = map_for_a_moment(sp, size, prot, anon | (flags & MAP_NORESERVE), -1, 0);
        if (r != -ENOMEM || map_for_a_moment(sp, size, PROT_NONE, anon | MAP_NORESERVE, -1, 0) == 0)
            return r;
    }
    return 0;
}

int host_would_have(struct space *sp, const struct region *r, uint64_t size, int prot)
{
    return is_lazy(r) ? host_would_map(sp, size, prot, r->flags & RG_NORESERVE ? MAP_NORESERVE : 0) : 0;
}

#define MAP_DROPPABLE_TYPE 0x08 /* <linux/mman.h> since 6.11 */

/* What mmap(2) was asked for. */
struct request {
    uint64_t at, size; /* at: first a hint, then the place */
    int prot, flags, type;
    bool fixed, anon, shared;
    int fd;
    uint64_t off;
};

/* The errors that need no look at the address space, in the kernel's order. */
static int check_request(struct space *sp, struct request *q)
{
    if (!q->anon) {
        long fl = host(SYS_fcntl, q->fd, F_GETFL);
        if (fl < 0)
            return (int) fl;
    }
    if (q->size == 0)
        return -EINVAL;
    q->size = page_up(q->size);
    if (q->size == 0 || q->size > SPACE_TOP)
        return -ENOMEM;
    if (q->off & ~PAGE_MASK)
        return -EINVAL;
    if (q->flags & MAP_HUGETLB || (!q->anon && has_huge_pages(q->fd))) {
        /* The host's own errors; a pool of huge pages itself is not passed on: as on a system that reserved none. */
        int flags = q->flags & ~(MAP_FIXED | MAP_FIXED_NOREPLACE | MAP_POPULATE | MAP_LOCKED);
        const uint64_t size = MIN(q->size, 1ull << 30);
        long p = host(SYS_mmap, NULL, size, q->prot, flags, q->fd, q->off);
        if (is_error(p) && p != -ENOMEM)
            return (int) p;
        /* Whole pages are unmapped, or none. */
        for (int log = 21; !is_error(p) && log <= 30; log += 9)
            if (host(SYS_munmap, p, ((size - 1) | ((1ull << log) - 1)) + 1) == 0)
                break;
        int log = q->flags >> MAP_HUGE_SHIFT & MAP_HUGE_MASK;
        return q->fixed && q->at & ((1ull << (log ? log : 21)) - 1) ? -EINVAL : -ENOMEM;
    }
    if (q->fixed) {
        if (q->at & ~PAGE_MASK)
            return -EINVAL;
        if (q->at > SPACE_TOP - q->size)
            return -ENOMEM;
        int low = q->at < MMAP_MIN ? may_map_low(q->at) : may_map_there(sp, q->at, q->at + q->size);
        if (low)
            return low;
    }
    return 0;
}

/* What do_mmap() says of the kind of mapping, once its place is known. */
static int check_kind(struct request *q)
{
    bool down = q->flags & MAP_GROWSDOWN;
    if (!q->anon && q->off + q->size < q->off)
        return -EOVERFLOW;
    switch (q->type) {
    case MAP_PRIVATE:
        return down && !q->anon ? -EINVAL : 0;
    case MAP_SHARED:
        return down ? -EINVAL : 0;
    case MAP_SHARED_VALIDATE:
        if (!q->anon && (q->flags & ~VALID_MAP_FLAGS))
            return -EOPNOTSUPP;
        return q->anon || down ? -EINVAL : 0;
    case MAP_DROPPABLE_TYPE:
        if (!q->anon || down || (q->flags & MAP_LOCKED))
            return -EINVAL;
        q->type = MAP_PRIVATE; /* never dropping what may be dropped is within its contract */
        return 0;
    }
    return -EINVAL;
}

/* Where it goes, and whether limits and the host allow it: nothing of an old mapping there is lost before that is known. Lock held. */
static int place_request(struct space *sp, struct request *q, const struct region *like)
{
    uint64_t freed = 0;
    if (!q->fixed) {
        uint64_t align = q->anon && q->size >= CHUNK_SIZE ? CHUNK_SIZE : PAGE_SIZE;
        uint64_t hint = page_down(q->at);
        hint = hint ? MAX(hint, MMAP_MIN) : 0;
        q->at = q->flags & MAP_32BIT ? place_low(sp, hint, q->size) : place(sp, hint, q->size, align);
        if (!q->at)
            return -ENOMEM;
    } else if (!region_range_free(sp, q->at, q->at + q->size)) {
        if (q->flags & MAP_FIXED_NOREPLACE)
            return -EEXIST;
        freed = mapped_bytes(sp, q->at, q->at + q->size, RG_EXEMPT);
    }
    int ret = may_lock(sp, q->size, like->flags);
    if (ret == -EPERM && !(q->flags & MAP_LOCKED)) /* mlockall(MCL_FUTURE) asked before */
        ret = -EAGAIN;
    if (ret == 0)
        ret = check_kind(q);
    if (ret == 0 && denied_as_code(sp, like->prot, like->prot))
        ret = -EACCES;
    if (ret == 0)
        ret = may_expand(sp, q->size, freed, like->prot, like->flags);
    if (ret == 0 && q->anon && !q->shared)
        return host_would_map(sp, q->size, like->prot, q->flags);
    if (ret == 0 && q->size > (uint64_t) sp->slab.limit << CHUNK_SHIFT)
        return -ENOMEM;
    if (ret == 0 && freed) {
        /* The host judges file, rights, type and size. */
        int flags = q->type | (q->flags & (MAP_NORESERVE | MAP_ANONYMOUS | MAP_SYNC));
        return map_for_a_moment(sp, q->size, like->prot, flags, q->fd, q->off);
    }
    return ret;
}

/* What is behind it is kept, for a child that has to map it again: its own number, and from then on what is mapped. Lock held. */
static int keep_object(struct space *sp, struct request *q, struct region *like)
{
    bool own = q->shared && (q->anon || is_dev_zero(q->fd));
    int number = own ? object_keep_shared(sp, q->size, &q->off) : object_keep_file(sp, q->fd);
    if (number < 0)
        return number;
    like->object = (uint32_t) number;
    if (own) {
        q->fd = sp->object[number].id;
        q->flags &= ~MAP_ANONYMOUS;
    }
    return 0;
}

/* The region and its memory, where nothing is now. Lock held. */
static int fill_request(struct space *sp, const struct request *q, struct region *like)
{
    uint64_t at = q->at, end = at + q->size;
    bool private_anon = q->anon && !q->shared;
    int ret = 0;
    like->start = at;
    like->off = q->off;
    like->origin = (like->flags & (RG_ANON | RG_SHARED)) == RG_ANON ? ORIGIN_ANON : sp->next_origin++;
    if (!is_lazy(like)) /* before the region is there, or it would get an anonymous image first */
        ret = mirror_bind(sp, at, end);
    if (ret)
        return ret;
    struct region *r = region_insert(sp, like, at, end);
    if (!r)
        return -ENOMEM;
    int map_flags = q->type | (q->flags & (MAP_NORESERVE | MAP_ANONYMOUS | MAP_SYNC | MAP_POPULATE | MAP_NONBLOCK |
                                           MAP_DENYWRITE | MAP_STACK));
    if (private_anon && (q->flags & MAP_POPULATE))
        ret = mirror_bind(sp, at, end);
    if (ret == 0)
        ret = mirror_new(sp, r, at, end, q->fd, q->off, private_anon ? q->flags & MAP_POPULATE : map_flags);
    if (ret)
        unmap_locked(sp, at, end);
    else
        region_merge(sp, at, end);
    return ret;
}

/* A file on a file system that nothing is run from (noexec, or /proc). */
static bool is_never_run(int fd)
{
    const long p = host(SYS_mmap, NULL, PAGE_SIZE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    if (!is_error(p))
        host(SYS_munmap, p, PAGE_SIZE);
    return p == -EPERM;
}

int64_t space_mmap(struct space *sp, gva_t hint, uint64_t size, int prot, int flags, int fd, uint64_t off)
{
    int type = flags & MAP_TYPE;
    if (with_exec(prot) != prot && ((flags & MAP_ANONYMOUS) || !is_never_run(fd)))
        prot |= PROT_EXEC;
    struct request q = {
        .at = hint.v,
        .size = size,
        .prot = prot,
        .flags = flags,
        .type = type,
        .fixed = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE),
        .anon = flags & MAP_ANONYMOUS,
        .shared = type == MAP_SHARED || type == MAP_SHARED_VALIDATE,
        .fd = fd,
        .off = off,
    };
    int ret = check_request(sp, &q);
    if (ret)
        return ret;
    struct region like = {.prot = prot & PROT_RWX,
                          .flags = (q.shared ? RG_SHARED : 0) | (q.anon ? RG_ANON : 0) |
                                   (flags & MAP_GROWSDOWN ? RG_GROWSDOWN : 0)};
    bool keeps = sp->keep && !is_lazy(&like);
    if (keeps)
        fds_create_lock();
    lock(sp);
    like.flags |= (flags & MAP_NORESERVE ? RG_NORESERVE : 0) | (flags & MAP_STACK ? RG_STACK : 0) |
                  (flags & MAP_LOCKED ? RG_LOCKED : 0) | sp->lock_future |
                  exempt_flag(sp, flags & (MAP_STACK | MAP_NORESERVE) && !hint.v);
    ret = place_request(sp, &q, &like);
    if (ret == 0 && keeps)
        ret = keep_object(sp, &q, &like);
    if (ret == 0)
        ret = unmap_locked(sp, q.at, q.at + q.size);
    if (ret == 0)
        ret = fill_request(sp, &q, &like);
    unlock(sp);
    if (keeps)
        fds_create_unlock();
    object_let_go(sp);
    return ret ? ret : (int64_t) q.at;
}
