/* An address space as data: what another process needs to make the same one (space_save, space_load). Only numbers of fixed size, since it goes
 * into a stream; whoever reads it from there checks it first (task/image.h). */
#ifndef MEM_IMAGE_H
#define MEM_IMAGE_H

#include "mem/space.h"

struct space_image {
    uint64_t brk_start, brk, mmap_base, stack_top, room_start;
    uint64_t vvar_size, peak;
    struct space_limits limits;
    uint32_t next_origin, chunks; /* chunks: slab chunks handed out */
    uint32_t keep;
    uint32_t dropped; /* some regions stay behind (MADV_DONTFORK), whose contents a cloned file has all the same */
    int32_t memfile;  /* descriptor, negative: none */
    uint32_t translator;
};

struct region_image {
    uint64_t start, end, off;
    uint32_t origin, object;
    uint32_t flags;
    uint8_t prot, name, pad[2];
};

/* `count` guest chunks from `chunk` on are bound to slab chunks from `index` on. */
struct binding_image {
    uint32_t chunk, index, count;
};

struct object_image {
    uint32_t
        kind; /* 0 free, 1 a file of the guest's, 2 one for shared anonymous memory: descriptor `id`; 3 a segment */
    uint32_t readonly;
    int32_t id;
    uint32_t mode;
    uint64_t dev, ino;
};

/* The whole of it; the arrays are malloc'd when space_save() made them, and point into the stream when they were read. */
struct space_state {
    struct space_image space;
    const struct region_image *region;
    const struct binding_image *binding;
    const struct object_image *object;
    uint32_t regions, bindings, objects;
};

/* 0 when all of it can be loaded without harm: order, bounds, alignment, references. */
int space_check(const struct space_state *st);

/* Take the picture. Between space_fork_prepare() and space_fork_parent(); the descriptors in it stay the space's own. 0 or -ENOMEM. */
int space_save(struct space *sp, struct space_state *out);
void space_state_free(struct space_state *st);
/* Write the contents that the picture does not have, private memory (unless it is `cloned` in its file) and changed pages of private mappings,
 * with `put`: runs of whole pages. While no guest runs. `pagemap`: a descriptor of /proc/thread-self/pagemap, or -1 where that is refused. */
typedef int space_put(void *arg, gva_t va, const void *data, size_t size);
int space_send(struct space *sp, bool cloned, int pagemap, space_put *put, void *arg);

/* Let the host's fork pass guest memory by, for a child that makes its own, or not. 0 or a negative errno: -EINVAL for memory in a file, which the
 * host's fork would share. */
int space_keep_from_fork(struct space *sp, bool keep);

/* In such a child: put the space of a checked picture, without contents, in the place of the inherited one, whose memory is not there, and
 * whose objects it takes over. 0 or a negative errno. */
int space_replace(struct space **sp, const struct space_state *st);
/* Where the next `size` bytes of contents at `va` go: a host address, writable until space_received(), or NULL: there is no such memory. */
void *space_receive(struct space *sp, gva_t va, size_t size);
int space_received(struct space *sp, gva_t va, size_t size);
/* When vCPUs can be made: the machine knows then whether it may show the host's clock. */
int space_load_clock(struct space *sp);

/* A memory file for a child, not yet a clone, and what makes it one; as a descriptor in the window. */
int space_memfile_new(struct space *sp, int dir);
int space_memfile_clone(struct space *sp, int to);

#endif
