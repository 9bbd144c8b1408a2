/* What is pending for a tracee: PTRACE_PEEKSIGINFO. Called by ptrace(2) with the tracer's lock held, while the tracee is stopped. */
#ifndef SYS_PENDING_H
#define SYS_PENDING_H

#include "sys/tracee.h"

/* From the `off`-th signal on, at most `nr` of the thread's queue, or of its process's (`shared`), into *out, which the caller frees with `free`.
 * Returns how many, or a negative errno: what the host says to one that wants to trace it. */
int64_t pending_signals(struct process *p, const struct tracee *tr, bool shared, uint64_t off, uint32_t nr,
                        siginfo_t **out);

/* Does the host's ptrace(2) know that request? 1, 0, or a negative errno: it could not be asked. With the tracer's lock held. */
int host_knows_request(struct process *p, long request);

#endif
