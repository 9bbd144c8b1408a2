#include "sys/ptrace_config.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/prctl.h>

#include "mem/access.h"
#include "sys/cred.h"
#include "sys/handlers.h"
#include "task/seccomp.h"

#define SET_FS 0x1002
#define GET_FS 0x1003
#define GET_GS 0x1004
#define SET_GS 0x1001
#define TLS_MIN 12 /* GDT_ENTRY_TLS_MIN, and how many there are */
#define TLS_COUNT 3

/* struct ptrace_sud_config */
struct user_dispatch_config {
    uint64_t mode, selector, offset, len;
};

/* struct seccomp_metadata */
struct filter_metadata {
    uint64_t filter, flags;
};

/* struct ptrace_rseq_configuration */
struct rseq_config {
    uint64_t pointer;
    uint32_t size, signature, flags, pad;
};

/* struct user_desc, whose last word is bits */
struct thread_area {
    uint32_t entry, base, limit, bits;
};
#define AREA_EMPTY (1u << 3 | 1u << 5) /* read_exec_only, seg_not_present */

static uint64_t thread_at(const struct tracee *tr)
{
    return tr->at - offsetof(struct thread, trace);
}

static int64_t answer(struct thread *t, uint64_t data, const void *what, size_t size)
{
    return copy_out(t->proc->space, gva(data), what, size) ? -EFAULT : 0;
}

/* What binds the calls of `tr` may be read by whoever is privileged, and not bound himself. */
static int read_seccomp(struct thread *t, const struct tracee *tr, struct seccomp_state *out)
{
    if (!sys_cred_can(CAP_SYS_ADMIN) || t->seccomp.mode)
        return -EACCES;
    return traced_peek(tr->tid, thread_at(tr) + offsetof(struct thread, seccomp), out, sizeof *out) ? -ESRCH : 0;
}

int64_t ptrace_filter_flags(struct thread *t, const struct tracee *tr, uint64_t size, uint64_t data)
{
    struct seccomp_state state;
    struct filter_metadata m = {0};
    int r = read_seccomp(t, tr, &state);
    if (r)
        return r;
    if (size < sizeof m.filter)
        return -EINVAL;
    if (copy_in(t->proc->space, &m.filter, gva(data), sizeof m.filter))
        return -EFAULT;
    int64_t flags = seccomp_peek_flags(tr->tid, &state, m.filter);
    if (flags < 0)
        return flags;
    m.flags = (uint64_t) flags;
    size = MIN(size, sizeof m);
    r = (int) answer(t, data, &m, size);
    return r ? r : (int64_t) size;
}

int64_t ptrace_filter(struct thread *t, const struct tracee *tr, uint64_t n, uint64_t data)
{
    struct seccomp_state state;
    autofree struct sock_filter *insn = NULL;
    int refused = read_seccomp(t, tr, &state);
    if (refused)
        return refused;
    int64_t count = seccomp_peek(tr->tid, &state, n, &insn);
    if (count < 0 || !data)
        return count;
    int64_t r = answer(t, data, insn, (size_t) count * sizeof *insn);
    return r ? r : count;
}

int64_t ptrace_user_dispatch(struct thread *t, const struct tracee *tr, uint64_t size, uint64_t data, bool set)
{
    struct user_dispatch now;
    struct user_dispatch_config c = {0};
    uint64_t at = thread_at(tr) + offsetof(struct thread, dispatch);
    if (size != sizeof c)
        return -EINVAL;
    if (set) {
        if (copy_in(t->proc->space, &c, gva(data), sizeof c))
            return -EFAULT;
        int64_t r = sys_user_dispatch(&now, c.mode, c.offset, c.len, c.selector);
        return r ? r : traced_poke(tr->tid, at, &now, sizeof now) ? -ESRCH : 0;
    }
    if (traced_peek(tr->tid, at, &now, sizeof now))
        return -ESRCH;
    if (now.on)
        c = (struct user_dispatch_config){PR_SYS_DISPATCH_ON, now.selector, now.offset, now.len};
    return answer(t, data, &c, sizeof c);
}

int64_t ptrace_rseq(struct thread *t, uint64_t size, uint64_t data)
{
    static const struct rseq_config none;
    int64_t r = answer(t, data, &none, MIN(size, sizeof none));
    return r ? r : (int64_t) sizeof none;
}

int64_t ptrace_thread_area(struct thread *t, uint64_t index, uint64_t data)
{
    struct thread_area area = {.entry = (uint32_t) index, .bits = AREA_EMPTY};
    if ((int) index < 0)
        return -EIO;
    if (area.entry < TLS_MIN || area.entry >= TLS_MIN + TLS_COUNT)
        return -EINVAL;
    return answer(t, data, &area, sizeof area);
}

int64_t ptrace_base(struct thread *t, struct traced *b, uint64_t addr, uint64_t code)
{
    uint64_t *base = code == SET_FS || code == GET_FS ? &b->fs_base : &b->gs_base;
    switch (code) {
    case GET_FS:
    case GET_GS:
        return answer(t, addr, base, sizeof *base);
    case SET_FS:
    case SET_GS:
        if (addr >= SPACE_TOP)
            return -EPERM;
        *base = addr;
        return 1;
    }
    return -EINVAL;
}
