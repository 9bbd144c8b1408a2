/* Guest address space: which ranges exist, with which rights, over which backing. The region tree is the
 * truth; the host mapping of the slab and the guest page tables follow it (docs/internals/memory.md).
 * Called by system-call handlers and the fault path. Takes its own lock; never blocks on guest activity. */
#ifndef MEM_SPACE_H
#define MEM_SPACE_H

#include "base/base.h"
#include "cpu/cpu.h"

#define SPACE_TOP 0x7ffffffff000ull /* first address past user space (TASK_SIZE_MAX) */

struct space;

enum region_name { REGION_PLAIN, REGION_HEAP, REGION_STACK, REGION_VDSO, REGION_VVAR };

/* What a mapping was asked for, at mmap(2) or later. */
enum {
    RG_SHARED = 1, /* MAP_SHARED */
    RG_ANON = 2,   /* no file */
    RG_GROWSDOWN = 4,
    RG_DONTFORK = 8,
    RG_LOCKED = 16,
    RG_NOHUGE = 32,
    RG_ONFAULT = 64, /* with RG_LOCKED: MLOCK_ONFAULT */
    RG_SYSV = 128,   /* a segment of shmat(2) */
    RG_WIPE = 256,   /* MADV_WIPEONFORK */
    RG_EXEMPT = 512, /* the translator's own, which no limit of its program counts */
    RG_STACK = 1024, /* MAP_STACK */
    RG_NORESERVE = 2048,
    RG_HUGE = 4096,
    RG_RANDOM = 8192,
    RG_SEQUENTIAL = 16384,
    RG_DONTDUMP = 32768,
};

/* One region, as space_walk() shows it. */
struct region_info {
    gva_t start, end;
    int prot;       /* PROT_* */
    bool shared;    /* MAP_SHARED */
    bool anon;      /* no file behind it */
    uint16_t flags; /* RG_* */
    enum region_name name;
};

/* Limits that are the guest's own: the host process around it has others. Bytes; RLIM_INFINITY = none. */
struct space_limits {
    uint64_t as, data, stack;
    uint64_t mdwe; /* PR_SET_MDWE: what is or was writable becomes no code. Atomic */
};
enum { MDWE_REFUSE_EXEC_GAIN = 1, MDWE_NO_INHERIT = 2 };

/* What a child, or the next image, has of them. */
void space_limits_inherit(struct space_limits *lim);

/* How a child gets its copy, which decides where private memory lives from the start (docs/internals/fork.md). */
enum space_kind {
    SPACE_COW,   /* the host's own anonymous memory: it goes by the host's fork */
    SPACE_COPY,  /* the same, but what is mapped is kept, so that another process can map it */
    SPACE_CLONE, /* as SPACE_COPY, and private memory lives in a file that is cloned (mem/memfile.h) */
};

/* Whose memory is it? A translator's is not its program's, and limits are the program's. All belongs to the translator until it maps a program;
 * afterwards its heap and the stacks of its threads do: it places what is the program's itself. */
enum space_translator { TRANSLATOR_NONE, TRANSLATOR_LOADS, TRANSLATOR_RUNS };
void space_set_translator(struct space *sp, enum space_translator stage);
enum space_translator space_translator(const struct space *sp);

/* An empty space over a new machine. `dir`: where a SPACE_CLONE has its file, a descriptor. */
int space_create(struct space **out, const struct space_limits *lim, enum space_kind kind, int dir, const char **why);
struct machine *space_machine(struct space *sp);
/* vcpu_create() with table memory for it: each vCPU takes a page of that. */
int space_vcpu(struct space *sp, struct vcpu **out);
/* Does private memory live in a file? Not in a SPACE_CLONE whose file could not be made. */
bool space_in_file(const struct space *sp);
/* Does mapping a file keep a descriptor of it? Not with SPACE_COW. */
bool space_keeps(const struct space *sp);

/* mmap(2): flags and errors as there, MAP_FIXED, FIXED_NOREPLACE, GROWSDOWN, POPULATE, LOCKED included. fd is the
 * guest's (= host's) descriptor, used before return only. Returns the guest address or a negative errno. */
int64_t space_mmap(struct space *sp, gva_t hint, uint64_t size, int prot, int flags, int fd, uint64_t off);
int space_munmap(struct space *sp, gva_t va, uint64_t size);
int space_mprotect(struct space *sp, gva_t va, uint64_t size, int prot);
int64_t space_mremap(struct space *sp, gva_t old, uint64_t old_size, uint64_t new_size, int flags, gva_t new_va);
int64_t space_brk(struct space *sp, gva_t brk); /* brk(2) as the kernel has it: the break, changed or not */
/* madvise, msync, mlock, mlock2, munlock, mincore, ...: the host call `nr` on each host piece of the range. */
int space_advise(struct space *sp, gva_t va, uint64_t size, int advice);
int space_range_call(struct space *sp, long nr, gva_t va, uint64_t size, long arg, bool arg_used);
/* As far as the mapping at `va` goes: how many pages were told of in `vec`, a byte each, or -ENOMEM when there is none. */
int64_t space_mincore(struct space *sp, gva_t va, uint64_t size, uint8_t *vec);
int space_lock_all(struct space *sp, int flags);

/* Set by the loader: where brk starts, where the stack lies, names for /proc. */
void space_set_brk(struct space *sp, gva_t start);
void space_set_heap(struct space *sp, gva_t start, gva_t brk);      /* what brk(2) goes on from: nothing is mapped */
int64_t space_map_stack(struct space *sp, uint64_t size, int prot); /* growsdown; returns its top */
void space_set_name(struct space *sp, gva_t va, enum region_name name);
/* The host's [vvar] and [vdso] pages, shown to the guest at the same relative places. Returns the
 * guest address of the vDSO image, or 0 when this host has none that can be shown. */
uint64_t space_map_vdso(struct space *sp);

/* Resolve a guest #PF. Returns 0 (run on), or the si_code of the SIGSEGV (SEGV_MAPERR, SEGV_ACCERR), or
 * -SIGBUS's negative errno -EFAULT when the host cannot give the page. */
int space_fault(struct space *sp, gva_t va, unsigned long error);

/* After CPU_HOT: let the backend make a jump of the call where that is safe (cpu.h). `alone`: who dies in the middle leaves the memory to nobody. */
void space_rewrite(struct space *sp, struct vcpu *v, bool alone);

/* Visit the regions that overlap [from, to) in order, under the lock; a nonzero return of `fn` ends the walk. */
int space_walk(struct space *sp, gva_t from, gva_t to, int (*fn)(const struct region_info *, void *), void *arg);
/* The guest address of a slab address (reverse of mem_hva), or 0 when it belongs to no chunk. */
uint64_t space_gva_of_hva(struct space *sp, const void *hva);

struct space_limits *space_limits(struct space *sp);
void space_stack_limit_set(struct space *sp); /* after it was changed in there */

struct space_info {
    gva_t brk_start, brk, mmap_base, stack_top;
    uint64_t total_vm, data_vm, stack_vm, exec_vm, locked_vm; /* bytes */
    uint64_t regions, faults, chunks, peak_vm;
};
void space_info(struct space *sp, struct space_info *out);

/* SysV shared memory: shmat(2), shmdt(2). */
int64_t space_shmat(struct space *sp, int id, gva_t at, int flags);
int space_shmdt(struct space *sp, gva_t va);

/* The guest address of a guest-physical one (a CPU_BUS event), or 0. */
uint64_t space_gva_of_gpa(struct space *sp, gpa_t pa);

/* A CPU_BUS event: hide what could be the cause from the guest, so that its next access faults with an address and its kind. */
void space_hide_objects(struct space *sp);

/* For access.c: give the chunk of `va` its host image. False when nothing is mapped there. */
bool space_bring_in(struct space *sp, uint64_t va);

/* Process `pid`, which shared this memory, is dead, perhaps in the middle of a call here: let go what it holds and let everything follow the
 * tree again. */
void space_repair(struct space *sp, int pid);

/* fork: take every lock of the space before, let go after in both; in the child the machine is made again. */
void space_fork_prepare(struct space *sp);
void space_fork_parent(struct space *sp);
bool space_drops(const struct space *sp);                 /* can a fork have anything to drop? */
int space_fork_child(struct space *sp, struct vcpu *own); /* machine_renew(), MADV_DONTFORK ranges dropped */

#endif
