/* Guest page tables, 4 levels, written by the host. A table page is never freed or moved to another place in the
 * tree: a host write that takes something away is invisible to shadow paging until the backing changes, and a table
 * page that served two places could show one place's entries in the other (docs/internals/memory.md). */
#include "cpu/kvm/kvm.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define LEAF_2M (2ull << 20)

uint64_t paging_new_page(struct machine *m)
{
    uint64_t pa = 0;
    lock_take(&m->tables);
    if (m->table_next) {
        pa = m->table_next;
        m->table_next = (pa + PAGE_SIZE) & (LEAF_2M - 1) ? pa + PAGE_SIZE : 0;
        m->table_pages++;
    }
    lock_drop(&m->tables);
    return pa; /* fresh slab memory is zero */
}

int paging_init(struct machine *m)
{
    m->cr3 = paging_new_page(m);
    return m->cr3 ? 0 : -ENOMEM;
}

void kvm_feed(struct machine *m, gpa_t pa)
{
    lock_take(&m->tables);
    m->table_next = pa.v;
    lock_drop(&m->tables);
}

/* A vCPU walks the tables while they are written, hence single 64-bit stores. */
static void set_entry(uint64_t *e, uint64_t value)
{
    __atomic_store_n(e, value, __ATOMIC_RELEASE);
}

static uint64_t *entry_in(struct machine *m, uint64_t table, uint64_t va, int level)
{
    return (uint64_t *) (m->ram + table) + (va >> (12 + 9 * level) & 511);
}

/* The entry for `va` at `level` (0: 4 KiB, 1: 2 MiB). NULL: no table there and !make, or no memory (make). */
static uint64_t *walk(struct machine *m, uint64_t va, int level, bool make)
{
    uint64_t table = m->cr3;
    for (int l = 3; l > level; l--) {
        uint64_t *e = entry_in(m, table, va, l);
        if (!(*e & PTE_P)) {
            uint64_t pa = make ? paging_new_page(m) : 0;
            if (!pa)
                return NULL;
            set_entry(e, pa | PTE_P | PTE_W | PTE_U | PTE_A);
        }
        table = *e & PTE_ADDR;
    }
    return entry_in(m, table, va, level);
}

static uint64_t leaf_bits(int prot)
{
    uint64_t bits = PTE_P | PTE_U | PTE_A | PTE_D;
    if (prot & PROT_WRITE)
        bits |= PTE_W;
    if (!(prot & PROT_EXEC))
        bits |= PTE_NX;
    return bits;
}

/* Turn the 2 MiB leaf *pde into a table of the same 512 pages. */
static uint64_t *split(struct machine *m, uint64_t *pde)
{
    uint64_t pa = paging_new_page(m);
    if (!pa)
        return NULL;
    uint64_t *pt = (uint64_t *) (m->ram + pa), leaf = *pde;
    for (unsigned i = 0; i < 512; i++)
        pt[i] = (leaf & ~(uint64_t) PTE_PS) + i * PAGE_SIZE;
    set_entry(pde, pa | PTE_P | PTE_W | PTE_U | PTE_A);
    return pt;
}

int kvm_map(struct machine *m, gva_t va, gpa_t pa, uint64_t size, int prot)
{
    uint64_t a = va.v, p = pa.v, end = va.v + size, bits = leaf_bits(prot);
    while (a < end) {
        uint64_t *pde = walk(m, a, 1, true);
        if (!pde)
            return -ENOMEM;
        uint64_t stop = MIN(end, (a | (LEAF_2M - 1)) + 1);
        bool table = (*pde & PTE_P) && !(*pde & PTE_PS);
        if (stop - a == LEAF_2M && !table && (p & (LEAF_2M - 1)) == 0) {
            set_entry(pde, p | bits | PTE_PS);
            a += LEAF_2M, p += LEAF_2M;
            continue;
        }
        uint64_t *pt;
        if (*pde & PTE_PS) {
            pt = split(m, pde);
        } else {
            uint64_t *first = walk(m, a & ~(LEAF_2M - 1), 0, true);
            pt = first;
        }
        if (!pt)
            return -ENOMEM;
        for (; a < stop; a += PAGE_SIZE, p += PAGE_SIZE)
            set_entry(&pt[a >> 12 & 511], p | bits);
    }
    return 0;
}

int kvm_unmap(struct machine *m, gva_t va, uint64_t size)
{
    uint64_t a = va.v, end = va.v + size;
    while (a < end) {
        uint64_t stop = MIN(end, (a | (LEAF_2M - 1)) + 1);
        uint64_t *pde = walk(m, a, 1, false);
        if (!pde || !(*pde & PTE_P)) {
            a = stop;
            continue;
        }
        if (*pde & PTE_PS) {
            if (stop - a == LEAF_2M) {
                set_entry(pde, 0);
                a = stop;
                continue;
            }
            if (!split(m, pde))
                return -ENOMEM;
        }
        uint64_t *pt = (uint64_t *) (m->ram + (*pde & PTE_ADDR));
        for (; a < stop; a += PAGE_SIZE)
            set_entry(&pt[a >> 12 & 511], 0);
    }
    return 0;
}

uint64_t paging_system_page(struct machine *m, uint64_t va)
{
    const uint64_t *e = walk(m, va, 0, false);
    return e && (*e & PTE_P) ? *e & PTE_ADDR : 0;
}

int paging_map_system(struct machine *m, uint64_t va, uint64_t pa, uint64_t bits)
{
    uint64_t *e = walk(m, va, 0, true);
    if (!e)
        return -ENOMEM;
    set_entry(e, pa | bits | PTE_P | PTE_A | PTE_D);
    return 0;
}
