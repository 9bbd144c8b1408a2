/* User and group ids. With --user nothing reaches the host: the rules of setuid(2) and its family run on the told ids. */
#include "sys/cred.h"

#include <errno.h>
#include <linux/capability.h>

#include "sys/handlers.h"

struct sys_cred sys_cred;

#define KEEP UINT32_MAX

void sys_cred_tell(uint32_t uid, uint32_t gid)
{
    sys_cred = (struct sys_cred){true, uid, uid, uid, uid, gid, gid, gid, gid};
}

bool sys_cred_can(unsigned cap)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {0};

    return host(SYS_capget, &head, data) == 0 && (data[cap / 32].effective >> cap % 32 & 1);
}

void sys_cred_now(struct sys_cred *out)
{
    *out = sys_cred;
    if (out->told)
        return;
    host(SYS_getresuid, &out->ruid, &out->euid, &out->suid);
    host(SYS_getresgid, &out->rgid, &out->egid, &out->sgid);
    out->fsuid = (uint32_t) host(SYS_setfsuid, -1);
    out->fsgid = (uint32_t) host(SYS_setfsgid, -1);
}

/* The ids of one kind, so that users and groups share the rules. */
struct ids {
    uint32_t *real, *effective, *saved, *fs;
};

static struct ids users(void)
{
    return (struct ids){&sys_cred.ruid, &sys_cred.euid, &sys_cred.suid, &sys_cred.fsuid};
}

static struct ids groups(void)
{
    return (struct ids){&sys_cred.rgid, &sys_cred.egid, &sys_cred.sgid, &sys_cred.fsgid};
}

static bool privileged(void)
{
    return sys_cred.euid == 0;
}

static bool is_any(const struct ids *id, uint32_t v)
{
    return v == *id->real || v == *id->effective || v == *id->saved;
}

/* setuid(2) */
static int64_t set_one(struct ids id, uint32_t v)
{
    if (v == KEEP)
        return -EINVAL;
    if (privileged())
        *id.real = *id.saved = v;
    else if (v != *id.real && v != *id.saved)
        return -EPERM;
    *id.effective = *id.fs = v;
    return 0;
}

/* setreuid(2) */
static int64_t set_two(struct ids id, uint32_t real, uint32_t effective)
{
    uint32_t old_real = *id.real;

    if (!privileged() &&
        ((real != KEEP && real != *id.real && real != *id.effective) || (effective != KEEP && !is_any(&id, effective))))
        return -EPERM;
    if (real != KEEP)
        *id.real = real;
    if (effective != KEEP)
        *id.effective = effective;
    if (real != KEEP || (effective != KEEP && effective != old_real))
        *id.saved = *id.effective;
    *id.fs = *id.effective;
    return 0;
}

/* setresuid(2) */
static int64_t set_three(struct ids id, uint32_t real, uint32_t effective, uint32_t saved)
{
    if (!privileged() && ((real != KEEP && !is_any(&id, real)) || (effective != KEEP && !is_any(&id, effective)) ||
                          (saved != KEEP && !is_any(&id, saved))))
        return -EPERM;
    if (real != KEEP)
        *id.real = real;
    if (effective != KEEP)
        *id.effective = effective;
    if (saved != KEEP)
        *id.saved = saved;
    *id.fs = *id.effective;
    return 0;
}

/* setfsuid(2): always the old one, changed or not */
static int64_t set_fs(struct ids id, uint32_t v)
{
    uint32_t old = *id.fs;

    if (v != KEEP && (privileged() || is_any(&id, v) || v == old))
        *id.fs = v;
    return old;
}

static int64_t get_three(struct thread *t, struct ids id, const uint64_t a[6])
{
    struct space *sp = t->proc->space;

    if (put_user(sp, gva(a[0]), id.real) < 0 || put_user(sp, gva(a[1]), id.effective) < 0 ||
        put_user(sp, gva(a[2]), id.saved) < 0)
        return -EFAULT;
    return 0;
}

/* The host's answer without --user, `told` with it. */
#define OR_HOST(name, own)                                                                                             \
    int64_t sys_##name(struct thread *t, const uint64_t a[6])                                                          \
    {                                                                                                                  \
        if (!sys_cred.told)                                                                                            \
            return sys_pass(t, sys_row_of(SYS_##name), a);                                                             \
        return own;                                                                                                    \
    }

#define ID(n) ((uint32_t) a[n])

OR_HOST(getuid, sys_cred.ruid)
OR_HOST(geteuid, sys_cred.euid)
OR_HOST(getgid, sys_cred.rgid)
OR_HOST(getegid, sys_cred.egid)
OR_HOST(setuid, set_one(users(), ID(0)))
OR_HOST(setgid, set_one(groups(), ID(0)))
OR_HOST(setreuid, set_two(users(), ID(0), ID(1)))
OR_HOST(setregid, set_two(groups(), ID(0), ID(1)))
OR_HOST(setresuid, set_three(users(), ID(0), ID(1), ID(2)))
OR_HOST(setresgid, set_three(groups(), ID(0), ID(1), ID(2)))
OR_HOST(setfsuid, set_fs(users(), ID(0)))
OR_HOST(setfsgid, set_fs(groups(), ID(0)))
OR_HOST(getresuid, get_three(t, users(), a))
OR_HOST(getresgid, get_three(t, groups(), a))

/* With --user there is one supplementary group, the primary. */
int64_t sys_getgroups(struct thread *t, const uint64_t a[6])
{
    if (!sys_cred.told)
        return sys_pass(t, sys_row_of(SYS_getgroups), a);
    if ((int) a[0] < 0)
        return -EINVAL;
    if (!(int) a[0])
        return 1;
    return put_user(t->proc->space, gva(a[1]), &sys_cred.rgid) < 0 ? -EFAULT : 1;
}

int64_t sys_setgroups(struct thread *t, const uint64_t a[6])
{
    if (!sys_cred.told)
        return sys_pass(t, sys_row_of(SYS_setgroups), a);
    return privileged() ? 0 : -EPERM;
}
