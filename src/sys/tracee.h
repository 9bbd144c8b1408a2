/* The tracing side of ptrace(2): who is traced by this process (docs/internals/ptrace.md). Used by ptrace(2), wait4(2), waitid(2) and kill(2). */
#ifndef SYS_TRACEE_H
#define SYS_TRACEE_H

#include "task/task.h"

struct tracee {
    struct tracee *next;
    int tid, pid;
    int tracer_tid;
    uint64_t at;       /* its box, there; 0: heard of from its parent, not found yet */
    unsigned reported; /* the stop that wait has told */
    unsigned expected; /* the stop whose child is in the table */
    bool child;        /* its process is a child of ours */
    bool end_told;     /* SIGCHLD was sent for its end, of which it could not tell itself */
    int end; /* no child, or with other threads: a pidfd in the tracer's `watch`; 0: another thread of it has that */
};

/* What is asked of wait(2): as waitid(2), with wait4's numbers already turned into its types. */
struct tracee_wait {
    int type, id, options;
};
struct tracee_news {
    int tid, status;
    bool stopped;
    unsigned uid;
    struct rusage usage;
};

/* 1: *out has the next news; 0: there are such tracees, without any; -ECHILD: there are none. */
int tracee_news(struct thread *t, const struct tracee_wait *w, struct tracee_news *out);
/* Around a wait: notices end what blocks in between. */
void tracee_wait_begin(struct thread *t);
void tracee_wait_end(struct thread *t);
/* After a call that blocked: only notices, which have been looked at by the next tracee_news(). */
bool tracee_only_noticed(const struct thread *t, int64_t ret);

/* SIGSTOP cannot be handled, and a stop that the host makes is none that a tracer sees; nor does the host's SIGKILL leave time to tell of the exit
 * (PTRACE_O_TRACEEXIT). True: asked of a traced process, which sees to it. tid: 0 for the process. */
bool tracee_ask(struct thread *t, int pid, int tid, const siginfo_t *info);
/* Thread `tid` does not come to look at what it is asked: the host has stopped it, or it waits for a device. */
bool tracee_is_held(int tid);

/* The process, or one thread of it, ends: what it traces goes on, or dies (PTRACE_O_EXITKILL). */
void tracee_leave_all(struct process *p, int tracer_tid);

#endif
