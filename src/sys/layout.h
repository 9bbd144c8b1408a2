/* prctl(PR_SET_MM), as prctl(2) has it, for sys/prctl.c. */
#ifndef SYS_LAYOUT_H
#define SYS_LAYOUT_H

#include "task/task.h"

int64_t sys_set_layout(struct thread *t, uint64_t option, uint64_t value, uint64_t arg4, uint64_t arg5);

#endif
