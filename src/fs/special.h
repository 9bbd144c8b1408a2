/* Descriptors of guest memory: /proc/PID/mem. The host's file would show the supervisor, so the guest holds an empty
 * memfd, known by its inode (dup, fork and SCM_RIGHTS keep that), and each transfer is made here. */
#ifndef FS_SPECIAL_H
#define FS_SPECIAL_H

#include <fcntl.h>

#include "base/base.h"

struct thread;

#define SPECIAL_SEALS (F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_WRITE | F_SEAL_SEAL)

/* A new descriptor for the memory that `g` has now, opened with `flags`, in place of the host's file /proc/PID/mem.
 * Hold fds_create_lock(). */
struct target;
int special_open(const struct target *g, uint64_t flags);

/* Memory of guest process `pid` at `va`, past the rights of its mappings: bytes moved, or a negative errno. */
int64_t special_move(struct thread *t, int pid, uint64_t va, void *buf, size_t n, bool write);

/* The file behind `fd` opened anew, but neither made nor cut: a descriptor, or a negative errno. Hold fds_create_lock(). */
int special_again(int fd, uint64_t flags);

/* A sealed memfd that holds `n` bytes, opened with `flags` (access mode and status flags), shown as `name`. Hold
 * fds_create_lock(). */
int special_text(const char *name, const void *text, size_t n, uint64_t flags, unsigned mode);

#endif
