#include "fs/maps.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "fs/path.h"
#include "fs/resident.h"

void layout_free(struct layout *l)
{
    space_view_free(&l->view);
    vma_free(&l->vmas);
    free(l->file);
    free(l->all);
    if (l->pagemap >= 0)
        close(l->pagemap);
    memset(l, 0, sizeof *l);
    l->pagemap = -1;
}

int layout_make(struct layout *l, struct space_view *view, struct text *host)
{
    memset(l, 0, sizeof *l);
    l->pagemap = -1;
    l->view = *view;
    memset(view, 0, sizeof *view);
    int r = vma_parse(&l->vmas, host);
    if (r == 0)
        r = vma_pieces(&l->vmas, &l->view, false, &l->file, &l->nfile);
    if (r == 0)
        r = vma_pieces(&l->vmas, &l->view, true, &l->all, &l->nall);
    if (r)
        layout_free(l);
    return r;
}

/* What the kernel would have as one mapping. */
struct line {
    const struct region_info *region;
    uint64_t start, end;
    const struct vma_piece *file; /* NULL: anonymous */
};

/* Call `fn` for each line of maps in order. Lines of a region over a file end where the file's pieces do. */
static void each_line(const struct layout *l, void (*fn)(const struct layout *l, const struct line *, void *),
                      void *arg)
{
    unsigned k = 0;
    for (unsigned i = 0; i < l->view.regions; i++) {
        const struct region_info *r = &l->view.region[i];
        for (uint64_t at = r->start.v; at < r->end.v;) {
            struct line line = {r, at, r->end.v, NULL};
            if (!r->anon || r->shared) {
                while (k < l->nfile && l->file[k].end <= at)
                    k++;
                if (k < l->nfile && l->file[k].start <= at) {
                    line.file = &l->file[k];
                    line.end = MIN(line.end, l->file[k].end);
                } else if (k < l->nfile) {
                    line.end = MIN(line.end, l->file[k].start);
                }
            }
            fn(l, &line, arg);
            at = line.end;
        }
    }
}

static const char *path_of(const struct line *line, char path[PATH_MAX + 32])
{
    if (line->region->anon && line->region->shared)
        return "/dev/zero (deleted)";
    return fs_guest_path(line->file->vma->path, path, PATH_MAX + 32) < 0 ? "" : path;
}

static void put_line(struct text *out, const struct line *line)
{
    static const char *const names[] = {[REGION_PLAIN] = "",
                                        [REGION_HEAP] = "[heap]",
                                        [REGION_STACK] = "[stack]",
                                        [REGION_VDSO] = "[vdso]",
                                        [REGION_VVAR] = "[vvar]"};
    const struct region_info *r = line->region;
    char perms[5] = {r->prot & PROT_READ ? 'r' : '-', r->prot & PROT_WRITE ? 'w' : '-', r->prot & PROT_EXEC ? 'x' : '-',
                     r->shared ? 's' : 'p', 0};
    if (line->file) {
        const struct host_vma *h = line->file->vma;
        char path[PATH_MAX + 32];
        vma_line(out, line->start, line->end, perms, line->file->offset + (line->start - line->file->start), h->major,
                 h->minor, h->ino, path_of(line, path));
    } else {
        vma_line(out, line->start, line->end, perms, 0, 0, 0, 0, r->name < ARRAY_SIZE(names) ? names[r->name] : "");
    }
    text_add(out, "\n", 1);
}

static void maps_line(const struct layout *l, const struct line *line, void *arg)
{
    (void) l;
    put_line(arg, line);
}

/* The page of the old entries is no region: its address is the kernel's. Where the host shows one, the guest has it, too. */
static const struct host_vma *vsyscall_line(const struct layout *l, struct text *out)
{
    for (unsigned i = 0; i < l->vmas.n; i++) {
        const struct host_vma *h = &l->vmas.vma[i];
        if (strcmp(h->path, "[vsyscall]") != 0)
            continue;
        vma_line(out, h->start, h->end, h->perms, 0, 0, 0, 0, h->path);
        text_add(out, "\n", 1);
        return h;
    }
    return NULL;
}

void layout_maps(const struct layout *l, struct text *out)
{
    each_line(l, maps_line, out);
    vsyscall_line(l, out);
}

static void numa_line(const struct layout *l, const struct line *line, void *arg)
{
    (void) l;
    char path[PATH_MAX + 32];
    text_printf(arg, "%08lx default", line->start);
    if (line->file) {
        text_printf(arg, " file=");
        for (const char *c = path_of(line, path); *c; c++) /* seq_path() in the kernel */
            text_printf(arg, strchr("\n\t= ", *c) ? "\\%03o" : "%c", (unsigned char) *c);
    } else if (line->region->name == REGION_HEAP || line->region->name == REGION_STACK) {
        text_printf(arg, line->region->name == REGION_HEAP ? " heap" : " stack");
    }
    text_add(arg, "\n", 1);
}

void layout_numa_maps(const struct layout *l, struct text *out)
{
    each_line(l, numa_line, out);
}

/* Counters in bytes. */
struct sums {
    double v[VMA_COUNTERS];
    const char *flags; /* of the first mapping */
    bool thp;
};

/* Add the part of a host mapping that lies below pieces [from, to), cut at start and end: a mapping that reaches beyond is shared out by the
 * pages that are there, or where those cannot be asked for by size. */
static void add_part(const struct layout *l, unsigned from, unsigned to, uint64_t start, uint64_t end, struct sums *s)
{
    const struct host_vma *vma = l->all[from].vma;
    struct present all = {0};
    uint64_t bytes = 0;
    for (unsigned i = from; i < to; i++)
        bytes += MIN(l->all[i].end, end) - MAX(l->all[i].start, start);
    double by_size = (double) bytes / (double) (vma->end - vma->start), here = by_size, swapped = by_size;
    int rss = vma_counter_of(&l->vmas, "Rss"), swap = vma_counter_of(&l->vmas, "Swap");
    if (bytes != vma->end - vma->start && l->pagemap >= 0 && rss >= 0 && swap >= 0) {
        for (unsigned i = from; i < to; i++) {
            struct present p;
            uint64_t at = MAX(l->all[i].start, start), n = MIN(l->all[i].end, end) - at, hva = l->all[i].hva;
            resident_range(l->pagemap, hva + (at - l->all[i].start), hva + (at - l->all[i].start) + n, &p);
            all.here += p.here, all.swapped += p.swapped;
        }
        uint64_t rss_pages = vma->counter[rss] / 4, swap_pages = vma->counter[swap] / 4;
        here = rss_pages ? MIN(1.0, (double) all.here / (double) rss_pages) : 0;
        swapped = swap_pages ? MIN(1.0, (double) all.swapped / (double) swap_pages) : 0;
    }
    for (unsigned i = 0; i < l->vmas.counters; i++) {
        bool of_swap = strncmp(l->vmas.counter[i].name, "Swap", 4) == 0;
        s->v[i] += (double) vma->counter[i] * 1024 * (of_swap ? swapped : here);
    }
}

static void sum_up(const struct layout *l, uint64_t start, uint64_t end, struct sums *s)
{
    unsigned low = 0, high = l->nall;
    memset(s, 0, sizeof *s);
    while (low < high) { /* the first piece that ends above start */
        unsigned mid = low + (high - low) / 2;
        if (l->all[mid].end <= start)
            low = mid + 1;
        else
            high = mid;
    }
    int thp = vma_counter_of(&l->vmas, "THPeligible");
    for (unsigned next; low < l->nall && l->all[low].start < end; low = next) {
        const struct vma_piece *p = &l->all[low];
        for (next = low + 1; next < l->nall && l->all[next].start < end && l->all[next].vma == p->vma; next++)
            ;
        add_part(l, low, next, start, end, s);
        s->thp |= thp >= 0 && p->vma->counter[thp];
        if (!s->flags)
            s->flags = p->vma->flags;
    }
}

static uint64_t kb(double bytes)
{
    return (uint64_t) (bytes / 1024 + 0.5);
}

static void put_counter(struct text *out, const struct vma_counter *c, uint64_t v)
{
    char label[32];
    snprintf(label, sizeof label, "%s:", c->name);
    text_printf(out, c->bytes ? "%-16s%8lu kB\n" : "%-16s%8lu\n", label, v);
}

/* By the flag bits, as in the kernel's show_smap_vma_flags(). */
static const char flag_order[] =
    "rd wr ex sh mr mw me ms gd um pf uw lo io sr rr dc de lf ac nr ht sf ar wf dd sd mm hg nh mg ";

/* 0: none of these. */
static uint64_t flag_bit(const char *flag)
{
    for (const char *p = flag_order; *p; p += 3)
        if (strncmp(p, flag, 2) == 0)
            return 1ull << (p - flag_order) / 3;
    return 0;
}

static const char *next_flag(const char *flags)
{
    flags += strcspn(flags, " ");
    return flags + strspn(flags, " ");
}

/* Most tell what the guest asked for. The memory below has its own: how the slab is reserved, huge pages that were not asked for; and none where it was
 * not touched (`host` is NULL then). */
static void put_flags(struct text *out, const struct line *line, const char *host)
{
    const struct region_info *r = line->region;
    const unsigned asked = r->flags;
    uint64_t has = 0;
    for (const char *p = host ? host : ""; *p; p = next_flag(p))
        has |= flag_bit(p);
    bool file = line->file && line->file->vma->ino;
    /* To a shared file that was not opened for writing a mapping is no shared one. */
    bool writable = !(file && r->shared && host) || (has & flag_bit("sh"));
    bool noreserve =
        (asked & RG_NORESERVE) && (!host || (has & flag_bit("nr"))); /* not where nothing is overcommitted */
    bool counted = file ? has & flag_bit("ac") : !r->shared && !noreserve && (r->prot & PROT_WRITE);
    const struct {
        const char *name;
        bool on;
    } ours[] = {
        {"rd", r->prot & PROT_READ},
        {"wr", r->prot & PROT_WRITE},
        {"ex", r->prot & PROT_EXEC},
        {"sh", r->shared && writable},
        {"mr", true},
        {"mw", writable},
        {"me", true},
        {"ms", r->shared},
        {"gd", asked & RG_GROWSDOWN},
        {"lo", asked & RG_LOCKED},
        {"sr", asked & RG_SEQUENTIAL},
        {"rr", asked & RG_RANDOM},
        {"dc", asked & RG_DONTFORK},
        {"lf", asked & RG_ONFAULT},
        {"ac", counted},
        {"nr", noreserve},
        {"wf", asked & RG_WIPE},
        {"dd", asked & RG_DONTDUMP},
        {"hg", asked & RG_HUGE},
        {"nh", asked & (RG_NOHUGE | RG_STACK)},
    };
    for (unsigned i = 0; i < ARRAY_SIZE(ours); i++)
        has = (has & ~flag_bit(ours[i].name)) | (ours[i].on ? flag_bit(ours[i].name) : 0);
    text_printf(out, "VmFlags: ");
    for (const char *p = flag_order; *p; p += 3)
        if (has & flag_bit(p))
            text_printf(out, "%.3s", p);
    for (const char *p = host ? host : ""; *p; p = next_flag(p))
        if (!flag_bit(p)) /* newer ones */
            text_printf(out, "%.2s ", p);
    text_add(out, "\n", 1);
}

static void smaps_line(const struct layout *l, const struct line *line, void *arg)
{
    struct text *out = arg;
    struct sums s;
    put_line(out, line);
    sum_up(l, line->start, line->end, &s);
    for (unsigned i = 0; i < l->vmas.counters; i++) {
        const struct vma_counter *c = &l->vmas.counter[i];
        uint64_t v = kb(s.v[i]);
        if (strcmp(c->name, "Size") == 0)
            v = (line->end - line->start) >> 10;
        else if (strstr(c->name, "PageSize"))
            v = PAGE_SIZE >> 10;
        else if (!c->bytes)
            v = strcmp(c->name, "THPeligible") == 0 ? s.thp : 0;
        put_counter(out, c, v);
    }
    put_flags(out, line, s.flags);
}

void layout_smaps(const struct layout *l, struct text *out)
{
    each_line(l, smaps_line, out);
    const struct host_vma *h = vsyscall_line(l, out);
    for (unsigned i = 0; h && i < l->vmas.counters; i++)
        put_counter(out, &l->vmas.counter[i], h->counter[i]);
    if (h && h->flags)
        text_printf(out, "VmFlags: %s\n", h->flags);
}

static double counter(const struct vma_list *l, const double *v, const char *name)
{
    int i = vma_counter_of(l, name);
    return i < 0 ? 0 : v[i];
}

static bool is_shmem(const char *path)
{
    static const char *const starts[] = {"/dev/zero (deleted)", "/memfd:", "/SYSV", "/dev/shm/"};
    for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
        if (strncmp(path, starts[i], strlen(starts[i])) == 0)
            return true;
    return false;
}

void layout_rss(const struct layout *l, struct rss *out)
{
    memset(out, 0, sizeof *out);
    for (unsigned i = 0, next; i < l->nall; i = next) {
        struct sums s = {0};
        const struct vma_piece *p = &l->all[i];
        for (next = i + 1; next < l->nall && l->all[next].vma == p->vma; next++)
            ;
        add_part(l, i, next, 0, UINT64_MAX, &s);
        double rss = counter(&l->vmas, s.v, "Rss"), anon = counter(&l->vmas, s.v, "Anonymous");
        double pss = counter(&l->vmas, s.v, "Pss");
        out->total += rss;
        out->pss += pss;
        out->swap += counter(&l->vmas, s.v, "Swap");
        if (is_shmem(p->vma->path)) {
            out->shmem += rss;
            out->pss_shmem += pss;
        } else {
            out->anon += MIN(anon, rss);
            out->pss_anon += MIN(anon, pss);
        }
    }
}

void layout_rollup(const struct layout *l, const struct vma_list *host, struct text *out)
{
    struct sums s;
    struct rss rss;
    sum_up(l, 0, UINT64_MAX, &s);
    layout_rss(l, &rss);
    if (l->view.regions)
        vma_line(out, l->view.region[0].start.v, l->view.region[l->view.regions - 1].end.v, "---p", 0, 0, 0, 0,
                 "[rollup]");
    text_add(out, "\n", 1);
    for (unsigned i = 0; i < host->counters; i++) {
        const char *name = host->counter[i].name;
        double v = strcmp(name, "Pss_Anon") == 0    ? rss.pss_anon
                   : strcmp(name, "Pss_Shmem") == 0 ? rss.pss_shmem
                   : strcmp(name, "Pss_File") == 0  ? rss.pss - rss.pss_anon - rss.pss_shmem
                                                    : counter(&l->vmas, s.v, name);
        put_counter(out, &host->counter[i], kb(v));
    }
}
