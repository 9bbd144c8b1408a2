#include "fs/vma.h"

#include <errno.h>
#include <string.h>

#include "base/lines.h"

#define NAME_COLUMN 73 /* where a name starts, seq_pad() in the kernel */

void vma_line(struct text *t, uint64_t start, uint64_t end, const char *perms, uint64_t offset, unsigned major,
              unsigned minor, uint64_t ino, const char *name)
{
    size_t from = t->n;
    text_printf(t, "%08lx-%08lx %s %08lx %02x:%02x %lu ", start, end, perms, offset, major, minor, ino);
    if (*name)
        text_printf(t, "%*s%s", (int) (from + NAME_COLUMN > t->n ? from + NAME_COLUMN - t->n : 0), "", name);
}

static bool parse_header(char *line, struct host_vma *v)
{
    const char *p = line;
    uint64_t major, minor;
    memset(v, 0, sizeof *v);
    if (!parse_number(&p, 16, &v->start) || *p++ != '-' || !parse_number(&p, 16, &v->end) || *p++ != ' ' ||
        strlen(p) < 5)
        return false;
    memcpy(v->perms, p, 4);
    p += 5;
    if (!parse_number(&p, 16, &v->offset) || *p++ != ' ' || !parse_number(&p, 16, &major) || *p++ != ':' ||
        !parse_number(&p, 16, &minor) || *p++ != ' ' || !parse_number(&p, 10, &v->ino))
        return false;
    v->major = (unsigned) major, v->minor = (unsigned) minor;
    v->path = line + (p - line) + strspn(p, " ");
    return true;
}

static void parse_counter(struct vma_list *l, struct host_vma *v, char *line, unsigned *index)
{
    char *colon = strchr(line, ':');
    if (!colon)
        return;
    if (strncmp(line, "VmFlags:", 8) == 0) {
        v->flags = colon + 1 + strspn(colon + 1, " ");
        return;
    }
    size_t len = (size_t) (colon - line);
    unsigned i = *index; /* the same order for every mapping: the next one, nearly always */
    for (unsigned k = 0; k < l->counters; k++, i = (i + 1) % l->counters)
        if (i < l->counters && strncmp(l->counter[i].name, line, len) == 0 && !l->counter[i].name[len])
            break;
    bool known = i < l->counters && strncmp(l->counter[i].name, line, len) == 0 && !l->counter[i].name[len];
    if (!known) {
        if (l->counters == VMA_COUNTERS || len >= sizeof l->counter[0].name)
            return;
        i = l->counters++;
        memcpy(l->counter[i].name, line, len);
        l->counter[i].name[len] = 0;
        l->counter[i].bytes = strstr(colon, " kB") != NULL;
    }
    v->counter[i] = strtoull(colon + 1, NULL, 10);
    *index = i + 1;
}

int vma_parse(struct vma_list *l, struct text *text)
{
    memset(l, 0, sizeof *l);
    l->text = *text;
    memset(text, 0, sizeof *text);
    unsigned room = 0, index = 0;
    for (char *line = l->text.p, *next; line && *line; line = next) {
        char *nl = strchr(line, '\n');
        next = nl ? nl + 1 : line + strlen(line);
        if (nl)
            *nl = 0;
        struct host_vma v;
        if (!parse_header(line, &v)) {
            if (l->n)
                parse_counter(l, &l->vma[l->n - 1], line, &index);
            continue;
        }
        index = 0;
        if (l->n == room) {
            room = MAX(room * 2, 64u);
            struct host_vma *p = realloc(l->vma, room * sizeof *p);
            if (!p) {
                vma_free(l);
                return -ENOMEM;
            }
            l->vma = p;
        }
        l->vma[l->n++] = v;
    }
    return 0;
}

void vma_free(struct vma_list *l)
{
    free(l->text.p);
    free(l->vma);
    memset(l, 0, sizeof *l);
}

int vma_counter_of(const struct vma_list *l, const char *name)
{
    for (unsigned i = 0; i < l->counters; i++)
        if (strcmp(l->counter[i].name, name) == 0)
            return (int) i;
    return -1;
}

static int by_address(const void *a, const void *b)
{
    const struct vma_piece *x = a, *y = b;
    return x->start < y->start ? -1 : x->start > y->start;
}

static bool same_file(const struct host_vma *a, const struct host_vma *b)
{
    return a->ino == b->ino && a->major == b->major && a->minor == b->minor && strcmp(a->path, b->path) == 0;
}

struct pieces {
    struct vma_piece *p;
    unsigned n, room;
};

/* The part [at, end) of host mapping `h`, which is guest memory from `va` on. 0 or -ENOMEM. */
static int add_piece(struct pieces *list, const struct host_vma *h, uint64_t at, uint64_t end, uint64_t va)
{
    if (list->n == list->room) {
        list->room = MAX(list->room * 2, 64u);
        struct vma_piece *q = realloc(list->p, list->room * sizeof *q);
        if (!q) {
            free(list->p);
            return -ENOMEM;
        }
        list->p = q;
    }
    list->p[list->n++] = (struct vma_piece){va, va + (end - at), h->ino ? h->offset + (at - h->start) : 0, at, h};
    return 0;
}

/* Chunk by chunk of the slab. */
static int cut_to_chunks(struct pieces *list, const struct space_view *v, const struct host_vma *h)
{
    uint64_t end = MIN(h->end, v->slab + v->chunks * v->chunk_size);
    for (uint64_t at = MAX(h->start, v->slab), next; at < end; at = next) {
        next = MIN(end, at + v->chunk_size - (at - v->slab) % v->chunk_size);
        uint64_t va = space_view_gva(v, at);
        if (va != UINT64_MAX && add_piece(list, h, at, next, va))
            return -ENOMEM;
    }
    return 0;
}

/* In place: region by region. *first: none before it reaches to `h` or a later one. */
static int cut_to_regions(struct pieces *list, const struct space_view *v, const struct host_vma *h, unsigned *first)
{
    while (*first < v->regions && v->region[*first].end.v <= h->start)
        ++*first;
    for (unsigned i = *first; i < v->regions && v->region[i].start.v < h->end; i++) {
        uint64_t start = MAX(v->region[i].start.v, h->start), end = MIN(v->region[i].end.v, h->end);
        if (start < end && add_piece(list, h, start, end, start))
            return -ENOMEM;
    }
    return 0;
}

int vma_pieces(const struct vma_list *l, const struct space_view *v, bool anon, struct vma_piece **out, unsigned *n)
{
    struct pieces list = {0};
    unsigned first = 0;
    for (unsigned i = 0; i < l->n; i++) {
        const struct host_vma *h = &l->vma[i];
        if (!anon && !h->ino)
            continue;
        if (v->in_place ? cut_to_regions(&list, v, h, &first) : cut_to_chunks(&list, v, h))
            return -ENOMEM;
    }
    struct vma_piece *p = list.p;
    unsigned count = p ? list.n : 0;
    if (count)
        qsort(p, count, sizeof *p, by_address);
    unsigned kept = 0;
    for (unsigned i = 0; i < count; i++) {
        struct vma_piece *last = kept ? &p[kept - 1] : NULL;
        if (!anon && last && last->end == p[i].start && same_file(last->vma, p[i].vma) &&
            last->offset + (last->end - last->start) == p[i].offset)
            last->end = p[i].end;
        else
            p[kept++] = p[i];
    }
    *out = p;
    *n = kept;
    return 0;
}
