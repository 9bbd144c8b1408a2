/* Inside of ptrace.c and tracee.c: the table of who is traced. All with the tracer's lock held. */
#ifndef SYS_TRACEE_TABLE_H
#define SYS_TRACEE_TABLE_H

#include "sys/tracee.h"

struct tracee *tracee_add(struct process *p, int tid, uint64_t at);
void tracee_drop(struct process *p, struct tracee *tr);
/* One that the calling thread traces. */
struct tracee *tracee_find(struct thread *t, int tid);
/* Its box: 0, -ESRCH: it is gone, or -EAGAIN: not there at this moment (exec). */
int tracee_read(struct process *p, struct tracee *tr, struct traced *b);
/* Where the thread `tid` of another guest process has its box, by that process's own list of threads: 0, -ESRCH: there is none, -EAGAIN: not at
 * this moment, or what the host says to such a look. */
int tracee_locate(int tid, struct traced *b, uint64_t *at, int *pid);
/* Let a stopped one go on, as its box says. */
void tracee_go(struct tracee *tr);

#endif
