/* The echo: shared memory that the guest may write is mapped in the host process a second time, at the guest's own address. When a thread
 * dies by a signal that nobody can catch, or by an exec, only the host's kernel still gets to mark the locks it held (kernel/futex/core.c,
 * exit_robust_list()), and it follows the guest's list by the guest's addresses: so they lead there. Nobody else uses them. Where something of the
 * supervisor's lies already, and for what cannot be mapped twice, there is no echo. */
#include <linux/mman.h>
#include <sys/mman.h>

#include "base/raw.h"
#include "mem/region.h"

/* A program with more mappings than this needs what the host allows of them itself. */
#define REGIONS_MAX 4096

/* A chunk with CH_ECHO is reserved on the host at the guest's address for good, without rights where no echo is. */
static bool has_echo(struct space *sp, uint64_t va)
{
    return __atomic_load_n(chunk_entry(sp, va >> CHUNK_SHIFT), __ATOMIC_RELAXED) & CH_ECHO;
}

/* The next stretch of [*at, end) with an echo, or without. */
static bool next_stretch(struct space *sp, uint64_t *at, uint64_t end, bool echo, uint64_t *start)
{
    if (echo)
        *at = chunk_find(sp, *at, end, CH_ECHO);
    while (*at < end && has_echo(sp, *at) != echo)
        *at = (*at | (CHUNK_SIZE - 1)) + 1;
    *start = *at;
    while (*at < end && has_echo(sp, *at) == echo)
        *at = (*at | (CHUNK_SIZE - 1)) + 1;
    *at = MIN(*at, end);
    return *start < end;
}

static long reserve(uint64_t start, uint64_t end, int how)
{
    return host(SYS_mmap, start, end - start, PROT_NONE, how | MAP_ANONYMOUS | MAP_PRIVATE | MAP_NORESERVE, -1, 0);
}

static void claim(struct space *sp, uint64_t start, uint64_t end)
{
    /* Never the first chunk: what a privileged program maps lowest is where bad addresses lead (mem_hva). */
    uint64_t at = MAX(start & ~(CHUNK_SIZE - 1), CHUNK_SIZE), from;
    end = (end + CHUNK_SIZE - 1) & ~(CHUNK_SIZE - 1);
    while (next_stretch(sp, &at, end, false, &from)) {
        long p = reserve(from, at, MAP_FIXED_NOREPLACE);
        if (p != (long) from) {
            if (!is_error(p)) /* a kernel before 4.17 */
                host(SYS_munmap, p, at - from);
            continue;
        }
        for (uint64_t c = from >> CHUNK_SHIFT; c < at >> CHUNK_SHIFT; c++) {
            chunk_use(sp, c);
            __atomic_fetch_or(chunk_entry(sp, c), CH_ECHO, __ATOMIC_RELAXED);
        }
    }
}

/* Nobody knows what is there now. */
static void disown(struct space *sp, uint64_t start, uint64_t end)
{
    for (uint64_t c = start >> CHUNK_SHIFT; c <= (end - 1) >> CHUNK_SHIFT; c++)
        __atomic_fetch_and(chunk_entry(sp, c), ~CH_ECHO, __ATOMIC_RELAXED);
}

void echo_close(struct space *sp, uint64_t start, uint64_t end)
{
    uint64_t from;
    while (next_stretch(sp, &start, end, true, &from))
        reserve(from, start, MAP_FIXED);
}

void echo_open(struct space *sp, const struct region *r, uint64_t start, uint64_t end)
{
    /* Of a segment the kernel counts the mappings, and shows the number. */
    if (sp->in_place || !(r->flags & RG_SHARED) || (r->flags & RG_SYSV) || r->name != REGION_PLAIN)
        return;
    if (!(r->prot & PROT_WRITE) || sp->regions > REGIONS_MAX) {
        echo_close(sp, start, end);
        return;
    }
    claim(sp, start, end);
    uint64_t from;
    while (next_stretch(sp, &start, end, true, &from)) {
        struct run run;
        for (uint64_t at = from; run_next(sp, &at, start, &run);) {
            uint64_t size = run.end - run.start;
            if (r->flags & RG_LOCKED) /* of what is locked, the second mapping would bring all pages in */
                host(SYS_munlock, run.hva, size);
            /* Made elsewhere first: what cannot be mapped twice must not leave a hole here. */
            long p = host(SYS_mremap, run.hva, 0, size, MREMAP_MAYMOVE);
            if (!is_error(p) && is_error(host(SYS_mremap, p, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, run.start))) {
                host(SYS_munmap, p, size);
                disown(sp, run.start, run.end);
            }
            if (r->flags & RG_LOCKED)
                host(SYS_mlock2, run.hva, size, MLOCK_ONFAULT);
        }
    }
}

int echo_keep_from_fork(struct space *sp, bool keep)
{
    int r = 0;
    for (uint32_t i = 1; i < sp->slab.next && r == 0; i++) {
        uint64_t va = ((uint64_t) sp->owner[i] - 1) << CHUNK_SHIFT;
        if (sp->owner[i] && has_echo(sp, va))
            r = (int) host(SYS_madvise, va, CHUNK_SIZE, keep ? MADV_DONTFORK : MADV_DOFORK);
    }
    return r;
}
