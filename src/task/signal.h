/* Signals of guest threads. The host kernel queues, chooses, stops and kills; here are the guest's masks, handlers, frames and the windows in
 * which the host may hand a signal over (docs/internals/signals.md). */
#ifndef TASK_SIGNAL_H
#define TASK_SIGNAL_H

#include "task/task.h"

/* Once a process image: block all, install the recovery handlers. `ignored`: dispositions inherited as SIG_IGN (bit n-1). */
void signal_init(struct sighand *sh, ksigset_t ignored);
/* The host's present view, for the first process: what is ignored, what is blocked. */
ksigset_t signal_host_ignored(void);
ksigset_t signal_host_blocked(void);

/* A host thread that will run a guest: block everything that the supervisor does not take; then it is `current`, and has what was sent to it before. */
void signal_block_all(void);
void signal_thread_begin(struct thread *t);
/* Before a call that is to find the host's signals blocked: they may be open (cpu.h). False: one came before, and the call is made again after it. */
bool signal_close(struct thread *t);
/* Those two as well: between an exec and signal_init(), where they have no handler, and for threads that are nobody's. */
void signal_block_every(void);
extern const ksigset_t signal_supervisor_mask;

/* Signals of which the host's handler has to tell a fault from what was sent: SIGSEGV and SIGBUS, and where the guest runs in this process all
 * others that tell of faults. */
static inline ksigset_t signal_fault_set(void)
{
    const ksigset_t sync = KSIG_BIT(SIGSEGV) | KSIG_BIT(SIGBUS),
                    others = KSIG_BIT(SIGILL) | KSIG_BIT(SIGFPE) | KSIG_BIT(SIGTRAP) | KSIG_BIT(SIGSYS);
    return cpu_own_signals() ? sync | others : sync;
}

/* The code under which one of them that a program queues for itself goes through the host, so that it cannot be taken for a fault
 * of the supervisor; delivery turns it back. `code` is not negative. */
static inline int signal_code_by_hand(int code)
{
    return (int) ((unsigned) code | 0x80000000u) & ~0x40000000;
}

/* In sig_taken: a notice of another supervisor's (task/traced.h). */
#define SIG_NOTICE 4

/* The window of a blocking call (window.c): -ERESTARTNOINTR when *taken was set before it. */
long window_call(volatile int *taken, long nr, long a, long b, long c, long d, long e, long f);

/* For --trace and --stats, before signal_init(): what ends the process comes by signal_die(), except SIGKILL. */
extern bool signal_tell_deaths;

/* For a traced process: every signal comes to on_signal, or again only those with a handler. */
void signal_take_all(struct sighand *sh, bool all);

/* KVM_RUN was ended by a signal: let the host act, or stash one siginfo in t. */
void signal_take(struct thread *t);

/* True when something has to happen before the guest goes on. */
static inline bool signal_work_pending(const struct thread *t)
{
    return t->sig_taken || signal_sync_deliverable(t) || t->restore_mask ||
           (t->in_syscall && (int64_t) t->regs->rax < -511 && (int64_t) t->regs->rax > -600);
}
/* Deliver what is stashed, restart or end the call in progress, restore a temporary mask. */
void signal_work(struct thread *t);

/* When not NULL, told of every signal that a handler of `t` will get or that is a fault of its own, and, without info, of
 * the one that ends the process here. */
extern void (*signal_watch)(struct thread *t, int sig, const siginfo_t *info);

/* A synchronous signal that cannot be refused: blocked or ignored, it kills (kernel's force_sig_info_to_task). */
void signal_force(struct thread *t, const siginfo_t *info);
/* The same after a call, whose end it is a part of: for signal_work(). */
void signal_force_after(struct thread *t, const siginfo_t *info);

/* Send it by the host to a thread of this process: the calling one, or SIGSEGV and SIGBUS to any. What looks like a fault is taken for none of ours.
 * 0 or a negative errno. */
long signal_queue(int tid, const siginfo_t *info);

/* End the process by `sig`, as its parent shall see it. */
_Noreturn void signal_die(struct thread *t, int sig);

/* Stop the process by `sig`, as the host's kernel does by default, until SIGCONT. */
void signal_stop(struct thread *t, int sig);

/* Set and read a disposition; either may be NULL. */
int signal_action(struct sighand *sh, int sig, const struct ksigaction *act, struct ksigaction *old);
/* What becomes of a signal that its thread does not block, as it is sent: it kills at once, without a core, or nobody gets it. */
enum signal_fate { SIGNAL_COMES, SIGNAL_DIES, SIGNAL_DROPPED };
enum signal_fate signal_fate(struct process *p, int sig);
/* The host's C library takes signals 32 and 33 for itself when a thread is created: give them back to the guest. */
void signal_reclaim(struct sighand *sh);
/* CLONE_CLEAR_SIGHAND: every handler becomes the default. */
void signal_reset_handlers(struct sighand *sh);
ksigset_t signal_ignored_set(struct sighand *sh);
/* Process `pid`, which may have shared these, is dead: what the host does is as before it. */
void signal_repair_actions(struct sighand *sh, int pid);

void signal_set_mask(struct thread *t, ksigset_t mask);

/* Take a pending SIGSEGV or SIGBUS of `set` that waits with us, the thread's before the process's: true and *info. */
bool signal_take_sync(struct thread *t, ksigset_t set, siginfo_t *info);

/* Host call that may block: lets the guest's unblocked signals in (t->sigmask; for ppoll and friends set t->saved_mask/restore_mask and the mask
 * before). Notices make nothing of it but a longer way, with or without a timeout. -EINTR: a signal interrupted the call. -ERESTARTNOINTR: one was
 * taken before the call was made, which then never was: as if it had come before the SYSCALL instruction; only a call with a mask of its own has to
 * make that -EINTR. */
long sys_block(struct thread *t, long nr, ...);
/* The same of a call that is handed the mask itself (ppoll, pselect6, epoll_pwait): the host lets that one's signals in for the call alone, and
 * what is ready wins over them. `mask` is what the call is handed, and filled in here. -EINTR also when one came before the call was made. */
long sys_block_masked(struct thread *t, ksigset_t *mask, long nr, ...);

/* Internal results, never seen by the guest: dispatch and signal delivery turn them into EINTR or a restart. */
#define ERESTARTSYS 512
#define ERESTARTNOINTR 513
#define ERESTARTNOHAND 514
#define ERESTART_RESTARTBLOCK 516
#define ENO_RESULT 600 /* registers are already what the guest shall see (rt_sigreturn, execve) */

#endif
