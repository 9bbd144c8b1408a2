/* The debug registers of a traced thread (docs/internals/ptrace.md): what a tracer may write there, and where the thread meets what they watch. The
 * processor's own are not used: the thread is stepped while any is enabled. Of task/traced.c and sys/ptrace.c. */
#ifndef TASK_WATCH_H
#define TASK_WATCH_H

#include "task/operand.h"
#include "task/traced.h"

/* PTRACE_POKEUSER of register `n`, into the copy of a box: 0, -EINVAL, or -EIO when there is none (4 and 5). */
int watch_poke(struct traced *b, unsigned n, uint64_t value);
/* As PTRACE_PEEKUSER shows it. */
uint64_t watch_peek(const struct traced *b, unsigned n);

static inline bool watch_is_on(const struct traced *b)
{
    return b->armed & 0xff;
}

/* What the next instruction may do to the watched memory. */
struct watch {
    struct touches touches;
    uint64_t was[4];
    bool alone; /* no other thread is there to change it */
};

/* Before it. True: it is watched itself, and *fault tells so; nothing is to be run. */
bool watch_before(struct thread *t, struct watch *w, struct cpu_fault *fault);
/* It has been executed: the bits of DR6 for what it touched. */
unsigned watch_after(struct thread *t, const struct watch *w);

#endif
