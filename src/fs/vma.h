/* The guest's regions with what the host knows of the memory behind them: file, offset, and how much of it is there.
 * Joins a space_view with the text of the host's /proc/PID/maps or smaps. */
#ifndef FS_VMA_H
#define FS_VMA_H

#include "base/base.h"
#include "fs/text.h"
#include "mem/peek.h"

#define VMA_COUNTERS 32

/* One "Name: N kB" line of smaps. */
struct vma_counter {
    char name[24];
    bool bytes; /* "kB" follows */
};

/* One mapping of the host. */
struct host_vma {
    uint64_t start, end, offset, ino;
    unsigned major, minor;
    char perms[5];
    const char *path;               /* in the text that was parsed, "" without one; cut at its newline */
    const char *flags;              /* VmFlags, or NULL */
    uint64_t counter[VMA_COUNTERS]; /* kB, or the number as it stands */
};

struct vma_list {
    struct text text;
    struct host_vma *vma;
    unsigned n;
    struct vma_counter counter[VMA_COUNTERS];
    unsigned counters;
};

/* Parse the text of maps or smaps, which `l` takes over. 0 or -ENOMEM. Lines it does not know are skipped. */
int vma_parse(struct vma_list *l, struct text *text);
void vma_free(struct vma_list *l);
/* The counter of that name in smaps ("Rss"), or -1. */
int vma_counter_of(const struct vma_list *l, const char *name);

/* A stretch of guest memory over one mapping of the host. */
struct vma_piece {
    uint64_t start, end; /* guest addresses */
    uint64_t offset;     /* in the file, of start */
    uint64_t hva;        /* where the host has start */
    const struct host_vma *vma;
};

/* The pieces in order of guest address; neighbours of one file that continue each other are one. With `anon`, those
 * without a file as well; those are not joined. *out is malloc'd. */
int vma_pieces(const struct vma_list *l, const struct space_view *v, bool anon, struct vma_piece **out, unsigned *n);

/* A line of maps as the kernel writes it, without the newline: fs/proc/task_mmu.c, show_map_vma(). `name` may be "". */
void vma_line(struct text *t, uint64_t start, uint64_t end, const char *perms, uint64_t offset, unsigned major,
              unsigned minor, uint64_t ino, const char *name);

#endif
