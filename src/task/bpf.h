/* The classic BPF of seccomp filters: the kernel's check (net/core/filter.c, bpf_check_classic; kernel/seccomp.c, seccomp_check_filter) and an
 * interpreter. Pure; called by seccomp.c. */
#ifndef TASK_BPF_H
#define TASK_BPF_H

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "base/base.h"

/* 0, or -EINVAL: what the kernel would not take. `n` from 1 to BPF_MAXINSNS. */
int bpf_check(const struct sock_filter *f, unsigned n);

/* How many instructions of its own the kernel makes of a checked program: its limit counts those. */
unsigned bpf_kernel_length(const struct sock_filter *f, unsigned n);

/* Run a checked program: the action. *looked becomes true when it looked further than the number and the architecture. */
uint32_t bpf_run(const struct sock_filter *f, const struct seccomp_data *d, bool *looked);

#endif
