/* What a space may have: RLIMIT_AS and RLIMIT_DATA, without what is the translator's; locked memory; memory that was data and is to be code; the
 * number of mappings; the lowest pages. */
#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "base/fds.h"
#include "base/lines.h"
#include "base/raw.h"
#include "mem/region.h"

void space_limits_inherit(struct space_limits *lim)
{
    if (lim->mdwe & MDWE_NO_INHERIT)
        lim->mdwe = 0;
}

bool denied_as_code(const struct space *sp, int old, int prot)
{
    if (!__atomic_load_n(&sp->limits.mdwe, __ATOMIC_RELAXED) || !(prot & PROT_EXEC))
        return false;
    return (prot & PROT_WRITE) || !(old & PROT_EXEC);
}

void space_set_translator(struct space *sp, enum space_translator stage)
{
    lock(sp);
    sp->translator = stage;
    unlock(sp);
}

enum space_translator space_translator(const struct space *sp)
{
    return sp->translator;
}

int exempt_flag(const struct space *sp, bool of_translator)
{
    return sp->translator == TRANSLATOR_LOADS || (sp->translator && of_translator) ? RG_EXEMPT : 0;
}

bool counts_as_data(int prot, int flags)
{
    return (prot & PROT_WRITE) && !(flags & (RG_SHARED | RG_GROWSDOWN | RG_EXEMPT));
}

int may_expand(struct space *sp, uint64_t size, uint64_t freed, int prot, int flags)
{
    const uint64_t counted = sp->total - sp->exempt - freed + size;
    if (flags & RG_EXEMPT)
        return 0;
    if (counted > sp->limits.as || counted < size)
        return -ENOMEM;
    if (counts_as_data(prot, flags) && sp->data + size > sp->limits.data)
        return -ENOMEM;
    return 0;
}

unsigned mapping_limit(void)
{
    struct lines l;
    uint64_t n = 65530; /* what it is where nobody has changed it, nor lets it be read */
    fds_create_lock();
    const char *p = lines_open(&l, "/proc/sys/vm/max_map_count") ? NULL : lines_next(&l);
    if (p)
        parse_number(&p, 10, &n);
    lines_close(&l);
    fds_create_unlock();
    return (unsigned) MIN(n, REGIONS_MOST);
}

int may_lock(struct space *sp, uint64_t size, int flags)
{
    struct rlimit64 limit;
    if (!(flags & RG_LOCKED) || host(SYS_prlimit64, 0, RLIMIT_MEMLOCK, NULL, &limit) ||
        sp->locked + size <= page_down(limit.rlim_cur))
        return 0;
    /* More than the limit by itself: it is let pass who has the privilege. */
    int r = map_for_a_moment(sp, limit.rlim_cur + PAGE_SIZE, PROT_NONE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED | MAP_NORESERVE, -1, 0);
    return r == -EPERM || r == -EAGAIN ? r : 0;
}

/* Pages below vm.mmap_min_addr are a matter of privilege, which the host decides. */
int may_map_low(uint64_t va)
{
    long p = host(SYS_mmap, va, PAGE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (p == -EEXIST) /* MMAP_PAGE_ZERO: the host gave this process one, too */
        return 0;
    if (is_error(p))
        return (int) p;
    host(SYS_munmap, p, PAGE_SIZE);
    return 0;
}
