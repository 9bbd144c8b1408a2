#include "mem/slab.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "base/raw.h"
#include "mem/space.h"

#define INITIAL_CHUNKS 16u                      /* registered at creation: what a small program needs */
#define BLOCK_CHUNKS (1u << (30 - CHUNK_SHIFT)) /* 1 GiB */
#define HOLE_FIRST ((uint32_t) (MACHINE_HOLE_START >> CHUNK_SHIFT))
#define HOLE_END ((uint32_t) (MACHINE_HOLE_END >> CHUNK_SHIFT))
#define SPARE (512ull << 20) /* the tables of a space are 256 MiB, and there are stacks and copies besides */
#define LOWEST (64ull << 10) /* vm.mmap_min_addr's default */

/* The guest's own soft limits are its space's to keep. */
static void lift_limits(void)
{
    static const int resource[] = {RLIMIT_AS, RLIMIT_DATA};
    struct rlimit64 lim;
    for (unsigned i = 0; i < ARRAY_SIZE(resource); i++) {
        if (host(SYS_prlimit64, 0, resource[i], NULL, &lim) || lim.rlim_cur >= lim.rlim_max)
            continue;
        lim.rlim_cur = lim.rlim_max;
        host(SYS_prlimit64, 0, resource[i], &lim, NULL);
    }
}

/* Address space only. Under a hard RLIMIT_AS less than the wish is there: halve until it fits, with `spare` bytes left over. */
static void *reserve(uint64_t near, uint64_t *bytes, uint64_t spare)
{
    for (; *bytes >= 64 * CHUNK_SIZE; *bytes /= 2) {
        uint64_t size = *bytes + CHUNK_SIZE;
        uint8_t *p = mmap((void *) near, size + spare, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (p == MAP_FAILED)
            continue;
        if (spare)
            munmap(p + size, spare);
        return p;
    }
    return NULL;
}

int slab_init(struct slab *s, uint64_t near, uint64_t bytes)
{
    lift_limits();
    uint64_t wish = bytes = MIN(bytes, SLAB_MAX);
    void *p = reserve(near, &bytes, SPARE);
    if (!p) {
        bytes = wish;
        p = reserve(near, &bytes, 0); /* it may do for a small program */
    }
    if (!p)
        return -ENOMEM;
    s->base = (uint8_t *) (((uintptr_t) p + CHUNK_SIZE - 1) & ~(CHUNK_SIZE - 1));
    const size_t before = (size_t) (s->base - (uint8_t *) p);
    if (before)
        munmap(p, before);
    munmap(s->base + bytes, CHUNK_SIZE - before);
    s->limit = (uint32_t) (bytes >> CHUNK_SHIFT);
    s->next = 1;
    s->backed = INITIAL_CHUNKS;
    uint64_t blocks = s->limit / BLOCK_CHUNKS + 1;
    s->far = calloc((blocks + 63) / 64, sizeof *s->far);
    return s->far ? 0 : -ENOMEM;
}

void slab_limit(struct slab *s, uint64_t chunks)
{
    if (chunks >= s->limit)
        return;
    munmap(s->base + (chunks << CHUNK_SHIFT), (s->limit - chunks) << CHUNK_SHIFT);
    s->limit = (uint32_t) chunks;
}

void slab_init_in_place(struct slab *s)
{
    lift_limits();
    s->base = (uint8_t *) -CHUNK_SIZE;
    s->limit = s->next = s->backed = (1u << (47 - CHUNK_SHIFT)) + 1;
}

uint32_t slab_claim(const struct slab *s, const struct machine *m, uint64_t c, uint64_t n)
{
    uint64_t start = MAX(c << CHUNK_SHIFT, LOWEST), end = MIN((c + n) << CHUNK_SHIFT, SPACE_TOP);
    if (c + n >= s->limit || machine_excluded(m, start, end))
        return 0;
    long p =
        host(SYS_mmap, start, end - start, PROT_NONE, MAP_FIXED | MAP_ANONYMOUS | MAP_PRIVATE | MAP_NORESERVE, -1, 0);
    return p == (long) start ? (uint32_t) (c + 1) : 0;
}

uint32_t slab_take(struct slab *s, uint32_t n)
{
    uint32_t first = s->next;
    if (first < HOLE_END && first + n > HOLE_FIRST)
        first = HOLE_END;
    if (n > s->limit || first > s->limit - n)
        return 0;
    s->next = first + n;
    return first;
}

static int back(struct slab *s, struct machine *m, uint32_t first, uint32_t end)
{
    return machine_back(m, gpa((uint64_t) first << CHUNK_SHIFT), slab_hva(s, first),
                        (uint64_t) (end - first) << CHUNK_SHIFT, false);
}

/* Slots double up to 1 GiB, without gaps; above that each 1 GiB block is registered when it is first used, since a big slot costs
 * time by its size. */
int slab_back(struct slab *s, struct machine *m, uint32_t first, uint32_t n)
{
    while (s->backed < BLOCK_CHUNKS && first + n > s->backed) {
        int r = back(s, m, s->backed, s->backed * 2);
        if (r)
            return r;
        s->backed *= 2;
    }
    for (uint32_t b = MAX(first, BLOCK_CHUNKS) / BLOCK_CHUNKS; b * BLOCK_CHUNKS < first + n; b++) {
        if (s->far[b / 64] >> b % 64 & 1)
            continue;
        uint32_t end = MIN((b + 1) * BLOCK_CHUNKS, s->limit);
        if (b == HOLE_FIRST / BLOCK_CHUNKS)
            end = MIN(end, HOLE_FIRST);
        int r = back(s, m, b * BLOCK_CHUNKS, end);
        if (r)
            return r;
        s->far[b / 64] |= 1ull << b % 64;
    }
    return 0;
}
