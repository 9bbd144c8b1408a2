/* The memory file: where guest memory lives when fork clones it (--fork=clone). A file without a name on a filesystem with reflinks, as large
 * as the slab and sparse. Used by launch, by task/ around a fork, and inside mem/. */
#ifndef MEM_MEMFILE_H
#define MEM_MEMFILE_H

#include "base/base.h"

/* A new one of `size` bytes in directory `dir`, as a descriptor in the window (close-on-exec), or a negative errno. */
int memfile_create(int dir, uint64_t size);

/* Make `to`, fresh from memfile_create(), hold what `from` holds (FICLONE). 0 or a negative errno: -EOPNOTSUPP where there are no reflinks. */
int memfile_clone(int from, int to, uint64_t size);

/* Does the filesystem of `dir` clone files? 0, or the negative errno of the attempt. */
int memfile_probe(int dir);

#endif
