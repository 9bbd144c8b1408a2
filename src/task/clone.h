/* Inside of clone.c, fork.c and spawn.c, the three kinds of children. */
#ifndef TASK_CLONE_H
#define TASK_CLONE_H

#include "task/process.h"

#ifdef __SANITIZE_THREAD__ /* its frames are larger, and it keeps what it knows of a thread there */
#define HOST_STACK (2ull << 20)
#else
#define HOST_STACK (256ull << 10)
#endif

/* The child's processor state: the parent's, with what clone changes. free() it; NULL: out of memory. */
struct cpu_state *clone_state(struct thread *t, const struct clone_args_in *a);

/* Each returns the child's id in the parent, 0 in the child, or a negative errno. With memory of its own; the same with CLONE_FILES; with
 * CLONE_VM. */
int64_t clone_process(struct thread *t, const struct clone_args_in *a);
int64_t clone_with_files(struct thread *t, const struct clone_args_in *a);
int64_t clone_memory(struct thread *t, const struct clone_args_in *a);

/* process_memory_shared() from now on. */
void process_share_memory(bool shared);

#endif
