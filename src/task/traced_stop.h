/* The stop of a traced thread itself: what its box shows, and the sleep until the tracer, or its end, lets it go on. Of task/traced*.c alone. */
#ifndef TASK_TRACED_STOP_H
#define TASK_TRACED_STOP_H

#include "task/traced.h"

#define EVENT_STATUS(sig, event) ((sig) | (event) << 8)

#define load(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define store(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)

/* A tracer has come, or let go. */
void traced_activate(struct thread *t);
void traced_leave(struct thread *t);
/* The tracer has ended: go on as after a detach, or be killed (EXITKILL). */
void traced_abandon(struct thread *t);

/* Nobody is traced any more. */
void traced_forget_fds(struct process *p);

/* Notify whoever traces `t`: its thread, or the process when that has ended. False: nobody is left. */
bool traced_tell(struct thread *t);
/* Sleep until enough() of the box, which the tracer changes before it rings. Nothing but SIGKILL and notices comes in; neither is it waited for by one
 * that is dying. False: the tracer has ended. */
bool traced_wait(struct thread *t, bool (*enough)(const struct traced *));
/* After a sleep: what else notices were for in the meantime. */
void traced_waited(struct thread *t);
/* Publish `state` and sleep until the tracer has set it back, or is gone. */
void traced_show(struct thread *t, int state);
/* As getrusage() of the kernel does it for wait(2): RUSAGE_BOTH. */
void traced_publish_usage(struct traced *b);

/* A whole stop: the signal that the tracer has chosen, or 0; `status` itself when that one has let go, or ended, without having waited for it.
 * `status` as of `struct traced`; the second fills siginfo as ptrace_notify() does. */
int traced_stop(struct thread *t, int status, const siginfo_t *info);
int traced_stop_notify(struct thread *t, int sig, int status);
int traced_call_stop(struct thread *t, int op);
/* The tracer's signal, or 0, after the stop of a call: the kernel is its sender. One that is given at an event comes to nothing. */
void traced_send_self(struct thread *t, int sig);

/* Another thread ends the process, or by exec all threads but itself. */
bool traced_is_ended(const struct thread *t);
/* This thread is to end, alone or with its process, and has not begun to: no stop holds it. Nor does that of its exit, if it ended alone before its
 * process was to. */
bool traced_is_dying(const struct thread *t);
_Noreturn void traced_die(struct thread *t);
/* The same while SIGCONT is pending, as for one that is stopped. */
void traced_continue(struct thread *t);
/* Is it? */
bool traced_cont_pends(void);
/* All other threads of the process look at their boxes, a first one that has ended before them, too. */
void traced_look_all(struct thread *t);
/* traced_is_ended(): tell the tracer, and wait for that end. */
_Noreturn void traced_end_with_others(struct thread *t);

#endif
