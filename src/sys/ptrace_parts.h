/* What the parts of ptrace(2) share. */
#ifndef SYS_PTRACE_PARTS_H
#define SYS_PTRACE_PARTS_H

#include <stddef.h>
#include <sys/ptrace.h>

#include "sys/tracee.h"
#include "task/process.h"

#define O_MASK (0xff | PTRACE_O_EXITKILL | PTRACE_O_SUSPEND_SECCOMP)

/* A request to a tracee, whose box is copied. */
struct asked {
    struct thread *t;
    struct tracee *tr;
    struct traced b;
    uint64_t request, addr, data;
};

#define PUT(q, field)                                                                                                  \
    traced_poke((q)->tr->tid, (q)->tr->at + offsetof(struct traced, field), &(q)->b.field, sizeof(q)->b.field)

/* PTRACE_TRACEME; PTRACE_ATTACH and PTRACE_SEIZE, which return when the new tracee has accepted. 0 or a negative errno. */
int64_t ptrace_me(struct thread *t);
int64_t ptrace_attach(struct thread *t, const uint64_t a[6]);
/* May `t` ask for PTRACE_O_SUSPEND_SECCOMP? */
bool ptrace_may_suspend(const struct thread *t);

#endif
