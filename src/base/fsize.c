#include "base/fsize.h"

#include "base/raw.h"

bool fsize_lift(uint64_t n, struct rlimit64 *old)
{
    *old = (struct rlimit64){RLIM_INFINITY, RLIM_INFINITY};
    host(SYS_prlimit64, 0, RLIMIT_FSIZE, NULL, old);
    if (old->rlim_cur >= n)
        return true;
    const struct rlimit64 high = {MAX(old->rlim_max, n), MAX(old->rlim_max, n)};
    return host(SYS_prlimit64, 0, RLIMIT_FSIZE, &high, NULL) == 0;
}

void fsize_restore(uint64_t n, const struct rlimit64 *old)
{
    if (old->rlim_cur < n)
        host(SYS_prlimit64, 0, RLIMIT_FSIZE, old, NULL);
}
