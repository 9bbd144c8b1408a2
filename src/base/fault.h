/* Faults on purpose: ELFUSE_FAULT=POINT:WHEN[,...] makes the steps that are listed in fault.def fail, for tests. WHEN is N (the N-th time),
 * N+ (from then on) or 1/N (at random, one time in N); POINT may end in `*`. Times are counted over all processes of a run. */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include "base/base.h"

enum fault_point {
#define FAULT(name, id, err, what) FAULT_##id,
#include "base/fault.def"
#undef FAULT
    FAULT_POINTS
};

extern bool fault_armed;
int fault_hit(enum fault_point point);

/* 0, or the negative errno with which the step shall fail. */
static inline int fault(enum fault_point point)
{
    return __builtin_expect(fault_armed, 0) ? fault_hit(point) : 0;
}

/* Take `spec`, the value of ELFUSE_FAULT. 0, or -EINVAL with a line in `err`. Before the second thread. */
int fault_setup(const char *spec, char *err, size_t size);
/* The points, one a line: name, tab, what. malloc'd. */
char *fault_list(void);

/* The counters are shared by way of a descriptor in the window (-1: none), which exec and fork pass on. */
int fault_fd(void);
void fault_adopt(int fd);

#endif
