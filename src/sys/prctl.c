/* prctl by table. An option passes when it acts on the host thread or process as it would on the guest's own; what would reach into
 * the supervisor (its own system calls, its time-stamp counter) fails as on a kernel without it. */
#include <errno.h>
#include <linux/prctl.h>
#include <string.h>

#include "sys/handlers.h"
#include "sys/layout.h"
#include "sys/seccomp.h"

#ifndef PR_GET_AUXV
#define PR_GET_AUXV 0x41555856
#endif
#ifndef PR_SET_MEMORY_MERGE
#define PR_SET_MEMORY_MERGE 67
#define PR_GET_MEMORY_MERGE 68
#endif

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_GET_MDWE 66
#endif

enum how { PLAIN, SECCOMP, DISPATCH, MEMORY, MDWE, OUT2, NAME_IN, NAME_OUT, TSC_OUT, AUXV_OUT, CORE };

static const struct {
    int option;
    uint8_t how;
    uint8_t size; /* OUT2: bytes written at argument 2 */
} options[] = {
    {PR_SET_PDEATHSIG, PLAIN, 0},
    {PR_GET_PDEATHSIG, OUT2, 4},
    {PR_GET_DUMPABLE, PLAIN, 0},
    {PR_SET_DUMPABLE, PLAIN, 0},
    {PR_GET_UNALIGN, PLAIN, 0},
    {PR_SET_UNALIGN, PLAIN, 0},
    {PR_GET_KEEPCAPS, PLAIN, 0},
    {PR_SET_KEEPCAPS, PLAIN, 0},
    {PR_GET_FPEMU, PLAIN, 0},
    {PR_GET_FPEXC, PLAIN, 0},
    {PR_GET_TIMING, PLAIN, 0},
    {PR_SET_TIMING, PLAIN, 0},
    {PR_SET_NAME, NAME_IN, 0},
    {PR_GET_NAME, NAME_OUT, 0},
    {PR_GET_ENDIAN, PLAIN, 0},
    {PR_GET_SECCOMP, SECCOMP, 0},
    {PR_SET_SECCOMP, SECCOMP, 0},
    {PR_SET_SYSCALL_USER_DISPATCH, DISPATCH, 0},
    {PR_SET_MM, MEMORY, 0},
    {PR_CAPBSET_READ, PLAIN, 0},
    {PR_CAPBSET_DROP, PLAIN, 0},
    {PR_GET_TSC, TSC_OUT, 4},
    {PR_GET_SECUREBITS, PLAIN, 0},
    {PR_SET_SECUREBITS, PLAIN, 0},
    {PR_SET_TIMERSLACK, PLAIN, 0},
    {PR_GET_TIMERSLACK, PLAIN, 0},
    {PR_TASK_PERF_EVENTS_DISABLE, PLAIN, 0},
    {PR_TASK_PERF_EVENTS_ENABLE, PLAIN, 0},
    {PR_MCE_KILL, PLAIN, 0},
    {PR_MCE_KILL_GET, PLAIN, 0},
    {PR_SET_PTRACER, PLAIN, 0},
    {PR_SET_CHILD_SUBREAPER, PLAIN, 0},
    {PR_GET_CHILD_SUBREAPER, OUT2, 4},
    {PR_SET_NO_NEW_PRIVS, PLAIN, 0},
    {PR_GET_NO_NEW_PRIVS, PLAIN, 0},
    {PR_GET_TID_ADDRESS, OUT2, 8}, /* the address is the guest's: below */
    {PR_SET_THP_DISABLE, PLAIN, 0},
    {PR_GET_THP_DISABLE, PLAIN, 0},
    {PR_CAP_AMBIENT, PLAIN, 0},
    {PR_GET_SPECULATION_CTRL, PLAIN, 0},
    {PR_SET_SPECULATION_CTRL, PLAIN, 0},
    {PR_SET_IO_FLUSHER, PLAIN, 0},
    {PR_GET_IO_FLUSHER, PLAIN, 0},
    {PR_SCHED_CORE, CORE, 0},
    {PR_SET_MDWE, MDWE, 0},
    {PR_GET_MDWE, MDWE, 0},
    {PR_SET_MEMORY_MERGE, PLAIN, 0},
    {PR_GET_MEMORY_MERGE, PLAIN, 0},
    {PR_GET_AUXV, AUXV_OUT, 0},
};

#define COMM_LEN 16

static int64_t name_set(struct thread *t, uint64_t va)
{
    char name[COMM_LEN] = {0};
    int64_t len = copy_in_str(t->proc->space, name, gva(va), COMM_LEN - 1);

    if (len < 0 && len != -ENAMETOOLONG)
        return len;
    name[COMM_LEN - 1] = '\0';
    if (t->tid == t->proc->pid)
        memcpy(t->proc->comm, name, sizeof name);
    return host(SYS_prctl, PR_SET_NAME, name, 0, 0, 0);
}

int64_t sys_user_dispatch(struct user_dispatch *to, uint64_t mode, uint64_t offset, uint64_t len, uint64_t selector)
{
    if (mode == PR_SYS_DISPATCH_OFF ? offset || len || selector
                                    : mode != PR_SYS_DISPATCH_ON || (offset && offset + len <= offset))
        return -EINVAL;
    if (selector >= SPACE_TOP)
        return -EFAULT;
    *to = (struct user_dispatch){mode == PR_SYS_DISPATCH_ON, offset, len, selector};
    return 0;
}

static int64_t dispatch_set(struct thread *t, const uint64_t a[6])
{
    return sys_user_dispatch(&t->dispatch, a[1], a[2], a[3], a[4]);
}

/* Once set, it stays as it is. */
static int64_t mdwe(struct thread *t, const uint64_t a[6])
{
    uint64_t *bits = &space_limits(t->proc->space)->mdwe, now = 0;

    if (a[2] || a[3] || a[4])
        return -EINVAL;
    if ((int) a[0] == PR_GET_MDWE)
        return a[1] ? -EINVAL : (int64_t) __atomic_load_n(bits, __ATOMIC_RELAXED);
    if (a[1] > (MDWE_REFUSE_EXEC_GAIN | MDWE_NO_INHERIT) || a[1] == MDWE_NO_INHERIT)
        return -EINVAL;
    bool set = __atomic_compare_exchange_n(bits, &now, a[1], false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    return set || now == a[1] ? 0 : -EPERM;
}

int64_t sys_prctl(struct thread *t, const uint64_t a[6])
{
    struct space *sp = t->proc->space;
    char buf[COMM_LEN] = {0};
    int64_t ret;
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(options); i++)
        if (options[i].option == (int) a[0])
            break;
    if (i == ARRAY_SIZE(options))
        return -EINVAL;
    if ((int) a[0] == PR_GET_TID_ADDRESS)
        return put_user(sp, gva(a[1]), &t->clear_child_tid.v);

    switch ((enum how) options[i].how) {
    case PLAIN:
        return host(SYS_prctl, a[0], a[1], a[2], a[3], a[4]);
    case SECCOMP:
        return (int) a[0] == PR_GET_SECCOMP ? (int64_t) t->seccomp.mode : seccomp_prctl(t, a[1], a[2]);
    case DISPATCH:
        return dispatch_set(t, a);
    case MDWE:
        return mdwe(t, a);
    case MEMORY:
        return sys_set_layout(t, (uint32_t) a[1], a[2], a[3], a[4]);
    case OUT2:
        ret = host(SYS_prctl, a[0], buf, a[2], a[3], a[4]);
        return ret < 0 ? ret : copy_out(sp, gva(a[1]), buf, options[i].size);
    case NAME_IN:
        return name_set(t, a[1]);
    case NAME_OUT:
        ret = host(SYS_prctl, PR_GET_NAME, buf, 0, 0, 0);
        return ret < 0 ? ret : copy_out(sp, gva(a[1]), buf, COMM_LEN);
    case TSC_OUT: {
        int enabled = PR_TSC_ENABLE;

        return put_user(sp, gva(a[1]), &enabled);
    }
    case AUXV_OUT: { /* the kernel's own vector has room to spare: how much, it says itself */
        const struct elf_start *s = &t->proc->start;

        ret = host(SYS_prctl, a[0], NULL, 0, a[3], a[4]);
        if (ret < 0)
            return ret;
        uint64_t len = MIN((uint64_t) ret, a[2]), n = MIN(len, s->auxv_words * sizeof s->auxv[0]);
        return copy_out(sp, gva(a[1]), s->auxv, n) || clear_out(sp, gva(a[1] + n), len - n) ? -EFAULT : ret;
    }
    case CORE: {
        struct pin p;

        ret = pin(t, &p, a[4], 8, PIN_OUT);
        if (ret < 0)
            return ret;
        ret = host(SYS_prctl, a[0], a[1], a[2], a[3], p.hva);
        return pin_done(t, &p, ret < 0 ? 0 : 8) < 0 ? -EFAULT : ret;
    }
    }
    return -EINVAL;
}
