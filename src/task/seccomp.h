/* Filters that the guest installs on its own system calls: kept, checked and run here, before a call is dispatched. Nothing of them binds the
 * supervisor (docs/internals/seccomp.md). Called by sys/dispatch.c, the handlers of seccomp(2) and prctl(2), and where threads come from. */
#ifndef TASK_SECCOMP_H
#define TASK_SECCOMP_H

#include "task/bpf.h"
#include "task/task.h"

/* Is `t` bound by anything? One load: for most programs that is all. */
static inline bool seccomp_on(const struct thread *t)
{
    return __builtin_expect(__atomic_load_n(&t->seccomp.mode, __ATOMIC_ACQUIRE) != 0, 0);
}

/* PR_SET_SYSCALL_USER_DISPATCH, which comes before all filters. False: the call became SIGSYS. */
bool seccomp_user_dispatch(struct thread *t);

/* May the call t->nr with t->args be made? True: yes, and after a tracer had its way it may be another. False: it is not made, and *ret is its
 * result, -ENO_RESULT when the registers are what the guest shall see (a signal was forced). Does not return when the filters kill. */
bool seccomp_allows(struct thread *t, int64_t *ret);

/* SECCOMP_RET_TRACE: stop for the tracer, which may change t->nr, t->args and, with a negative t->nr, leave a result in t->regs->rax. False:
 * nobody asked for such stops, and the call fails with ENOSYS. NULL: there are no tracers. */
extern bool (*seccomp_trace)(struct thread *t, uint16_t data);

/* SECCOMP_SET_MODE_STRICT; SECCOMP_SET_MODE_FILTER with checked SECCOMP_FILTER_FLAG_* and `n` instructions, which are taken over (malloc'd, freed
 * on failure too). 0, the descriptor of a listener, the id of a thread that cannot be synchronised, or a negative errno. */
int64_t seccomp_set_strict(struct thread *t);
int64_t seccomp_attach(struct thread *t, struct sock_filter *insn, unsigned n, unsigned flags);

/* A new thread or process `n` is bound as `t` is. In the same process: with proc->lock held, when it is in the list. */
void seccomp_inherit(struct thread *n, struct thread *t);
/* `t` is no more. */
void seccomp_drop(struct thread *t);

/* What binds `t` as bytes (malloc'd, none when nothing does), for exec and the picture of a fork; NULL with *size not 0: out of memory. The
 * caller holds proc->lock, or is alone. */
void *seccomp_save(const struct thread *t, uint32_t *size);
/* The way back, onto a thread without filters. 0, -EINVAL (nothing was done) or -ENOMEM. */
int seccomp_load(struct thread *t, const void *data, uint32_t size);
/* The instructions (malloc'd) of filter `n`, the oldest being 0, of a thread of another guest process, of which `of` is a copy. How many, -EINVAL:
 * it has no filters, -ENOENT: no such one, or -ESRCH. */
int64_t seccomp_peek(int tid, const struct seccomp_state *of, uint64_t n, struct sock_filter **out);
/* Likewise its SECCOMP_FILTER_FLAG_LOG, the only flag that a filter keeps. */
int64_t seccomp_peek_flags(int tid, const struct seccomp_state *of, uint64_t n);
/* The number under which the host's kernel tells a listener of call `nr`: one that no kernel serves, so that a listener which lets the host go
 * on gets nothing done. And what a listener answers through us for "go on". */
#define SECCOMP_NOTIFY_BASE 0x10000000
#define SECCOMP_GO_ON 0x7e15ecc0a110c0deull

#endif
