/* RLIMIT_FSIZE is the guest's, and going past it raises its SIGXFSZ: lifted while the supervisor makes a file of its own. */
#ifndef BASE_FSIZE_H
#define BASE_FSIZE_H

#include <sys/resource.h>

#include "base/base.h"

/* Let a file of `n` bytes be made; *old is for fsize_restore(). False: the hard limit is in the way, and may not be passed. */
bool fsize_lift(uint64_t n, struct rlimit64 *old);
void fsize_restore(uint64_t n, const struct rlimit64 *old);

#endif
