/* --trace: one strace-like line a call, made from the table. Called by dispatch; start and exec open the output. */
#ifndef SYS_TRACE_H
#define SYS_TRACE_H

#include "sys/sys.h"

/* How a K_FLAGS argument is printed (trace.c has a table for each). */
enum trace_flags {
    F_HEX,
    F_OPEN,
    F_NEWFD,
    F_PROT,
    F_MAP,
    F_MREMAP,
    F_CLONE,
    F_SIGHOW,
    F_FCNTL,
    F_FUTEX,
    F_PRCTL,
    F_IOCTL,
};

/* Send lines to `file` (truncated), or to a duplicate of the present stderr when NULL. The descriptor lies in the window and survives
 * exec: pass trace_fd() on and hand it to trace_adopt() there. 0 or a negative errno. */
int trace_open(const char *file);
void trace_adopt(int fd);
int trace_fd(void); /* -1: not tracing */

/* Around a call: a call that may not return (exit, execve, sigreturn) is printed before, every other one when its result is known. */
void trace_before(struct thread *t, const struct sys_row *row);
void trace_after(struct thread *t, const struct sys_row *row, int64_t ret);

#endif
