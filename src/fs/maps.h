/* maps, smaps and their relatives of a guest process: its regions, with what the host's own file says of the memory
 * behind them. Pure text work over a space_view; the synthetic files in proctext.c call it. */
#ifndef FS_MAPS_H
#define FS_MAPS_H

#include "fs/vma.h"

/* Regions and the host's mappings under them. */
struct layout {
    struct space_view view;
    struct vma_list vmas;
    struct vma_piece *file, *all; /* pieces with a file, joined; and all, unjoined */
    unsigned nfile, nall;
    int pagemap; /* of that process, for smaps: the layout closes it; or -1 */
};

/* From a view and the host's maps or smaps of the same process; takes over both, whatever it returns: 0 or -ENOMEM. */
int layout_make(struct layout *l, struct space_view *view, struct text *host);
void layout_free(struct layout *l);

void layout_maps(const struct layout *l, struct text *out);
void layout_numa_maps(const struct layout *l, struct text *out);
void layout_smaps(const struct layout *l, struct text *out); /* the host's text was smaps */
/* `host`: the host's smaps_rollup, parsed, for the names and order of the lines. */
void layout_rollup(const struct layout *l, const struct vma_list *host, struct text *out);

/* Memory of the guest that is there, in bytes, from smaps. */
struct rss {
    double total, anon, shmem, pss, pss_anon, pss_shmem, swap;
};
void layout_rss(const struct layout *l, struct rss *out);

#endif
