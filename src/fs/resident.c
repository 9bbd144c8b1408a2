#include "fs/resident.h"

#include <fcntl.h>
#include <linux/ioctl.h>
#include <string.h>

#include "base/raw.h"
#include "fs/vma.h"

/* PAGEMAP_SCAN, Linux 6.7: newer than the headers of many systems. See Documentation/admin-guide/mm/pagemap.rst. */
struct page_region {
    uint64_t start, end, categories;
};

struct pm_scan_arg {
    uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
    uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};

#define SCAN _IOWR('f', 16, struct pm_scan_arg)
enum { SCAN_FILE = 4, SCAN_PRESENT = 8, SCAN_SWAPPED = 16, SCAN_ZERO = 32 };

struct pages {
    uint64_t anon, file, swapped;
};

/* Holes cost nothing here, whatever their size. */
static int scan(int pagemap, uint64_t start, uint64_t end, struct pages *out)
{
    struct page_region r[128];
    struct pm_scan_arg arg = {.size = sizeof arg,
                              .start = start,
                              .end = end,
                              .vec = (uint64_t) r,
                              .vec_len = ARRAY_SIZE(r),
                              .category_mask = SCAN_ZERO,
                              .category_inverted = SCAN_ZERO, /* the zero page is in no count */
                              .category_anyof_mask = SCAN_PRESENT | SCAN_SWAPPED,
                              .return_mask = SCAN_FILE | SCAN_SWAPPED};
    while (arg.start < end) {
        long n = host(SYS_ioctl, pagemap, SCAN, &arg);
        if (n < 0)
            return (int) n;
        for (long i = 0; i < n; i++)
            *(r[i].categories & SCAN_SWAPPED ? &out->swapped
              : r[i].categories & SCAN_FILE  ? &out->file
                                             : &out->anon) += (r[i].end - r[i].start) / PAGE_SIZE;
        if (arg.walk_end <= arg.start)
            break;
        arg.start = arg.walk_end;
    }
    return 0;
}

/* Entries of /proc/PID/pagemap, one a page. */
#define PM_PRESENT (1ull << 63)
#define PM_SWAP (1ull << 62)
#define PM_FILE (1ull << 61) /* or shared memory */

static void count(int pagemap, uint64_t start, uint64_t end, struct pages *out)
{
    uint64_t entry[2048];
    while (start < end) {
        uint64_t want = MIN(sizeof entry, (end - start) / PAGE_SIZE * sizeof *entry);
        long n = host(SYS_pread64, pagemap, entry, want, start / PAGE_SIZE * sizeof *entry);
        if (n < (long) sizeof *entry)
            return;
        n /= (long) sizeof *entry;
        for (long i = 0; i < n; i++)
            if (entry[i] & PM_PRESENT)
                ++*(entry[i] & PM_FILE ? &out->file : &out->anon);
            else if (entry[i] & PM_SWAP)
                out->swapped++;
        start += (uint64_t) n * PAGE_SIZE;
    }
}

/* Mapping by mapping, outside [from, to). */
static int count_all(const struct target *g, int pagemap, uint64_t from, uint64_t to, struct pages *out)
{
    struct text t = {0};
    struct vma_list l;
    autofd maps = target_file(g, "maps", O_RDONLY);
    int r = maps < 0 ? maps : text_read(&t, maps);
    if (r == 0)
        r = vma_parse(&l, &t);
    free(t.p);
    if (r)
        return r;
    for (unsigned i = 0; i < l.n; i++) {
        const struct host_vma *h = &l.vma[i];
        if ((!h->ino && strcmp(h->perms, "---p") == 0) || h->start >= SPACE_TOP)
            continue; /* a reservation, [vsyscall] */
        count(pagemap, h->start, MIN(h->end, from), out);
        count(pagemap, MAX(h->start, to), h->end, out);
    }
    vma_free(&l);
    return 0;
}

int resident_supervisor(const struct target *g, const struct space_view *v, struct resident *out)
{
    autofd pagemap = target_file(g, "pagemap", O_RDONLY);
    if (pagemap < 0)
        return pagemap;
    /* The first chunk of the slab holds page tables. */
    uint64_t from = v->slab + v->chunk_size, to = v->slab + v->chunks * v->chunk_size;
    struct pages p = {0};
    int r;
    if (v->in_place) {
        r = scan(pagemap, v->own_start, v->own_end, &p);
        if (r)
            count(pagemap, v->own_start, v->own_end, &p);
        *out = (struct resident){p.anon, p.file};
        return 0;
    }
    r = scan(pagemap, 0, from, &p);
    if (r == 0)
        r = scan(pagemap, to, SPACE_TOP, &p);
    if (r) {
        p = (struct pages){0};
        r = count_all(g, pagemap, from, to, &p);
    }
    *out = (struct resident){p.anon, p.file};
    return r;
}

void resident_range(int pagemap, uint64_t start, uint64_t end, struct present *out)
{
    struct pages p = {0};
    if (scan(pagemap, start, end, &p)) {
        p = (struct pages){0};
        count(pagemap, start, end, &p);
    }
    *out = (struct present){p.anon + p.file, p.swapped};
}
