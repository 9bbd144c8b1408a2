#include "base/place.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/raw.h"

#define MANY (32ull << 20)

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef DT_RELR
#define DT_RELRSZ 35
#define DT_RELR 36
#endif

static const uint64_t zones[] = {0x7e9000000000 /* as in the Makefile */, 0x7d9000000000, 0x719000000000,
                                 0x659000000000};

extern const uint8_t _end[];

uint64_t place_nth(unsigned n)
{
    if (!place_in_zone())
        return n ? 0 : place_start();
    return n < ARRAY_SIZE(zones) ? zones[n] : 0;
}

void *place_near(uint64_t size, int flags)
{
    static uint64_t few, many = MANY; /* behind the image: for what fills its 2 MiB, and for what does not */
    const uint64_t used = __atomic_fetch_add(size < MANY ? &few : &many, size, __ATOMIC_RELAXED);
    long p = host(SYS_mmap, page_up((uint64_t) _end) + used, size, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    return p < 0 && p > -4096 ? NULL : (void *) p;
}

/* Not dumped, which keeps it apart: it would become one mapping with memory beside it that was written and lost its rights, and a dump goes through every
 * page of such a one. */
int place_reserve(uint64_t start, uint64_t size, int fixed)
{
    const long p = host(SYS_mmap, start, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | fixed, -1, 0);
    if (p != (long) start)
        return p < 0 && p > -4096 ? (int) p : -EEXIST;
    return (int) host(SYS_madvise, start, size, MADV_DONTDUMP);
}

/* ---- the move: start.S ---- */

uint64_t place_move(uint64_t *sp);
void place_arrive(uint64_t shift);

/* DT_RELR: an address, then bitmaps of the 63 words that follow each. */
static void relocate(const Elf64_Dyn *d, uint64_t shift)
{
    const uint64_t *relr = NULL;
    uint64_t size = 0;
    for (; d->d_tag != DT_NULL; d++) {
        if (d->d_tag == DT_RELR)
            relr = (const uint64_t *) d->d_un.d_ptr;
        if (d->d_tag == DT_RELRSZ)
            size = d->d_un.d_val;
    }
    uint64_t *at = (uint64_t *) shift; /* until the first entry, an address */
    for (const uint64_t *e = relr; e < relr + size / sizeof *e; e++) {
        if (!(*e & 1)) {
            at = (uint64_t *) (*e + shift);
            *at++ += shift;
            continue;
        }
        for (unsigned i = 0; i < 63; i++)
            if (*e >> (i + 1) & 1)
                at[i] += shift;
        at += 63;
    }
}

/* Make a copy in the zone that this image was told, if any. Returns by how much farther up that is; 0: it stays. */
uint64_t place_move(uint64_t *sp)
{
    char **envp = (char **) sp + 1 + *sp + 1, **e = envp;
    if (!*envp || strncmp(*envp, PLACE_VARIABLE "=", sizeof PLACE_VARIABLE) != 0)
        return 0;
    const unsigned digit = (unsigned) (*envp)[sizeof PLACE_VARIABLE] - '0';
    if (digit >= ARRAY_SIZE(zones))
        return 0;
    const uint64_t start = place_start(), size = page_up((uint64_t) _end) - start;
    const uint64_t to = zones[digit], shift = to - start;
    if (host(SYS_mmap, to, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) !=
        (long) to)
        return 0; /* already there, or out of memory */
    const Elf64_Ehdr *eh = (const Elf64_Ehdr *) start;
    const Elf64_Phdr *ph = (const Elf64_Phdr *) (start + eh->e_phoff), *end = ph + eh->e_phnum, *p;
    for (p = ph; p < end; p++)
        if (p->p_type == PT_LOAD)
            memcpy((void *) (p->p_vaddr + shift), (const void *) p->p_vaddr, p->p_filesz);
    for (p = ph; p < end; p++)
        if (p->p_type == PT_DYNAMIC)
            relocate((const Elf64_Dyn *) p->p_vaddr, shift);
    for (p = ph; p < end; p++) {
        const int prot = (p->p_flags & PF_R ? PROT_READ : 0) | (p->p_flags & PF_W ? PROT_WRITE : 0) |
                         (p->p_flags & PF_X ? PROT_EXEC : 0);
        const uint64_t first = page_down(p->p_vaddr), last = page_up(p->p_vaddr + p->p_memsz);
        if (p->p_type == PT_LOAD && host(SYS_mprotect, first + shift, last - first, prot)) {
            host(SYS_munmap, to, size);
            return 0;
        }
    }
    while (*e)
        e++;
    for (Elf64_auxv_t *av = (Elf64_auxv_t *) (e + 1); av->a_type != AT_NULL; av++)
        if (av->a_type == AT_PHDR || av->a_type == AT_ENTRY)
            av->a_un.a_val += shift;
    return shift;
}

/* In the copy, before the C library hears of it. */
void place_arrive(uint64_t shift)
{
    host(SYS_munmap, place_start() - shift, page_up((uint64_t) _end) - place_start());
}
