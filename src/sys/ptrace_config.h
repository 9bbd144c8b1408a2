/* Requests of ptrace(2) that are no part of a stop: how the tracee's calls are filtered and dispatched, its bases and segments. Called by ptrace.c
 * alone, with the tracer's lock held and the tracee stopped. Results as of ptrace(2). */
#ifndef SYS_PTRACE_CONFIG_H
#define SYS_PTRACE_CONFIG_H

#include "sys/tracee_table.h"

/* PTRACE_SECCOMP_GET_FILTER: of filter `n`. */
int64_t ptrace_filter(struct thread *t, const struct tracee *tr, uint64_t n, uint64_t data);
/* PTRACE_SECCOMP_GET_METADATA */
int64_t ptrace_filter_flags(struct thread *t, const struct tracee *tr, uint64_t size, uint64_t data);
/* PTRACE_GET_ and SET_SYSCALL_USER_DISPATCH_CONFIG */
int64_t ptrace_user_dispatch(struct thread *t, const struct tracee *tr, uint64_t size, uint64_t data, bool set);
/* PTRACE_GET_RSEQ_CONFIGURATION: there is none, as rseq(2) is ENOSYS. */
int64_t ptrace_rseq(struct thread *t, uint64_t size, uint64_t data);
/* PTRACE_GET_THREAD_AREA: a segment of 32-bit programs, which 64-bit ones have none of. */
int64_t ptrace_thread_area(struct thread *t, uint64_t index, uint64_t data);
/* PTRACE_ARCH_PRCTL. 1: the base in *b is another now. */
int64_t ptrace_base(struct thread *t, struct traced *b, uint64_t addr, uint64_t code);

#endif
