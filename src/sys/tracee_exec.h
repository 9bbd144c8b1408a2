/* Over an exec: what the calling thread traces stays traced, by the thread that the new image begins with. Called by launch. */
#ifndef SYS_TRACEE_EXEC_H
#define SYS_TRACEE_EXEC_H

#include "snapshot/stream.h"
#include "task/task.h"

/* With the tracer's lock held, until the exec has failed, if it does. */
void tracee_exec_save(struct thread *t, struct stream_writer *w);
/* In the new image: take a copy of it. False: no memory, or not ours. */
bool tracee_exec_load(const void *data, size_t size);
/* When there is a process: what other threads traced is let go. */
void tracee_exec_done(struct process *p);

#endif
