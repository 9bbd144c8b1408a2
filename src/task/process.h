/* Birth, life and end of guest processes and threads. Called by launch and by the system-call handlers. */
#ifndef TASK_PROCESS_H
#define TASK_PROCESS_H

#include "task/task.h"

/* The process of this address space: for whoever reads another guest process's memory (fs/proc), and for reports. */
extern struct process *process_self;
/* Children of vfork and CLONE_VM that run in this memory; the list is whole at any moment, for who reads it from outside. */
extern struct process *process_guests;

/* A process over `sp` with one thread, the caller. */
int process_create(const struct options *opt, struct space *sp, struct process **out);

/* End the process with an exit code; the guest's other threads end with it. */
_Noreturn void process_exit(struct thread *t, int code);
/* Does a child of clone(CLONE_VM) run, or did one, in this memory on its own? Its machine is this one. */
bool process_memory_shared(void);
/* Is that so, or does a thread of this memory sleep for one that does? */
bool process_memory_visited(void);
/* Does nobody but the calling thread run in this memory? */
bool process_is_alone(struct process *p);
/* Can nobody but the calling thread name a descriptor of this process? */
bool process_owns_table(struct process *p);
/* With p->lock held: `t` is one of its threads, is none any more. */
void process_add(struct process *p, struct thread *t);
void process_drop(struct process *p, struct thread *t);
/* Its vCPU is another's to take. A process that shares the memory may be killed in here: then it is lost, and never parked twice. */
void thread_park(struct thread *t);
/* Is this one of the guest's threads, which has not ended? */
bool process_has_thread(struct process *p, int tid);
/* Does this number, of the process or of any of its threads, name it to a call? 0 is the caller. */
static inline bool process_is_named(struct process *p, int id)
{
    return !id || id == p->pid || process_has_thread(p, id);
}
/* What to run at the end of a process image: statistics. */
void process_at_exit(void (*fn)(struct process *));
void process_last_words(struct thread *t);

/* End of one thread, by exit(2). */
_Noreturn void thread_exit(struct thread *t, int code);
/* A signal ends this thread alone, as only seccomp knows it; the process too when it is the last. */
_Noreturn void thread_die(struct thread *t, int sig);

/* The end of a process, by exit or a signal of its own, leaves to others that share the memory what its threads hold. */
void process_release_memory(struct thread *t);
/* What is left to do before an exec, of whose success nobody else tells: the lists that the host's kernel does not get to. */
void process_release_untold(struct process *p);
/* Go through the robust lists of all its threads: with p->lock held, or in the name of a dead one. */
void process_walk_lists(struct process *p);

/* Give the calling thread's robust list to the host's kernel, which walks it where nobody else gets to, after SIGKILL (mem/echo.c). */
void thread_tell_robust_list(struct thread *t);
/* Whether it may walk those of `p` has to be seen anew, with p->lock held. */
void process_review_lists(struct process *p);
/* What the end of a thread leaves in guest memory (kernel/fork.c, mm_release()): robust futexes, while it is in its process's list still, */
void thread_release_locks(struct thread *t);
/* and CLEARTID, if it has not been done, where a thread goes on in this memory: also in the name of a process that was killed, or is another program now. */
void thread_clear_tid(struct thread *t);

/* What fork, vfork, clone and clone3 ask for. Flags as in clone(2), exit_signal apart. */
struct clone_args_in {
    uint64_t flags;
    int exit_signal;
    uint64_t stack; /* new stack pointer, 0: the same */
    uint64_t tls;
    uint64_t parent_tid, child_tid, pidfd; /* guest addresses */
    bool traced;                           /* by the caller's tracer, from its start: set by process_clone() */
    int event;                             /* PTRACE_EVENT_* that it makes, or 0: the same */
};

/* Children by the way they were made, those that failed, and the errno of a refused FICLONE (0: none). For --stats. */
extern struct fork_counts {
    uint64_t cow, clone, copy, failed, refused;
} fork_counts;

/* With flags that sys/clone.c has looked at. Returns the new id (in the parent), 0 (in the child, whose registers are then complete but for rax) or a
 * negative errno. */
int64_t process_clone(struct thread *t, const struct clone_args_in *a);

/* Run `fn` in a process of its own that shares memory and descriptors, takes no lock, and ends with it: the caller sleeps. *pid is its number
 * meanwhile: it is no child of the guest's, and another thread whose wait(2) took its end has to say so. 0 or a negative errno. */
int64_t process_aside(int (*fn)(void *), void *arg, int *pid);
void process_aside_met(int *pid);

#endif
