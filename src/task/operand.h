/* The memory operand of an instruction. A host that emulates where the processor faults knows no vector instructions, and says #UD of one
 * whose address is wrong. Looked at are vector, x87 and other two-byte instructions; the rest such a host does right. */
#ifndef TASK_OPERAND_H
#define TASK_OPERAND_H

#include "task/task.h"

enum operand {
    OPERAND_FINE,
    OPERAND_BAD,   /* not canonical: #GP */
    OPERAND_STACK, /* the same by way of rsp or rbp: #SS */
};

enum operand operand_check(struct thread *t);

#endif
