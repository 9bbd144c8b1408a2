/* ptrace(2): requests to a thread of another guest process, which are copies out of and into its box (docs/internals/ptrace.md). */
#include "sys/ptrace_config.h"
#include "sys/ptrace_parts.h"

#include <elf.h>
#include <errno.h>
#include <linux/audit.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "fs/special.h"
#include "sys/handlers.h"
#include "sys/pending.h"
#include "task/watch.h"

/* Newer than some headers. */
#define GET_THREAD_AREA 25
#define SINGLEBLOCK 33
#define ARCH_PRCTL 30
#define SECCOMP_GET_METADATA 0x420d
#define GET_RSEQ_CONFIGURATION 0x420f
#define SET_SYSCALL_USER_DISPATCH_CONFIG 0x4210
#define GET_SYSCALL_USER_DISPATCH_CONFIG 0x4211
#define SET_SYSCALL_INFO 0x4212

#define FXSAVE_SIZE 512
#define SW_RESERVED 464
#define XSTATE_BV 512
#define FLAGS_GUEST 0x54dd5ull /* what a debugger may change: FLAG_MASK of the kernel's ptrace.c */
#define USER_CS 0x33
#define USER_SS 0x2b
#define USER_SIZE (sizeof(struct user) + 16) /* the kernel's has an error code and a fault's address besides */

static int mark(struct asked *q, uint32_t what)
{
    q->b.changed |= what;
    return PUT(q, changed) ? -ESRCH : 0;
}

static int64_t to_user(struct asked *q, uint64_t va, const void *data, size_t size)
{
    return copy_out(q->t->proc->space, gva(va), data, size) ? -EFAULT : 0;
}

/* ---- registers ---- */

static struct user_regs_struct user_regs(const struct traced *b)
{
    const struct cpu_regs *r = &b->regs;
    return (struct user_regs_struct){.r15 = r->r15,
                                     .r14 = r->r14,
                                     .r13 = r->r13,
                                     .r12 = r->r12,
                                     .rbp = r->rbp,
                                     .rbx = r->rbx,
                                     .r11 = r->r11,
                                     .r10 = r->r10,
                                     .r9 = r->r9,
                                     .r8 = r->r8,
                                     .rax = r->rax,
                                     .rcx = r->rcx,
                                     .rdx = r->rdx,
                                     .rsi = r->rsi,
                                     .rdi = r->rdi,
                                     .orig_rax = b->orig_rax,
                                     .rip = r->rip,
                                     .cs = USER_CS,
                                     .eflags = r->rflags | 0x202,
                                     .rsp = r->rsp,
                                     .ss = USER_SS,
                                     .fs_base = b->fs_base,
                                     .gs_base = b->gs_base,
                                     .ds = b->segments[0],
                                     .es = b->segments[1],
                                     .fs = b->segments[2],
                                     .gs = b->segments[3]};
}

static bool is_selector(uint16_t s)
{
    return s == 0 || (s & 3) == 3;
}

static int set_user_regs(struct asked *q, const struct user_regs_struct *u)
{
    struct traced *b = &q->b;
    const uint16_t segments[] = {(uint16_t) u->ds, (uint16_t) u->es, (uint16_t) u->fs, (uint16_t) u->gs};
    if (u->fs_base >= SPACE_TOP || u->gs_base >= SPACE_TOP || (uint16_t) u->cs != USER_CS ||
        (uint16_t) u->ss != USER_SS)
        return -EIO;
    for (unsigned i = 0; i < ARRAY_SIZE(segments); i++)
        if (!is_selector(segments[i]))
            return -EIO;
    memcpy(b->segments, segments, sizeof segments);
    b->regs = (struct cpu_regs){.rax = u->rax,
                                .rbx = u->rbx,
                                .rcx = u->rcx,
                                .rdx = u->rdx,
                                .rsi = u->rsi,
                                .rdi = u->rdi,
                                .rsp = u->rsp,
                                .rbp = u->rbp,
                                .r8 = u->r8,
                                .r9 = u->r9,
                                .r10 = u->r10,
                                .r11 = u->r11,
                                .r12 = u->r12,
                                .r13 = u->r13,
                                .r14 = u->r14,
                                .r15 = u->r15,
                                .rip = u->rip,
                                .rflags = (b->regs.rflags & ~FLAGS_GUEST) | (u->eflags & FLAGS_GUEST)};
    b->orig_rax = u->orig_rax;
    b->fs_base = u->fs_base;
    b->gs_base = u->gs_base;
    if (PUT(q, regs) || PUT(q, orig_rax) || PUT(q, fs_base) || PUT(q, gs_base) || PUT(q, segments))
        return -ESRCH;
    return mark(q, TRACED_REGS);
}

/* Its number, or -1. */
static int debug_register(uint64_t addr)
{
    const uint64_t start = offsetof(struct user, u_debugreg);
    return addr >= start && addr < sizeof(struct user) ? (int) (addr - start) / 8 : -1;
}

static int64_t peek_user(struct asked *q)
{
    uint64_t value = 0;
    const int n = debug_register(q->addr);
    if (q->addr & 7 || q->addr >= USER_SIZE)
        return -EIO;
    if (q->addr < sizeof(struct user_regs_struct)) {
        struct user_regs_struct u = user_regs(&q->b);
        memcpy(&value, (char *) &u + q->addr, 8);
    } else if (n >= 0) {
        value = watch_peek(&q->b, (unsigned) n);
    }
    return to_user(q, q->data, &value, sizeof value);
}

static int64_t poke_user(struct asked *q)
{
    if (q->addr & 7 || q->addr >= USER_SIZE)
        return -EIO;
    const int n = debug_register(q->addr);
    if (n >= 0) {
        const int r = watch_poke(&q->b, (unsigned) n, q->data);
        return r ? r : PUT(q, dr) || PUT(q, armed) ? -ESRCH : 0;
    }
    if (q->addr >= sizeof(struct user_regs_struct))
        return -EIO;
    struct user_regs_struct u = user_regs(&q->b);
    memcpy((char *) &u + q->addr, &q->data, 8);
    return set_user_regs(q, &u);
}

/* The image as the kernel shows it: with what it has of features in the reserved bytes. */
static int64_t read_xsave(struct asked *q, uint8_t **out)
{
    if (!q->b.xsave_size || !(*out = calloc(1, q->b.xsave_size)))
        return -ENOMEM;
    if (traced_peek(q->tr->tid, q->b.xsave, *out, q->b.xsave_size))
        return -ESRCH;
    *(uint64_t *) (*out + SW_RESERVED) = q->b.xfeatures;
    return 0;
}

static int64_t write_xsave(struct asked *q, uint8_t *image)
{
    memset(image + SW_RESERVED, 0, 48);
    *(uint64_t *) (image + XSTATE_BV) &= q->b.xfeatures;
    memset(image + XSTATE_BV + 8, 0, 56);
    if (*(uint32_t *) (image + 24) & ~0xffffu)
        return -EINVAL; /* MXCSR */
    if (traced_poke(q->tr->tid, q->b.xsave, image, q->b.xsave_size))
        return -ESRCH;
    return mark(q, TRACED_XSAVE);
}

static int64_t fp_regs(struct asked *q, bool set)
{
    autofree uint8_t *image = NULL;
    int64_t r = read_xsave(q, &image);
    if (r)
        return r;
    if (!set) {
        memset(image + SW_RESERVED, 0, 48);
        return to_user(q, q->data, image, FXSAVE_SIZE);
    }
    if (copy_in(q->t->proc->space, image, gva(q->data), FXSAVE_SIZE))
        return -EFAULT;
    *(uint64_t *) (image + XSTATE_BV) |= 3;
    return write_xsave(q, image);
}

static int64_t gp_regs(struct asked *q, bool set)
{
    struct user_regs_struct u = user_regs(&q->b);
    if (!set)
        return to_user(q, q->data, &u, sizeof u);
    if (copy_in(q->t->proc->space, &u, gva(q->data), sizeof u))
        return -EFAULT;
    return set_user_regs(q, &u);
}

/* One register set through an iovec, whose length becomes what was there. */
static int64_t regset_move(struct asked *q, void *image, size_t whole, size_t unit, bool set, struct iovec *iov)
{
    if (iov->iov_len % unit)
        return -EINVAL;
    iov->iov_len = MIN(iov->iov_len, whole);
    uint64_t at = (uint64_t) iov->iov_base;
    if (set)
        return copy_in(q->t->proc->space, image, gva(at), iov->iov_len) ? -EFAULT : 0;
    return to_user(q, at, image, iov->iov_len);
}

static int64_t regset(struct asked *q, bool set)
{
    struct space *sp = q->t->proc->space;
    struct iovec iov;
    autofree uint8_t *image = NULL;
    struct user_regs_struct u = user_regs(&q->b);
    if (get_user(sp, &iov, gva(q->data)))
        return -EFAULT;
    if (q->addr == NT_386_IOPERM) /* nobody has ports */
        return iov.iov_len % 8 ? -EINVAL : set ? -EOPNOTSUPP : -ENXIO;
    int64_t r = q->addr == NT_PRSTATUS ? 0 : read_xsave(q, &image);
    if (r)
        return r;
    switch (q->addr) {
    case NT_PRSTATUS:
        r = regset_move(q, &u, sizeof u, 8, set, &iov);
        if (r == 0 && set)
            r = set_user_regs(q, &u);
        break;
    case NT_PRFPREG:
        if (!set)
            memset(image + SW_RESERVED, 0, 48);
        else if (iov.iov_len < FXSAVE_SIZE)
            return -EINVAL;
        r = regset_move(q, image, FXSAVE_SIZE, 4, set, &iov);
        *(uint64_t *) (image + XSTATE_BV) |= set ? 3 : 0;
        if (r == 0 && set)
            r = write_xsave(q, image);
        break;
    case NT_X86_XSTATE:
        if (set && iov.iov_len < q->b.xsave_size)
            return iov.iov_len % 8 ? -EINVAL : -EFAULT;
        r = regset_move(q, image, q->b.xsave_size, 8, set, &iov);
        if (r == 0 && set)
            r = write_xsave(q, image);
        break;
    default:
        return -EINVAL;
    }
    uint64_t len = iov.iov_len;
    if (r == 0 && put_user(sp, gva(q->data + offsetof(struct iovec, iov_len)), &len))
        r = -EFAULT;
    return r;
}

/* ---- what a stop is ---- */

static int64_t sig_info(struct asked *q, bool set)
{
    if (!q->b.has_info)
        return -EINVAL;
    if (!set)
        return to_user(q, q->data, &q->b.info, sizeof q->b.info);
    if (get_user(q->t->proc->space, &q->b.info, gva(q->data)))
        return -EFAULT;
    return PUT(q, info) ? -ESRCH : mark(q, TRACED_INFO);
}

static int64_t sig_mask(struct asked *q, bool set)
{
    if (q->addr != sizeof q->b.mask)
        return -EINVAL;
    if (!set)
        return to_user(q, q->data, &q->b.mask, sizeof q->b.mask);
    if (get_user(q->t->proc->space, &q->b.mask, gva(q->data)))
        return -EFAULT;
    q->b.mask &= ~(KSIG_BIT(SIGKILL) | KSIG_BIT(SIGSTOP));
    return PUT(q, mask) ? -ESRCH : mark(q, TRACED_MASK);
}

static int64_t peek_siginfo(struct asked *q)
{
    struct {
        uint64_t off;
        uint32_t flags;
        int32_t nr;
    } arg;
    if (get_user(q->t->proc->space, &arg, gva(q->addr)))
        return -EFAULT;
    if ((arg.flags & ~(uint32_t) PTRACE_PEEKSIGINFO_SHARED) || arg.nr < 0)
        return -EINVAL;
    autofree siginfo_t *found = NULL;
    int64_t n = arg.nr ? pending_signals(q->t->proc, q->tr, arg.flags & PTRACE_PEEKSIGINFO_SHARED, arg.off,
                                         (uint32_t) arg.nr, &found)
                       : 0;
    for (int64_t i = 0; i < n; i++)
        if (to_user(q, q->data + (uint64_t) i * sizeof *found, &found[i], sizeof *found))
            return i ? i : -EFAULT;
    return n;
}

/* Which side of a call this stop is, as PTRACE_SYSCALL_INFO_* */
static int call_stop(const struct traced *b)
{
    int sysgood = SIGTRAP | 0x80, seccomp = SIGTRAP | PTRACE_EVENT_SECCOMP << 8; /* other stops are not told apart */
    bool is = b->has_info && b->info.si_code == (b->call_op == PTRACE_SYSCALL_INFO_SECCOMP ? seccomp : sysgood);
    return is ? b->call_op : PTRACE_SYSCALL_INFO_NONE;
}

static int64_t syscall_info(struct asked *q)
{
    const struct traced *b = &q->b;
    struct __ptrace_syscall_info si = {.op = (uint8_t) call_stop(b),
                                       .arch = AUDIT_ARCH_X86_64,
                                       .instruction_pointer = b->regs.rip,
                                       .stack_pointer = b->regs.rsp};
    size_t size = offsetof(struct __ptrace_syscall_info, entry);
    switch (si.op) {
    case PTRACE_SYSCALL_INFO_ENTRY:
        si.entry.nr = (uint64_t) (int) b->orig_rax;
        memcpy(si.entry.args, (uint64_t[6]){b->regs.rdi, b->regs.rsi, b->regs.rdx, b->regs.r10, b->regs.r8, b->regs.r9},
               sizeof si.entry.args);
        size += sizeof si.entry;
        break;
    case PTRACE_SYSCALL_INFO_EXIT:
        si.exit.rval = (int64_t) b->regs.rax;
        si.exit.is_error = b->regs.rax >= (uint64_t) -4095;
        size = offsetof(struct __ptrace_syscall_info, exit.is_error) + sizeof si.exit.is_error;
        break;
    case PTRACE_SYSCALL_INFO_SECCOMP:
        si.seccomp.nr = (uint64_t) (int) b->orig_rax;
        memcpy(si.seccomp.args, b->call + 1, sizeof si.seccomp.args);
        si.seccomp.ret_data = (uint32_t) b->message;
        size = offsetof(struct __ptrace_syscall_info, seccomp.ret_data) + sizeof si.seccomp.ret_data;
        break;
    }
    int64_t r = to_user(q, q->data, &si, MIN(size, q->addr));
    return r ? r : (int64_t) size;
}

/* PTRACE_SET_SYSCALL_INFO, where the host has it (Linux 6.16). */
static int64_t set_syscall_info(struct asked *q)
{
    static int known = -1; /* not yet asked */
    struct __ptrace_syscall_info si;
    struct cpu_regs *r = &q->b.regs;
    if (known < 0) {
        int knows = host_knows_request(q->t->proc, SET_SYSCALL_INFO);
        if (knows < 0)
            return knows;
        known = knows;
    }
    if (!known)
        return -EIO;
    if (q->addr < sizeof si)
        return -EINVAL;
    if (get_user(q->t->proc->space, &si, gva(q->data)))
        return -EFAULT;
    const uint8_t *reserved = &si.op + 1;
    if (reserved[0] || reserved[1] || reserved[2] || si.op != call_stop(&q->b) || si.op == PTRACE_SYSCALL_INFO_NONE)
        return -EINVAL;
    if (si.op == PTRACE_SYSCALL_INFO_EXIT) {
        r->rax = (uint64_t) si.exit.rval;
    } else {
        const uint64_t *a = si.entry.args; /* those of a filter's stop are at the same place */
        if ((int) si.entry.nr != (int64_t) si.entry.nr)
            return -ERANGE;
        q->b.orig_rax = si.entry.nr;
        if ((int) si.entry.nr != -1)
            r->rdi = a[0], r->rsi = a[1], r->rdx = a[2], r->r10 = a[3], r->r8 = a[4], r->r9 = a[5];
    }
    return PUT(q, regs) || PUT(q, orig_rax) ? -ESRCH : mark(q, TRACED_REGS);
}

static int64_t word(struct asked *q, bool poke)
{
    uint64_t value = q->data;
    int64_t r = special_move(q->t, q->tr->tid, q->addr, &value, sizeof value, poke);
    if (r != sizeof value)
        return -EIO;
    return poke ? 0 : to_user(q, q->data, &value, sizeof value);
}

/* ---- going on ---- */

static int64_t resume(struct asked *q)
{
    if (q->data > KSIG_MAX)
        return -EIO;
    /* A processor that knows no steps from branch to branch, as that of a virtual machine, makes single ones of them. */
    q->b.resume = q->request == SINGLEBLOCK ? PTRACE_SINGLESTEP : (int) q->request;
    q->b.signal = (int) q->data;
    q->b.signal_uid = (unsigned) host(SYS_getuid);
    if (PUT(q, resume) || PUT(q, signal) || (q->data && PUT(q, signal_uid)))
        return -ESRCH;
    if (q->request == PTRACE_DETACH) {
        q->b.known = q->b.tracer_pid = 0;
        PUT(q, known);
        PUT(q, tracer_pid);
    }
    tracee_go(q->tr);
    if (q->request == PTRACE_DETACH)
        tracee_drop(q->t->proc, q->tr);
    return 0;
}

static int64_t listen_on(struct asked *q)
{
    if (!q->b.seized || q->b.status >> 8 != PTRACE_EVENT_STOP)
        return -EIO;
    q->data = 0;
    return resume(q);
}

static int64_t interrupt(struct asked *q)
{
    if (!q->b.seized)
        return -EIO;
    q->b.interrupt_asked++;
    if (PUT(q, interrupt_asked))
        return -ESRCH;
    traced_notify(q->tr->pid, q->tr->tid, TRACE_RING);
    return 0;
}

static int64_t set_options(struct asked *q)
{
    if (q->data & ~(uint64_t) O_MASK)
        return -EINVAL;
    if (q->data & PTRACE_O_SUSPEND_SECCOMP && !ptrace_may_suspend(q->t))
        return -EPERM;
    q->b.options = (uint32_t) q->data;
    return PUT(q, options) ? -ESRCH : 0;
}

static int64_t arch_prctl(struct asked *q)
{
    int64_t r = ptrace_base(q->t, &q->b, q->addr, q->data);
    if (r != 1)
        return r;
    return PUT(q, fs_base) || PUT(q, gs_base) ? -ESRCH : mark(q, TRACED_REGS);
}

static int64_t serve(struct asked *q)
{
    switch (q->request) {
    case PTRACE_PEEKTEXT:
    case PTRACE_PEEKDATA:
        return word(q, false);
    case PTRACE_POKETEXT:
    case PTRACE_POKEDATA:
        return word(q, true);
    case PTRACE_PEEKUSER:
        return peek_user(q);
    case PTRACE_POKEUSER:
        return poke_user(q);
    case PTRACE_GETREGS:
    case PTRACE_SETREGS:
        return gp_regs(q, q->request == PTRACE_SETREGS);
    case PTRACE_GETFPREGS:
    case PTRACE_SETFPREGS:
        return fp_regs(q, q->request == PTRACE_SETFPREGS);
    case PTRACE_GETREGSET:
    case PTRACE_SETREGSET:
        return regset(q, q->request == PTRACE_SETREGSET);
    case PTRACE_GETSIGINFO:
    case PTRACE_SETSIGINFO:
        return sig_info(q, q->request == PTRACE_SETSIGINFO);
    case PTRACE_GETSIGMASK:
    case PTRACE_SETSIGMASK:
        return sig_mask(q, q->request == PTRACE_SETSIGMASK);
    case PTRACE_PEEKSIGINFO:
        return peek_siginfo(q);
    case PTRACE_GETEVENTMSG:
        return to_user(q, q->data, &q->b.message, sizeof q->b.message);
    case PTRACE_GET_SYSCALL_INFO:
        return syscall_info(q);
    case SET_SYSCALL_INFO:
        return set_syscall_info(q);
    case PTRACE_SECCOMP_GET_FILTER:
        return ptrace_filter(q->t, q->tr, q->addr, q->data);
    case SECCOMP_GET_METADATA:
        return ptrace_filter_flags(q->t, q->tr, q->addr, q->data);
    case GET_RSEQ_CONFIGURATION:
        return ptrace_rseq(q->t, q->addr, q->data);
    case GET_SYSCALL_USER_DISPATCH_CONFIG:
    case SET_SYSCALL_USER_DISPATCH_CONFIG:
        return ptrace_user_dispatch(q->t, q->tr, q->addr, q->data, q->request == SET_SYSCALL_USER_DISPATCH_CONFIG);
    case GET_THREAD_AREA:
        return ptrace_thread_area(q->t, q->addr, q->data);
    case ARCH_PRCTL:
        return arch_prctl(q);
    case PTRACE_SETOPTIONS:
    case 21: /* PTRACE_OLDSETOPTIONS */
        return set_options(q);
    case PTRACE_LISTEN:
        return listen_on(q);
    case PTRACE_CONT:
    case PTRACE_SYSCALL:
    case PTRACE_SINGLESTEP:
    case SINGLEBLOCK:
    case PTRACE_SYSEMU:
    case PTRACE_SYSEMU_SINGLESTEP:
    case PTRACE_DETACH:
        return resume(q);
    }
    return -EIO;
}

static int64_t locked(struct thread *t, const uint64_t a[6])
{
    struct asked q = {.t = t, .request = a[0], .addr = a[2], .data = a[3]};
    int pid = (int) a[1];
    q.tr = tracee_find(t, pid);
    if (!q.tr)
        return -ESRCH;
    if (a[0] == PTRACE_KILL)
        return tracee_ask(t, q.tr->pid, q.tr->tid, &(siginfo_t){.si_signo = SIGKILL})
                   ? 0
                   : (host(SYS_tgkill, q.tr->pid, q.tr->tid, SIGKILL), 0);
    if (tracee_read(t->proc, q.tr, &q.b))
        return -ESRCH;
    if (a[0] == PTRACE_INTERRUPT)
        return interrupt(&q);
    return q.b.state == TRACED_STOPPED ? serve(&q) : -ESRCH;
}

int64_t sys_ptrace(struct thread *t, const uint64_t a[6])
{
    if (a[0] == PTRACE_TRACEME)
        return ptrace_me(t);
    if (a[0] == PTRACE_ATTACH || a[0] == PTRACE_SEIZE)
        return ptrace_attach(t, a);
    lock_take(&t->proc->tracer.lock);
    int64_t r = locked(t, a);
    lock_drop(&t->proc->tracer.lock);
    return r;
}
