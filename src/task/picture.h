/* A child whose memory is not the host's copy of its parent's: the state is left to it in the stream of task/image.h, and its memory
 * comes as a clone of a file or piece by piece over a socket (docs/internals/fork.md). Called by fork.c. */
#ifndef TASK_PICTURE_H
#define TASK_PICTURE_H

#include "task/process.h"

/* How children are made; from the command line, or the image before. */
extern struct fork_setup {
    enum space_kind kind;
    int dir; /* SPACE_CLONE: where memory files are made, a descriptor in the window; else -1 */
} fork_setup;

struct picture;

/* What can be got ready before the moment of the fork. `cpu`: the child's processor state, borrowed. 0 or a negative errno. */
int picture_new(struct thread *t, const struct cpu_state *cpu, struct picture **out);
/* Stop the guest and take the picture; with the locks of a fork held. After 0 the guest stays stopped until picture_send(), and the host's fork
 * does not copy guest memory. */
int picture_take(struct picture *pic);
/* The rest, in the parent, with the same locks held: send the contents on `fd` if it is not -1, and let the guest go on. A failure is the child's
 * to notice. */
void picture_send(struct picture *pic, int fd);
void picture_free(struct picture *pic);
/* The cloned file in which memory goes to the child, or -1. */
int picture_memfile(const struct picture *pic);

/* In the child: free its copy of the parent's `pic`, and make space, machine and thread of `t` anew from it and from what comes on `fd`. 0 or a negative
 * errno. */
int picture_load(struct picture *pic, struct thread *t, int fd);

#endif
