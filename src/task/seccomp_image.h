/* What binds a thread's system calls, as bytes, for exec and the picture of a fork: a head, then each program with its instructions, the oldest
 * first. Pure, so that it can be tested and fuzzed. */
#ifndef TASK_SECCOMP_IMAGE_H
#define TASK_SECCOMP_IMAGE_H

#include "task/bpf.h"

#define SECCOMP_PATH_MAX                                                                                               \
    ((1u << 18) / 8u) /* the kernel's MAX_INSNS_PER_PATH: instructions of all programs of a thread */

struct seccomp_head {
    uint32_t mode, filters, no_new_privs, pad;
};

struct seccomp_program {
    uint32_t n;
    uint16_t notifies, logs;
};

/* The head, then each program, from the front of the `left` bytes at *p; instructions into `insn`, which has room for BPF_MAXINSNS. 0 or -EINVAL.
 */
int seccomp_next_head(const uint8_t **p, uint32_t *left, struct seccomp_head *head);
int seccomp_next_program(const uint8_t **p, uint32_t *left, struct seccomp_program *head, struct sock_filter *insn);

/* 0 when all of it is sound, or there is none; -EINVAL. */
int seccomp_check(const void *data, uint32_t size);

#endif
