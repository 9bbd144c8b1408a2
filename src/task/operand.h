/* Instructions that are looked at because they faulted: what their ModRM byte names, and two things that Linux or the host make of it. */
#ifndef TASK_OPERAND_H
#define TASK_OPERAND_H

#include "task/task.h"

/* A host that emulates where the processor faults knows no vector instructions, and says #UD of one whose address is wrong. Looked at are
 * vector, x87 and other two-byte instructions; the rest such a host does right. */
enum operand {
    OPERAND_FINE,
    OPERAND_BAD,   /* not canonical: #GP */
    OPERAND_STACK, /* the same by way of rsp or rbp: #SS */
};

enum operand operand_check(struct thread *t);

/* SGDT, SIDT, SLDT, STR and SMSW are a #GP on a processor with UMIP, and Linux carries them out with values that tell nothing
 * (arch/x86/kernel/umip.c). UMIP_BAD: it is one of these, but *addr cannot be written. */
enum umip { UMIP_OTHER, UMIP_DONE, UMIP_BAD };

enum umip umip_emulate(struct thread *t, uint64_t *addr);

/* The memory that the next instruction reads and writes. `unknown`: it may be other memory, too. What is `near_rip` counts from the end of the
 * instruction: from where the thread stands behind it. */
enum { TOUCH_READ = 1, TOUCH_WRITE = 2 };

struct touches {
    struct {
        uint64_t va;
        unsigned size, how;
        bool near_rip;
    } at[3];
    unsigned n;
    bool unknown, pushes_flags;
};

struct touches operand_touches(struct thread *t);

#endif
