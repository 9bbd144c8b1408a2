/* Who and where am I: the host as the guest is told of it, and limits, of which some are the guest's own. */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "base/fds.h"
#include "base/persona.h"
#include "base/procfs.h"
#include "fs/target.h"
#include "sys/cred.h"
#include "sys/handlers.h"
#include "sys/limits.h"
#include "task/process.h"

int64_t sys_uname(struct thread *t, const uint64_t a[6])
{
    struct utsname u;
    int64_t ret = host(SYS_uname, &u);

    if (ret < 0)
        return ret;
    if (t->proc->opt->hostname) {
        memset(u.nodename, 0, sizeof u.nodename);
        memcpy(u.nodename, t->proc->opt->hostname, strnlen(t->proc->opt->hostname, sizeof u.nodename - 1));
    }
    return put_user(t->proc->space, gva(a[0]), &u);
}

/* The name that is told with --hostname is every process's of this one, and no other can be had; the host's is not the guest's to change then. */
int64_t sys_sethostname(struct thread *t, const uint64_t a[6])
{
    return t->proc->opt->hostname ? -EPERM : sys_pass(t, sys_row_of(SYS_sethostname), a);
}

int64_t sys_personality(struct thread *t, const uint64_t a[6])
{
    (void) t;
    if ((uint32_t) a[0] != 0xffffffff)
        persona_changes();
    return host(SYS_personality, (uint32_t) a[0]);
}

int64_t sys_sysinfo(struct thread *t, const uint64_t a[6])
{
    struct sysinfo si;
    int64_t ret = host(SYS_sysinfo, &si);

    return ret < 0 ? ret : put_user(t->proc->space, gva(a[0]), &si);
}

/* sysfs(2): kinds of file systems by name and by number. */
int64_t sys_sysfs(struct thread *t, const uint64_t a[6])
{
    char *name;
    char buf[256] = {0};
    int64_t ret;

    switch ((int) a[0]) {
    case 1:
        ret = sys_str(t, a[1], &name);
        if (ret < 0)
            return ret;
        ret = host(SYS_sysfs, 1, name);
        sys_str_free(name);
        return ret;
    case 2:
        ret = host(SYS_sysfs, 2, a[1], buf);
        return ret < 0 ? ret : copy_out(t->proc->space, gva(a[2]), buf, strnlen(buf, sizeof buf - 1) + 1);
    default:
        return host(SYS_sysfs, a[0], a[1], a[2]);
    }
}

/* ---- limits ---- */

/* The soft limits that the guest's address space obeys; hard limits and all others are the host's. */
static uint64_t *own_limit(struct thread *t, int resource)
{
    struct space_limits *lim = space_limits(t->proc->space);

    switch (resource) {
    case RLIMIT_AS:
        return &lim->as;
    case RLIMIT_DATA:
        return &lim->data;
    case RLIMIT_STACK:
        return &lim->stack;
    }
    return NULL;
}

/* Their hard limits: the host process around the guest keeps its own. */
uint64_t sys_hard_limit[RLIM_NLIMITS];
bool sys_hard_known[RLIM_NLIMITS];

static const int own_resources[] = {RLIMIT_AS, RLIMIT_DATA, RLIMIT_STACK};

void sys_limits_save(struct sys_limits *out)
{
    for (unsigned i = 0; i < ARRAY_SIZE(own_resources); i++) {
        out->known[i] = sys_hard_known[own_resources[i]];
        out->hard[i] = sys_hard_limit[own_resources[i]];
    }
}

void sys_limits_load(const struct sys_limits *in)
{
    for (unsigned i = 0; i < ARRAY_SIZE(own_resources); i++) {
        sys_hard_known[own_resources[i]] = in->known[i];
        sys_hard_limit[own_resources[i]] = in->hard[i];
    }
}

void sys_limit_hard(int resource, uint64_t most)
{
    struct rlimit64 lim = {RLIM_INFINITY, RLIM_INFINITY};

    host(SYS_prlimit64, 0, resource, NULL, &lim);
    sys_hard_limit[resource] = MIN(lim.rlim_max, most);
    sys_hard_known[resource] = true;
}

static int64_t limit_get(struct thread *t, int resource, struct rlimit64 *out)
{
    uint64_t *own = own_limit(t, resource);
    int64_t ret;

    if (resource == RLIMIT_NOFILE)
        return fds_set_limit(NULL, out);
    ret = host(SYS_prlimit64, 0, resource, NULL, out);
    if (ret < 0 || !own)
        return ret;
    out->rlim_cur = *own;
    if (sys_hard_known[resource])
        out->rlim_max = sys_hard_limit[resource];
    if (out->rlim_max < out->rlim_cur)
        out->rlim_max = out->rlim_cur;
    return 0;
}

int sys_limit_told(int resource, struct rlimit64 *out)
{
    return (int) limit_get(current, resource, out);
}

static int64_t limit_set(struct thread *t, int resource, const struct rlimit64 *lim)
{
    uint64_t *own = own_limit(t, resource);
    struct rlimit64 old;
    int64_t ret;

    if (own) {
        if (lim->rlim_cur > lim->rlim_max)
            return -EINVAL;
        ret = limit_get(t, resource, &old);
        if (ret < 0)
            return ret;
        if (lim->rlim_max > old.rlim_max && !sys_cred_can(CAP_SYS_RESOURCE))
            return -EPERM;
        sys_hard_limit[resource] = lim->rlim_max;
        sys_hard_known[resource] = true;
        *own = lim->rlim_cur;
        if (resource == RLIMIT_STACK)
            space_stack_limit_set(t->proc->space);
        return 0;
    }
    if (resource == RLIMIT_NOFILE)
        return fds_set_limit(lim, NULL);
    return host(SYS_prlimit64, 0, resource, lim, NULL);
}

int64_t sys_getrlimit(struct thread *t, const uint64_t a[6])
{
    struct rlimit64 lim;
    int64_t ret = limit_get(t, (int) a[0], &lim);

    return ret < 0 ? ret : put_user(t->proc->space, gva(a[1]), &lim);
}

int64_t sys_setrlimit(struct thread *t, const uint64_t a[6])
{
    struct rlimit64 lim;

    if (get_user(t->proc->space, &lim, gva(a[1])) < 0)
        return -EFAULT;
    return limit_set(t, (int) a[0], &lim);
}

/* A thread that computes in a virtual machine learns where it runs when it enters it: one that was moved is made to. */
int64_t sys_sched_setaffinity(struct thread *t, const uint64_t a[6])
{
    const int tid = (int) a[0];
    int64_t ret = sys_pass(t, sys_row_of(SYS_sched_setaffinity), a);

    if (ret >= 0 && tid && tid != t->tid && !cpu_backend()->in_place && process_has_thread(t->proc, tid))
        traced_notify(t->proc->pid, tid, TRACE_RING);
    return ret;
}

/* What guest `g` would be told, given what the host says of its process. */
static void limit_told_there(const struct target *g, int resource, struct rlimit64 *lim)
{
    struct rlimit64 nofile;
    struct space_view v;
    uint64_t hard, end = (uint64_t) g->window_base + (uint64_t) g->window_count;
    bool known;

    if (resource == RLIMIT_NOFILE) {
        if (target_peek(g, (uint64_t) fds_limit() + g->shift, &nofile, sizeof nofile))
            return;
        /* Another soft limit is one that was set from outside and not yet looked at. */
        if (lim->rlim_cur == MIN(nofile.rlim_cur, (uint64_t) g->window_base) || lim->rlim_cur >= end)
            lim->rlim_cur = nofile.rlim_cur;
        if (lim->rlim_max == MAX(nofile.rlim_max, end))
            lim->rlim_max = nofile.rlim_max;
        return;
    }
    if (target_peek(g, (uint64_t) &sys_hard_known[resource] + g->shift, &known, sizeof known) ||
        target_peek(g, (uint64_t) &sys_hard_limit[resource] + g->shift, &hard, sizeof hard) || target_view(g, &v))
        return;
    lim->rlim_cur = resource == RLIMIT_AS ? v.limits.as : resource == RLIMIT_DATA ? v.limits.data : v.limits.stack;
    lim->rlim_max = MAX(known ? hard : lim->rlim_max, lim->rlim_cur);
    space_view_free(&v);
}

/* Of another process. A guest's soft limits of its address space are its own to change; its descriptor limit it reads from the host, which
 * must keep its window. */
static int64_t limit_of(int pid, int resource, const struct rlimit64 *new, struct rlimit64 *old)
{
    struct rlimit64 lim;
    struct target other;
    int64_t ret;
    int guest = 0;

    if (resource == RLIMIT_NOFILE || resource == RLIMIT_AS || resource == RLIMIT_DATA || resource == RLIMIT_STACK)
        guest = target_of(pid, &other);
    if (guest == -ESRCH && procfs_threads(pid) <= 1 && procfs_state(pid) == 'Z')
        new = NULL; /* to one that has ended, limits are nothing */
    if (guest < 0 && new)
        return host(SYS_kill, pid, 0) == -ESRCH ? -ESRCH : -EPERM;
    if (guest > 0 && new) {
        if (resource != RLIMIT_NOFILE)
            return -EPERM;
        if (new->rlim_cur <= new->rlim_max) {
            lim.rlim_cur = MIN(new->rlim_cur, (uint64_t) other.window_base);
            lim.rlim_max = MAX(new->rlim_max, (uint64_t) other.window_base + (uint64_t) other.window_count);
            new = &lim;
        }
    }
    ret = host(SYS_prlimit64, pid, resource, new, old);
    if (guest > 0 && old && ret >= 0)
        limit_told_there(&other, resource, old);
    return ret;
}

int64_t sys_prlimit64(struct thread *t, const uint64_t a[6])
{
    struct rlimit64 new, old;
    int64_t ret = 0;

    if (a[2] && get_user(t->proc->space, &new, gva(a[2])) < 0)
        return -EFAULT;
    if ((uint32_t) a[1] >= RLIM_NLIMITS)
        return host(SYS_prlimit64, (int) a[0], a[1], NULL, NULL); /* ESRCH or EINVAL */
    if (!process_is_named(t->proc, (int) a[0])) {
        ret = limit_of((int) a[0], (int) a[1], a[2] ? &new : NULL, a[3] ? &old : NULL);
    } else {
        if (a[3])
            ret = limit_get(t, (int) a[1], &old);
        if (ret >= 0 && a[2])
            ret = limit_set(t, (int) a[1], &new);
    }
    if (ret >= 0 && a[3])
        ret = put_user(t->proc->space, gva(a[3]), &old);
    return ret;
}
