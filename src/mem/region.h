/* Inside of mem/: regions, the tree they stand in, and struct space. Not for other folders. */
#ifndef MEM_REGION_H
#define MEM_REGION_H

#ifndef __unused
#define __unused __attribute__((unused)) /* what bsd/sys/tree.h wants of its system */
#endif
#include <bsd/sys/tree.h>
#include <sys/mman.h>

#include "base/lock.h"
#include "base/persona.h"
#include "mem/slab.h"
#include "mem/space.h"

/* Anonymous private memory merges freely; every other mapping call has an origin of its own, and only its pieces merge. */
#define ORIGIN_ANON 0u
#define ORIGIN_HEAP 1u
#define ORIGIN_FIRST 2u

#define REGIONS_MOST (1u << 20)   /* what distributions set vm.max_map_count to */
#define MMAP_MIN (64ull << 10)    /* vm.mmap_min_addr's default */
#define STACK_RANDOM (1ull << 22) /* pages: stack_maxrandom_size() */
#define PROT_RWX (PROT_READ | PROT_WRITE | PROT_EXEC)

struct region {
    RB_ENTRY(region) node;
    uint64_t start, end;
    uint64_t gap;     /* free bytes below start */
    uint64_t max_gap; /* largest gap in this subtree */
    uint64_t off;     /* with an object, or the vDSO's data: where in it `start` is */
    uint32_t origin;
    uint32_t object; /* in space.object[], 0: none kept */
    uint16_t flags;
    uint8_t prot, name;
    bool live;            /* stands in the tree; for space_repair() */
    bool charged;         /* was writable once: the host has said that there is room for it */
    struct region *other; /* list of all nodes that there ever were */
};

RB_HEAD(region_tree, region);

/* chunk[] entry: slab index, and how far the chunk has come. */
#define CH_INDEX 0x1fffffffu
#define CH_HOST 0x80000000u  /* the host mapping is the exact image of the regions here */
#define CH_GUEST 0x40000000u /* and so are the guest page tables */
#define CH_ECHO 0x20000000u  /* its addresses are ours in the host process (echo.c) */
#define CHUNKS (1u << (47 - CHUNK_SHIFT))
#define CHUNK_BLOCK 8192u /* 16 GiB */

struct space {
    struct lock lock; /* everything below; chunk[] is also read without it (see mem_hva) */
    struct region_tree tree;
    unsigned regions, max_regions;
    uint32_t next_origin;
    struct machine *machine;
    struct slab slab;
    bool in_place;               /* the slab is the process (cpu.h), but ... */
    uint64_t own_start, own_end; /* ... for this, which is the supervisor's */
    uint32_t *chunk;             /* chunk_entry(); a binding never changes once it is there */
    uint64_t used[CHUNKS / CHUNK_BLOCK /
                  64]; /* blocks of it in which an entry was ever set: what is only reserved is passed over */
    uint32_t *owner;   /* slab index -> 1 + guest chunk, 0: none. Not in place, where they are the same */
    uint32_t owners;   /* entries of it */
    struct space_limits limits;
    uint64_t brk_start, brk, mmap_base, stack_top;
    uint64_t total, data, stack, exec, locked, peak; /* bytes */
    uint64_t exempt;                                 /* bytes of total */
    enum space_translator translator;
    uint64_t faults;
    uint8_t lock_future;           /* mlockall(MCL_FUTURE): RG_LOCKED, RG_ONFAULT for new mappings */
    uint64_t room_start;           /* what the stack may grow to has a host image already; in place no rights, ... */
    uint64_t stack_low;            /* ... until it has grown to there; atomic. Else room_start */
    bool grows;                    /* more may grow than that: an access asks for it (mem_hva); atomic */
    uint64_t vvar_gpa, vvar_size;  /* the vDSO's data, not in place */
    uint64_t vdso_start, vdso_end; /* in place: where the host has put data and code */
    bool drops;                    /* there has been MADV_DONTFORK; atomic */
    bool keep;                     /* objects are kept, for children that do not come by the host's fork */
    struct object *object;         /* [0] is nobody's */
    uint32_t objects;
    bool idle;            /* some may have no region any more; atomic */
    int memfile;          /* private anonymous memory lives in this file at its slab offset; -1: it is the host's own */
    struct region *spare; /* free list, chained through node.rbe_left */
    struct region *nodes; /* all, chained through other: nodes are used again, never freed */
};

/* The entry of a guest chunk. The first and the last of them, a program and its stack, lie side by side: a fork copies a table of the host's for
 * every 2 MiB in which there is one. */
static inline uint32_t *chunk_entry(const struct space *sp, uint64_t c)
{
    return &sp->chunk[(c + CHUNKS / 2) % CHUNKS];
}

static inline void chunk_use(struct space *sp, uint64_t c)
{
    const uint64_t b = c / CHUNK_BLOCK;
    sp->used[b / 64] |= 1ull << b % 64;
}

/* The first address of [va, end) whose chunk has `flag`, or `end`. Lock held. */
static inline uint64_t chunk_find(const struct space *sp, uint64_t va, uint64_t end, uint32_t flag)
{
    uint64_t c = va >> CHUNK_SHIFT;
    while (c << CHUNK_SHIFT < end) {
        const uint64_t b = c / CHUNK_BLOCK;
        if (!(sp->used[b / 64] >> b % 64 & 1))
            c = (b + 1) * CHUNK_BLOCK;
        else if (__atomic_load_n(chunk_entry(sp, c), __ATOMIC_ACQUIRE) & flag)
            return MAX(va, c << CHUNK_SHIFT);
        else
            c++;
    }
    return end;
}

/* region.c: the tree */
struct region *region_at(struct space *sp, uint64_t va);   /* the one that holds va, or NULL */
struct region *region_from(struct space *sp, uint64_t va); /* the first with end > va, or NULL */
struct region *region_next(struct region *r);
struct region *region_prev(struct region *r);
/* From now on accesses of handlers find out whether what is no region yet becomes one of a growing mapping. Lock held. */
void space_grows(struct space *sp);
struct region *region_insert(struct space *sp, const struct region *like, uint64_t start, uint64_t end);
void region_remove(struct space *sp, struct region *r);
/* Make `va` a border. 0 or -ENOMEM. */
int region_split(struct space *sp, uint64_t va);
/* Join what may be one across [start, end]. */
void region_merge(struct space *sp, uint64_t start, uint64_t end);
/* Other rights for the whole of `r`. */
void region_set_prot(struct space *sp, struct region *r, int prot);
/* Build the tree anew from its nodes, after who changed it died in the middle. */
void region_rebuild(struct space *sp);
void region_move_start(struct space *sp, struct region *r, uint64_t start);
/* Highest free range of `size` with `align` inside [low, high), or 0. */
uint64_t region_find_gap(struct space *sp, uint64_t size, uint64_t low, uint64_t high, uint64_t align);
bool region_range_free(struct space *sp, uint64_t start, uint64_t end);

/* advise.c: set and clear flags of all that is mapped in the range. 0 or -ENOMEM. */
int region_mark(struct space *sp, uint64_t start, uint64_t end, int set, int clear);

/* mirror.c: host mapping and guest tables follow the tree */

/* A stretch of guest addresses whose chunks are bound to neighbouring slab chunks. */
struct run {
    uint64_t start, end;
    uint8_t *hva;
};
/* The next run at or after *at and before `end`; false: none left. Advances *at. Unbound chunks are passed over. */
bool run_next(struct space *sp, uint64_t *at, uint64_t end, struct run *out);

int mirror_bind(struct space *sp, uint64_t start,
                uint64_t end); /* give every chunk of the range a slab chunk and an exact host image */
/* The same of what is locked: but for a large reservation, which gets its chunks, and their locks, when it is used. */
int mirror_bind_locked(struct space *sp, const struct region *r, uint64_t start, uint64_t end);
void mirror_bind_as_is(struct space *sp, uint64_t start,
                       uint64_t end);                             /* in place: what is there already is the image */
int mirror_guest(struct space *sp, uint64_t start, uint64_t end); /* page tables of the bound chunks of the range */
int mirror_tables(struct space *sp, uint64_t start, uint64_t end,
                  int prot); /* write `prot` into the page tables, where chunks have them */
int mirror_new(struct space *sp, const struct region *r, uint64_t start, uint64_t end, int fd, uint64_t off,
               int map_flags);
/* Bring `size` bytes of the host's mapping at `p`, outside the slab, into [to, to + size), which is bound; what cannot be moved is unmapped. */
int mirror_adopt(struct space *sp, long p, uint64_t to, uint64_t size);
/* What a host mapping has to be told, whatever its rights. */
#define RG_MARKS (RG_LOCKED | RG_DONTFORK | RG_WIPE | RG_HUGE | RG_NOHUGE)
/* Host pages of `r`: locked, kept from children or wiped there as it says. */
void mirror_mark(const struct region *r, uint8_t *hva, uint64_t size);
int mirror_protect(struct space *sp, uint64_t start, uint64_t end, int old_prot, int prot);
void mirror_hide_objects(struct space *sp);
void mirror_repair(struct space *sp); /* rights of host and guest follow the tree again, whatever was left half done */
/* [start, *end) has no image any more; on an error *end becomes how far that is true. */
int mirror_remove(struct space *sp, uint64_t start, uint64_t *end);
bool mirror_bound(struct space *sp, uint64_t start, uint64_t end); /* any chunk of the range */

/* echo.c: [start, end) of `r`, which has a host image, is there at its own addresses exactly if it is shared and writable ... */
void echo_open(struct space *sp, const struct region *r, uint64_t start, uint64_t end);
/* ... and nothing is. */
void echo_close(struct space *sp, uint64_t start, uint64_t end);
int echo_keep_from_fork(struct space *sp, bool keep); /* as space_keep_from_fork() */

/* The host's rights of a region: a right that is alone does not let the hypervisor read the page, as the processor would. */
static inline int host_prot(int prot)
{
    return prot == PROT_NONE ? PROT_NONE : prot | PROT_READ;
}

/* What may be read may be run, for who wants that. */
static inline int with_exec(int prot)
{
    return (prot & PROT_READ) && persona_has(READ_IMPLIES_EXEC) ? prot | PROT_EXEC : prot;
}

static inline bool is_error(long r)
{
    return r < 0 && r > -4096;
}

static inline void lock(struct space *sp)
{
    lock_take(&sp->lock);
}

static inline void unlock(struct space *sp)
{
    lock_drop(&sp->lock);
}

/* Memory whose host mapping is made when it is first used: anonymous and private. */
static inline bool is_lazy(const struct region *r)
{
    return (r->flags & (RG_ANON | RG_SHARED)) == RG_ANON;
}

/* The kernel's own, wherever it is moved; never locked (VM_SPECIAL in mlock_fixup()). */
static inline bool is_special(const struct region *r)
{
    return r->name == REGION_VVAR || r->name == REGION_VDSO;
}

/* object.c: what mappings are of, kept by a descriptor in the window or a segment's id. fds_create_lock() and lock held. */
enum { OBJECT_FREE, OBJECT_FILE, OBJECT_SHARED, OBJECT_SEGMENT };
struct object {
    uint8_t kind;
    bool readonly;     /* OBJECT_SEGMENT: attached with SHM_RDONLY */
    int id;            /* descriptor or segment */
    uint64_t dev, ino; /* OBJECT_FILE: what it is, so that it is kept once */
    uint32_t mode;     /* and how it was opened: O_ACCMODE */
    uint32_t places;   /* OBJECT_SHARED: left to be given out; of a parent's none */
    uint32_t users;    /* regions */
};
/* The index, or a negative errno. The file of guest descriptor `fd`; `size` bytes of a file of ours for shared anonymous memory, from *off on;
 * a segment. */
int64_t object_keep_file(struct space *sp, int fd);
int64_t object_keep_shared(struct space *sp, uint64_t size, uint64_t *off);
int64_t object_keep_segment(struct space *sp, int id, bool readonly);
/* After a call that may have unmapped something, without these locks: close what no region is of any more, as the kernel does. But for files with record
 * locks, which would go with it, and where processes share the table of descriptors, of which another may have a region. */
void object_let_go(struct space *sp);

static inline bool object_has_fd(const struct object *o)
{
    return o->kind == OBJECT_FILE || o->kind == OBJECT_SHARED;
}

/* memfile.c: give the pages of [hva, hva + size) back to the file's filesystem: zeros are there afterwards */
int memfile_punch(struct space *sp, const uint8_t *hva, uint64_t size);
/* Copy what is there from one place of the slab to another, empty one. */
int memfile_copy(struct space *sp, const uint8_t *from, uint8_t *to, uint64_t size);
/* Map the place of [hva, hva + size) in the file over it. */
long memfile_map(struct space *sp, uint8_t *hva, uint64_t size, int prot, int map_flags);

/* space.c: a space with no region, over a new machine, with a new memory file in `dir` or the one that is given (-1: none) */
int space_build(struct space **out, const struct space_limits *lim, bool keep, int dir, int memfile, bool forked,
                const char **why);

/* start.c: let the guest reach the host's data pages of the vDSO. The address and size of vDSO and data in this process, or -ENODEV. */
struct host_vdso {
    uint64_t data, code, end;
};
int show_host_vdso(struct space *sp, struct host_vdso *out);

/* What others are told of a region, and of a space. */
static inline struct region_info region_tell(const struct region *r)
{
    return (struct region_info){.start = gva(r->start),
                                .end = gva(r->end),
                                .prot = r->prot,
                                .shared = r->flags & RG_SHARED,
                                .anon = r->flags & RG_ANON,
                                .flags = r->flags,
                                .name = (enum region_name) r->name};
}

static inline struct space_info space_tell(const struct space *sp)
{
    return (struct space_info){.brk_start = gva(sp->brk_start),
                               .brk = gva(sp->brk),
                               .mmap_base = gva(sp->mmap_base),
                               .stack_top = gva(sp->stack_top),
                               .total_vm = sp->total,
                               .data_vm = sp->data,
                               .stack_vm = sp->stack,
                               .exec_vm = sp->exec,
                               .locked_vm = sp->locked,
                               .regions = sp->regions,
                               .faults = sp->faults,
                               .chunks = sp->slab.next,
                               .peak_vm = sp->peak};
}

/* space.c, map.c and limits.c, for the other memory calls; lock held */
uint64_t random_below(uint64_t bound); /* 0 under ADDR_NO_RANDOMIZE */
/* PR_SET_MDWE: may memory of protection `old` not become `prot`? New memory is as if it had been that before. */
bool denied_as_code(const struct space *sp, int old, int prot);
/* RG_EXEMPT or 0, for new memory that, when a translator runs its program, is the translator's or not. */
int exempt_flag(const struct space *sp, bool of_translator);
/* May the space grow by `size` bytes of such memory, after `freed` bytes go? RLIMIT_AS and RLIMIT_DATA, as may_expand_vm(). 0 or -ENOMEM. */
int may_expand(struct space *sp, uint64_t size, uint64_t freed, int prot, int flags);
bool counts_as_data(int prot, int flags);
/* As many mappings as the host lets a process have, and so a program. Where no guest runs. */
unsigned mapping_limit(void);
/* May so much more be locked, if these flags say so? RLIMIT_MEMLOCK, which the host has, too, and the privilege to pass it: 0, -EAGAIN, or -EPERM where
 * nothing may be locked at all. */
int may_lock(struct space *sp, uint64_t size, int flags);
/* What the host says of such a mapping. */
int map_for_a_moment(struct space *sp, uint64_t size, int prot, int flags, int fd, uint64_t off);
/* The host's own judgement of a mapping that we make piece by piece later (overcommit). */
int host_would_map(struct space *sp, uint64_t size, int prot, int flags);
/* The same of `size` bytes that are to be as `r`, with these rights, and were not asked for yet. What has an object the host itself judges, when it
 * gets it. */
int host_would_have(struct space *sp, const struct region *r, uint64_t size, int prot);
/* Of regions that have none of `flags`. */
uint64_t mapped_bytes(struct space *sp, uint64_t start, uint64_t end, int flags);
int may_map_low(uint64_t va); /* below mmap_min_addr: 0 or the host's errno */
int unmap_locked(struct space *sp, uint64_t start, uint64_t end);
/* May it be mapped where it shall, MAP_FIXED? 0, or -ENOMEM: it is the supervisor's place. */
int may_map_there(struct space *sp, uint64_t start, uint64_t end);
/* region_find_gap() less what is not the guest's in place. */
uint64_t find_gap(struct space *sp, uint64_t size, uint64_t low, uint64_t high, uint64_t align);
/* The highest such of whole chunks that have never been anybody's. */
uint64_t find_untouched(struct space *sp, uint64_t size, uint64_t low, uint64_t high);
/* Where a mapping without MAP_FIXED goes: the hint when it is free, else the highest gap below mmap_base, else any; 0: nowhere. */
uint64_t place(struct space *sp, uint64_t hint, uint64_t size, uint64_t align);
/* Host pages of [start, end) are in place: let the guest see them. */
int show(struct space *sp, uint64_t start, uint64_t end, int prot);

#endif
