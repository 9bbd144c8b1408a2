/* Hard limits of the resources whose soft limits the guest's address space keeps (space_limits). Survive fork by themselves; exec
 * passes them on. */
#ifndef SYS_LIMITS_H
#define SYS_LIMITS_H

#include <sys/resource.h>

#include "base/base.h"

struct sys_limits {
    bool known[3]; /* RLIMIT_AS, RLIMIT_DATA, RLIMIT_STACK: false = the host's */
    uint64_t hard[3];
};

/* By resource: the hard limits that the guest has set for these, and whether it has. */
extern uint64_t sys_hard_limit[RLIM_NLIMITS];
extern bool sys_hard_known[RLIM_NLIMITS];

/* For the first process: lower the hard limit of one of these to `most`. */
void sys_limit_hard(int resource, uint64_t most);

void sys_limits_save(struct sys_limits *out);
void sys_limits_load(const struct sys_limits *in);

/* What getrlimit(2) tells the calling guest thread. 0 or a negative errno. */
struct rlimit64;
int sys_limit_told(int resource, struct rlimit64 *out);

#endif
