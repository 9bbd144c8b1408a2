/* The traced side of ptrace(2) (docs/internals/ptrace.md): what a tracer, another supervisor of the same binary, reads and writes in a thread of
 * ours, and the places where a traced thread stops. The tracer's side is sys/ptrace.c. No host ptrace is used. */
#ifndef TASK_TRACED_H
#define TASK_TRACED_H

#include <signal.h>
#include <sys/resource.h>

#include "base/base.h"
#include "base/lock.h"
#include "cpu/cpu.h"

struct thread;
struct process;
struct clone_args_in;

#define TRACED_MAGIC 0x7074726163656401ull

enum traced_state {
    TRACED_RUNS,
    TRACED_STOPPED,
    TRACED_ENDED, /* status is what wait(2) tells; waits to be collected */
};

enum { TRACED_REGS = 1, TRACED_XSAVE = 2, TRACED_MASK = 4, TRACED_INFO = 8 }; /* changed by the tracer */

/* Of each thread. Whoever attaches writes the first part; of the rest a tracer reads all and, while the thread is stopped, changes the state and
 * what the thread goes on with. A stop is published by `state` and taken back by it, both last. */
struct traced {
    uint64_t magic; /* 0: no more is asked of it, for it ends, or another image takes its place */
    int tid, pid;
    int tracer_pid, tracer_tid; /* 0: nobody */
    uint32_t options;           /* PTRACE_O_* */
    int seized;
    int deaf; /* sleeps for a child of vfork, and takes no signals: attaching to it does not wait */
    int stop_asked, interrupt_asked; /* counted up by others, followed by *_done */
    siginfo_t stop_info;             /* of the SIGSTOP that stop_asked is for */
    int kill_asked;                  /* SIGKILL, with an exit to be told of before (PTRACE_O_TRACEEXIT) */
    int known;                       /* the tracer has it in its table */
    unsigned told;                   /* the stop that it has sent SIGCHLD for */
    int born;                        /* a child that is traced, and no event tells of; 0 again when the tracer has it */
    int bears_thread;                /* what is born, with an event or without one, is a thread of the same process */

    int state;
    unsigned seq;  /* of the stop */
    int status;    /* as wait(2) tells it, without the 0x7f of a stop */
    int by_parent; /* the tracer is the process's own parent, whose wait the host serves at the end */
    unsigned uid;
    struct rusage usage; /* of the process and its children */
    uint64_t message;
    int has_info, group_stop, call_op;
    siginfo_t info;
    uint64_t mask, orig_rax, fs_base, gs_base;
    struct cpu_regs regs;
    uint64_t call[7]; /* number and arguments of the call in progress */
    uint64_t xsave;   /* address, xsave_size bytes */
    uint64_t xfeatures;
    uint32_t xsave_size;
    uint16_t segments[4]; /* ds, es, fs, gs as the tracer has set them at this stop: shown, and no more */
    uint64_t dr[8];       /* debug registers; DR6 without the bits that are always set. task/watch.h */
    uint64_t armed;       /* DR7 as it holds for this thread: a child's box shows its parent's, which does not */

    int resume; /* the PTRACE_ request that it goes on by */
    int signal; /* that it goes on with: from the stop's status on, 0 when wait(2) has told of that, then what the tracer says */
    unsigned signal_uid; /* whose that tracer is, if there is one */
    uint32_t changed;

    /* its own business */
    int active;        /* dispositions are set, stops are made */
    int mode;          /* `resume` as it took effect */
    int waits;         /* in a stop */
    int over;          /* the process ends: its machine may be gone when a notice comes */
    int exit_told;     /* PTRACE_EVENT_EXIT was: */
#define EXIT_THREAD 1  /* its own, or */
#define EXIT_PROCESS 2 /* that of all */
    uint64_t call_rip; /* where the last call returned to: until something runs there, its number is still told */
    int stop_done, interrupt_done, group_done;
    int starts_with;   /* nr of the execve that made this image, or 0 */
    volatile int look; /* the window's word: somebody rang */
};

/* What a stopped thread waits for besides notices. */
struct traced_fds {
    int tracer;     /* whose end `end` tells of; 0: there are none */
    int end, cont;  /* a pidfd, and a signalfd that is readable while SIGCONT is pending; or negative errnos */
    uint32_t table; /* whose numbers these are: fds_table_id() */
};

/* The tracing side's part of a process. */
struct tracer {
    struct lock lock; /* list */
    struct tracee *list;
    int count;
    int strangers; /* a child rang that may be in no table yet; atomic */
    int looker;    /* process_aside() of a look at a queue; atomic */
    int watch; /* an epoll descriptor, and a thread that waits there for the ends of tracees that are no children, and of threads; 0: none */
};

/* A notice asks the receiver to look again, at its own box and at those of its tracees: it carries nothing, so a forged one tells nothing, and when
 * two are one, or one is lost behind a signal of the same number from anywhere, nothing is missed. TRACE_STRANGER comes from a traced thread
 * that its tracer does not know yet, its child: the only ones that have to be searched for. */
#define TRACE_NOTICE ((int) 0xce1f05e0)
enum { TRACE_RING = SIGBUS, TRACE_STRANGER = SIGSEGV };
long traced_notify(int pid, int tid, int sig);
/* From the signal handler, for these two signals from whomever. What has to be ended: */
enum {
    TRACE_CANCEL = 1, /* a window that waits */
    TRACE_WORK = 2,   /* the same, and the guest has to stop for signal delivery */
};
int traced_rung(struct thread *t, int sig, bool notice);
/* The same before the first thread of an image has begun; and when it is `current`: what came until then. */
void traced_rung_early(struct process *p, int sig);
void traced_missed(struct thread *t);
/* Somebody rang while a call blocked. True: the call can be made again; else signal delivery has to be next. */
bool traced_attend(struct thread *t);
/* Has the thread to stop, or to be a traced one from now on? */
bool traced_has_work(const struct thread *t);
/* Sleep while *word is 0: a futex of this process's own. A traced thread ends with its process meanwhile. */
void traced_wait_word(struct thread *t, const int *word);

/* The layer above (sys/tracee.c): look at the tracees of this process, send the SIGCHLDs that are due, wake the threads that wait for them. */
void tracer_attend(struct thread *t);
/* A child is born to this process: threads that waited for tracees alone have it to wait for, too. */
void tracer_child(struct process *p);
/* In the child of a fork, which traces nobody. */
void tracer_forget(struct process *p);

/* Copy between processes: 0 or a negative errno. */
int traced_peek(int tid, uint64_t at, void *buf, size_t size);
int traced_poke(int tid, uint64_t at, const void *buf, size_t size);

/* A new thread, before it runs. */
void traced_init(struct thread *t);
/* Called in signal delivery after a notice. True: *info is a signal to deliver. */
bool traced_look(struct thread *t, siginfo_t *info);
/* A signal is about to be delivered: the tracer decides. The signal, maybe another, or 0. */
int traced_signal(struct thread *t, siginfo_t *info);
/* The frame of a handler was made while the thread is stepped. */
void traced_handler(struct thread *t);
/* SIGCONT has been taken, by whichever thread of a traced process: its group goes on. */
void traced_continued(struct thread *t);
/* The default action of `sig` stops the process. */
void traced_group_stop(struct thread *t, int sig);
/* The call in t->nr: sys_dispatch() with the stops around it. */
void traced_call(struct thread *t);
/* PTRACE_EVENT_`event` if the tracer asked for it; false when nobody did. */
bool traced_event(struct thread *t, int event, uint64_t message);
bool traced_wants(const struct thread *t, int event);
/* PTRACE_O_SUSPEND_SECCOMP, as long as there is a tracer. */
bool traced_suspends_filters(struct thread *t);
/* A seccomp filter asks the tracer (seccomp_trace of seccomp.h): what is to be called is in t->nr afterwards. */
bool traced_seccomp(struct thread *t, uint16_t data);
/* vcpu_run() of a traced thread. */
enum cpu_event traced_run(struct thread *t, struct cpu_fault *fault);
/* It met a #DB with this DR6. */
void traced_debug(struct thread *t, uint64_t dr6);
int64_t traced_me(struct thread *t, int tracer_pid, int tracer_tid);
/* If somebody has attached: be a traced thread from here on, and say so. Wherever one can be asleep for long that is none yet. */
void traced_accept(struct thread *t);

/* Which event a clone(2) makes, 0: none; and whether the child is traced from its start. */
int traced_clone_event(struct thread *t, const struct clone_args_in *a);
/* `n` (maybe `t` itself, in the child) is the child of `t`. */
void traced_inherit(const struct traced *parent, struct thread *n, bool traced);
/* `tid` was born traced by the tracer of `t` without an event: until that one knows it. */
void traced_tell_birth(struct thread *t, int tid);
/* In the child of a fork: what its copy of the parent has of tracing. */
void traced_forget(struct process *p);

/* Ends. `status` as of wait(2). PTRACE_EVENT_EXIT, once; */
void traced_exit(struct thread *t, int status);
/* after these the caller goes on ending. */
void traced_thread_end(struct thread *t, int status);
void traced_process_end(struct thread *t, int status);

/* An exec that nothing stands in the way of any more ends the other threads: the traced ones tell of it and are collected before, as the kernel
 * waits for that. True: they are gone, so what fails from here on ends the process. */
bool traced_end_others(struct thread *t);
/* Just before exec: who asks from here on is told that it is too late; what has been asked is done. */
void traced_seal(struct thread *t);
void traced_unseal(struct thread *t); /* the exec failed */
/* Notices are blocked from here on: one that came before is there once more in the next image. */
void traced_keep_notice(const struct thread *t);

struct traced_exec {
    int tracer_pid, tracer_tid, seized, mode, former_tid, nr;
    uint32_t options;
};
bool traced_save(const struct thread *t, struct traced_exec *out);
void traced_adopt(struct thread *t, const struct traced_exec *in);
/* First thing of a thread that exec made. */
void traced_begin(struct thread *t);

#endif
