/* A process as data: the sections of the stream that a forked child is made from, and their check. Written by task/picture.c; pure, so that
 * it can be tested and fuzzed. Whatever arrives is either whole and consistent or refused. */
#ifndef TASK_IMAGE_H
#define TASK_IMAGE_H

#include "mem/image.h"
#include "snapshot/stream.h"
#include "task/task.h"

/* ST_THREAD: the one thread that a child starts with. */
struct thread_image {
    struct cpu_regs regs;
    uint64_t fs_base, gs_base;
    ksigset_t sigmask;
    uint64_t altstack_sp, altstack_size;
    int32_t altstack_flags, pad;
    struct trap_info trap;
};

/* ST_PROCESS. Nothing of what the host's fork carries over: that is in the host's kernel. */
struct process_image {
    struct elf_start start;
};

struct process_state {
    struct thread_image thread;
    struct process_image process;
    struct ksigaction action[KSIG_MAX + 1];
    const uint8_t *xsave;
    uint32_t xsave_size;
    uint32_t seccomp_size;
    const uint8_t *seccomp; /* seccomp_save() */
    struct space_state space;
    uint32_t have; /* bit per section seen */
};

/* Take one section; false: it is none of a process. *bad is set when its size or number is wrong. `data` stays where it is. */
bool image_take(struct process_state *st, enum stream_tag tag, const void *data, size_t size, bool *bad);
/* After the last one: 0, or -EINVAL when something is missing or does not fit together. */
int image_check(const struct process_state *st);
/* Write all of it. Failures show at the end of the stream. */
void image_put(struct stream_writer *w, const struct process_state *st);

#endif
