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
/* The same of the vCPU itself, in a child that goes on with a copy of the parent's. */
void clone_in_place(struct thread *t, const struct clone_args_in *a);

/* Each returns the child's id in the parent, 0 in the child, or a negative errno. With memory of its own; the same with CLONE_FILES; with
 * CLONE_VM. */
int64_t clone_process(struct thread *t, const struct clone_args_in *a);
int64_t clone_with_files(struct thread *t, const struct clone_args_in *a);
int64_t clone_memory(struct thread *t, const struct clone_args_in *a);

/* CLONE_PIDFD: where the host's kernel stores the number, which it does before there is a child: in the guest's word, which *out is then, or in
 * *here, where the guest's is in two pieces. 0 or -EFAULT. For use now. */
int clone_pidfd_word(struct thread *t, const struct clone_args_in *a, int *here, int **out);
/* Store in the parent's memory what it asked for: the pidfd, if it is not -1, and the child's id. -EFAULT as natively: of the first only. */
int clone_tell_parent(struct thread *t, const struct clone_args_in *a, int pid, int pidfd);
/* Child `pid`, not reaped by us yet, was to have this pidfd, but is none of the guest's after all: close it, unless another thread has put something
 * else there. */
void clone_drop_pidfd(int pid, int pidfd);

/* process_memory_shared() from now on. */
void process_share_memory(void);
/* In the child of a fork: nobody else is in this memory, whatever the parent's other threads were about. */
void process_own_memory(void);

#endif
