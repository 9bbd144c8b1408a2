/* What mappings are of, kept for a child that cannot inherit the mapping itself, for as long as there is one: a descriptor in the window for each
 * file mapped, the id of each segment attached. Only where fork goes by a stream of state (space_create(), docs/internals/fork.md). */
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <sys/stat.h>

#include "base/fds.h"
#include "base/fsize.h"
#include "base/raw.h"
#include "mem/region.h"

/* Closing any descriptor of a file drops the record locks that the process has on it (fcntl(2)). To an open file's lock those are in the way. */
static bool has_record_locks(int fd)
{
    struct flock lock = {.l_type = F_WRLCK};
    return host(SYS_fcntl, fd, F_OFD_GETLK, &lock) || lock.l_type != F_UNLCK;
}

void object_let_go(struct space *sp)
{
    if (!__atomic_load_n(&sp->idle, __ATOMIC_RELAXED))
        return;
    fds_create_lock();
    lock(sp);
    bool idle = false;
    for (uint32_t i = 1; i < sp->objects; i++) {
        struct object *o = &sp->object[i];
        if (o->kind == OBJECT_FREE || o->users)
            continue;
        if (fds_self()->table->apart || (o->kind == OBJECT_FILE && has_record_locks(o->id))) {
            idle = true;
            continue;
        }
        if (object_has_fd(o))
            fds_close(o->id);
        o->kind = OBJECT_FREE;
    }
    __atomic_store_n(&sp->idle, idle, __ATOMIC_RELAXED);
    unlock(sp);
    fds_create_unlock();
}

static int64_t keep(struct space *sp, struct object o)
{
    uint32_t i = 1;
    while (i < sp->objects && sp->object[i].kind != OBJECT_FREE)
        i++;
    if (i >= sp->objects) {
        uint32_t n = (uint32_t) MAX(i + 1, 2u);
        struct object *more = realloc(sp->object, n * sizeof *more);
        if (!more)
            return -ENOMEM;
        if (!sp->objects)
            more[0] = (struct object){.kind = OBJECT_FREE};
        sp->object = more;
        sp->objects = n;
    }
    sp->object[i] = o;
    __atomic_store_n(&sp->idle, true, __ATOMIC_RELAXED); /* unless it gets a region */
    return i;
}

/* Keep `o`, whose descriptor is in the window; or it could not be put there. */
static int64_t keep_fd(struct space *sp, struct object o)
{
    if (o.id < 0)
        return -ENFILE;
    int64_t i = keep(sp, o);
    if (i < 0)
        fds_close(o.id);
    return i;
}

int64_t object_keep_file(struct space *sp, int fd)
{
    struct stat st;
    long flags = host(SYS_fcntl, fd, F_GETFL), r = host(SYS_fstat, fd, &st);
    if (flags < 0 || r)
        return flags < 0 ? flags : r;
    struct object o = {.kind = OBJECT_FILE, .dev = st.st_dev, .ino = st.st_ino, .mode = (uint32_t) flags & O_ACCMODE};
    for (uint32_t i = 1; i < sp->objects && S_ISREG(st.st_mode); i++)
        if (sp->object[i].kind == OBJECT_FILE && sp->object[i].dev == o.dev && sp->object[i].ino == o.ino &&
            sp->object[i].mode == o.mode)
            return i;
    o.id = fds_copy(fd);
    return keep_fd(sp, o);
}

/* Small pieces share a file, so that a program with thousands of them does not use up the window. They lie far apart: what mremap(2) adds to one
 * is not its neighbour. */
#define SLOT_SIZE (1ull << 30)
#define SLOTS 64u
#define SMALL (64ull << 10)

static int set_size(int fd, uint64_t size)
{
    struct rlimit64 limit;
    if (!fsize_lift(size, &limit))
        return -ENOMEM;
    int r = (int) host(SYS_ftruncate, fd, size);
    fsize_restore(size, &limit);
    return r ? -ENOMEM : 0;
}

int64_t object_keep_shared(struct space *sp, uint64_t size, uint64_t *off)
{
    *off = 0;
    for (uint32_t i = 1; i < sp->objects && size <= SMALL; i++) {
        struct object *o = &sp->object[i];
        if (o->kind != OBJECT_SHARED || !o->places)
            continue;
        *off = (SLOTS - o->places) * SLOT_SIZE;
        int r = set_size(o->id, *off + size);
        o->places -= r == 0;
        return r ? r : (int64_t) i;
    }
    int fd = (int) host(SYS_memfd_create, "elfuse-shared", MFD_CLOEXEC);
    int r = fd < 0 ? -ENOMEM : set_size(fd, size);
    if (r) {
        if (fd >= 0)
            host(SYS_close, fd);
        return r;
    }
    return keep_fd(
        sp,
        (struct object){.kind = OBJECT_SHARED, .id = fds_adopt_fd(fd, false), .places = size <= SMALL ? SLOTS - 1 : 0});
}

int64_t object_keep_segment(struct space *sp, int id, bool readonly)
{
    return keep(sp, (struct object){.kind = OBJECT_SEGMENT, .readonly = readonly, .id = id});
}
