/* A virtual CPU: the run loop, and the translation between "standing in the entry code" and user mode.
 *
 * Whoever sits above sees user-mode registers only. Inside, a vCPU that took an exception (everywhere) or a SYSCALL (where that
 * enters ring 0) stands in the entry code at CPL 0, and leaves it by SYSRET when nothing but rax changed, else by IRET through a frame
 * that we write; otherwise it is in user mode and its registers are set as they are. */
#include "cpu/kvm/kvm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "base/fault.h"
#include "base/fds.h"

_Static_assert(sizeof(struct cpu_regs) == sizeof(struct kvm_regs), "cpu_regs is kvm_regs");
_Static_assert(offsetof(struct cpu_regs, r8) == offsetof(struct kvm_regs, r8), "cpu_regs is kvm_regs");
_Static_assert(offsetof(struct cpu_regs, rip) == offsetof(struct kvm_regs, rip), "cpu_regs is kvm_regs");

#define USER_TOP (1ull << 47)
#define DR6_NOTHING 0xffff0ff0ull
enum { VECTOR_DB = 1, VECTOR_UD = 6, VECTOR_GP = 13, VECTOR_PF = 14, VECTOR_AC = 17 };

struct iret_frame {
    uint64_t rip, cs, rflags, rsp, ss;
};

static struct iret_frame *frame_of(struct vcpu *v)
{
    return (struct iret_frame *) (v->page + VCPU_STACK - sizeof(struct iret_frame));
}

static uint64_t frame_gva(struct vcpu *v)
{
    return ENTRY_VCPU(v->id) + VCPU_STACK - sizeof(struct iret_frame);
}

/* Runs without short_cut(): at the start, when code is touched for the first time; at most after it failed. */
enum { SHORT_CUT_START = 24, SHORT_CUT_RARE = 15 };

static int learn_world(struct vcpu *v);

/* One whose descriptor the calling thread has: after unshare(CLONE_FILES), and in processes that share memory but not descriptors, another
 * thread's may be missing here. */
static struct vcpu *take_parked(struct machine *m)
{
    struct vcpu *v;
    SLIST_FOREACH (v, &m->parked, parked) {
        if (v->table == fds_table_id() && host(SYS_fcntl, v->fd, F_GETFD) >= 0) {
            SLIST_REMOVE(&m->parked, v, vcpu, parked);
            return v;
        }
    }
    return NULL;
}

static void not_running(struct vcpu *v)
{
    __atomic_store_n(&v->running, 0, __ATOMIC_SEQ_CST);
    if (__builtin_expect(__atomic_load_n(&v->m->stopped, __ATOMIC_SEQ_CST), 0))
        host(SYS_futex, &v->running, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* Enter the VM and leave it at once: what the host sets up with a first run is there afterwards. 0 or a negative errno. */
static int warm(struct vcpu *v)
{
    struct cpu_regs before = *v->regs;
    v->run->immediate_exit = 1;
    int r = KVM_ASK(v->m, v->fd, KVM_RUN, NULL);
    v->run->immediate_exit = 0;
    *v->regs = before;
    v->clean = false;
    return r == -EINTR ? 0 : r;
}

int kvm_vcpu_create(struct machine *m, struct vcpu **out)
{
    lock_take(&m->lock);
    struct vcpu *v = take_parked(m);
    unsigned id = v ? v->id : m->next_id++;
    const bool first = SLIST_EMPTY(&m->all);
    __atomic_store_n(&m->failed, NULL, __ATOMIC_RELAXED);
    lock_drop(&m->lock);
    int r;
    bool again = false;
    if (v) {
        system_vcpu_reset(v);
        memset(v->regs, 0, sizeof *v->regs);
        v->cpl0 = v->mask_set = v->clean = false;
        *out = v;
        return 0;
    }
    v = calloc(1, sizeof *v);
    if (!v)
        return -ENOMEM;
    v->m = m;
    v->id = id;
    v->last_cpu = -1;
    v->skip = SHORT_CUT_START;
    lock_take(&m->lock);
    r = system_vcpu_page(m, v);
    lock_drop(&m->lock);
    if (r)
        goto fail;
    fds_create_lock();
    r = cpu_forking ? fault(FAULT_FORK_CREATE_VCPU) : 0;
    if (r == 0)
        r = KVM_ASK(m, m->vm_fd, KVM_CREATE_VCPU, (void *) (uintptr_t) id);
    if (r >= 0)
        r = fds_adopt_fd(r, false);
    fds_create_unlock();
    if (r < 0)
        goto fail;
    v->fd = r;
    v->table = fds_table_id();
    void *run = mmap(NULL, m->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, v->fd, 0);
    if (run == MAP_FAILED) {
        r = -ENOMEM;
        goto fail_fd;
    }
    v->run = run;
    v->run->kvm_valid_regs = KVM_SYNC_X86_REGS;
    v->regs = (struct cpu_regs *) &v->run->s.regs.regs;
    r = system_vcpu_setup(v);
    /* The first run makes KVM's thread for the machine, which RLIMIT_NPROC may forbid: better here than in the guest's midst. */
    if (r == 0 && m->world == WORLD_UNKNOWN)
        r = learn_world(v);
    else if (r == 0 && first)
        r = warm(v);
    if (r == -ERESTART) {
        free(m->cpuid);
        m->cpuid = NULL;
        r = system_setup_cpuid(m, true);
        again = r == 0;
    }
    if (r || again)
        goto fail_run;
    system_vcpu_reset(v);
    memset(v->regs, 0, sizeof *v->regs);
    lock_take(&m->lock);
    SLIST_INSERT_HEAD(&m->all, v, link);
    lock_drop(&m->lock);
    *out = v;
    return 0;
fail_run:
    munmap(v->run, m->run_size);
fail_fd:
    fds_close(v->fd);
fail:
    free(v);
    if (again)
        return kvm_vcpu_create(m, out);
    return !first && (r == -EEXIST || r == -EINVAL) ? -EAGAIN : r; /* no number is left */
}

void kvm_vcpu_park(struct vcpu *v)
{
    not_running(v); /* its thread may have been killed inside */
    lock_take(&v->m->lock);
    SLIST_INSERT_HEAD(&v->m->parked, v, parked);
    lock_drop(&v->m->lock);
}

struct cpu_regs *kvm_vcpu_regs(struct vcpu *v)
{
    return v->regs;
}

/* ---- into and out of the entry code ---- */

static bool in_text(uint64_t rip)
{
    return rip - ENTRY_TEXT < PAGE_SIZE;
}

static bool in_ring0(uint64_t rip)
{
    return rip - ENTRY_RING0 < PAGE_SIZE;
}

/* Put the user-mode registers into the form that the vCPU's present level needs. */
static void enter(struct vcpu *v)
{
    struct cpu_regs *r = v->regs;
    enum syscall_world world = v->m->world;
    uint64_t flags = (r->rflags & RFLAGS_USER) | RFLAGS_FIXED | RFLAGS_IF;
    if (!v->cpl0) {
        r->rflags = flags;
        /* Unchanged since an interrupted run: leave them alone, since setting registers drops a pending exception. */
        if (!v->clean || memcmp(r, &v->at_exit, sizeof *r))
            v->run->kvm_dirty_regs |= KVM_SYNC_X86_REGS;
        v->clean = false;
        return;
    }
    /* SYSRET does not restore RF, and a TF that it restores traps before the first instruction. */
    if (world == WORLD_RING0 && r->rip == r->rcx && r->r11 == flags && !(r->rflags & (RFLAGS_TF | RFLAGS_RF))) {
        r->rip = ENTRY_OF(entry_sysret);
        r->rflags = RFLAGS_FIXED;
    } else {
        *frame_of(v) = (struct iret_frame){r->rip, SEL_USER_CS, flags, r->rsp, SEL_USER_SS};
        r->rip = ENTRY_OF(entry_iret);
        r->rsp = frame_gva(v);
        r->rflags = RFLAGS_FIXED;
    }
    v->run->kvm_dirty_regs |= KVM_SYNC_X86_REGS;
}

static void from_frame(struct cpu_regs *r, const struct iret_frame *f)
{
    r->rip = f->rip;
    r->rsp = f->rsp;
    r->rflags = f->rflags & RFLAGS_USER;
}

/* The system registers between runs: those that the next one begins with, or KVM's. */
static struct kvm_sregs *system_registers(struct vcpu *v)
{
    struct kvm_sregs *s = &v->run->s.regs.sregs;
    if (!(v->run->kvm_dirty_regs & KVM_SYNC_X86_SREGS))
        BUG_ON(host(SYS_ioctl, v->fd, KVM_GET_SREGS, s));
    return s;
}

/* A signal ended the run: make the registers the user's again. False when the vCPU stands where it has to go on first: between
 * entering the kernel half and the `out` that tells us why, or where user mode has jumped to the page of the first of these, which is an exit at once. */
static bool leave_interrupted(struct vcpu *v)
{
    struct cpu_regs *r = v->regs;
    v->cpl0 = in_ring0(r->rip) && !(system_registers(v)->cs.selector & 3);
    if (in_text(r->rip))
        return false;
    if (!v->cpl0) {
        v->clean = true;
        v->at_exit = *r;
        r->rflags &= RFLAGS_USER;
        v->at_exit.rflags = r->rflags | RFLAGS_FIXED | RFLAGS_IF;
        return true;
    }
    if (r->rip == ENTRY_OF(entry_iret)) {
        from_frame(r, frame_of(v));
        return true;
    }
    if (r->rip == ENTRY_OF(entry_sysret) && v->m->world == WORLD_RING0) {
        r->rip = r->rcx;
        r->rflags = r->r11 & RFLAGS_USER;
        return true;
    }
    return false;
}

static void set_mask(struct vcpu *v, uint64_t mask)
{
    if (v->mask_set && v->mask == mask)
        return;
    struct {
        struct kvm_signal_mask head;
        uint64_t set;
    } __attribute__((packed)) arg = {.head.len = 8, .set = mask};
    BUG_ON(host(SYS_ioctl, v->fd, KVM_SET_SIGNAL_MASK, &arg));
    v->mask = mask;
    v->mask_set = true;
}

/* Run one SYSCALL of our own, before any guest instruction, and look where it arrived. Nothing that the guest does can make this
 * wrong, and so a SYSCALL exit in a ring-0 world always stands at CPL 0. -ERESTART: KVM answers CPUID, and has to be given all of it, which it
 * does not take of a vCPU that has run. */
static int learn_world(struct vcpu *v)
{
    *v->regs = (struct cpu_regs){.rip = ENTRY_PROBE, .rax = CPUID_PROBE, .rflags = RFLAGS_FIXED | RFLAGS_IF};
    v->run->kvm_dirty_regs = KVM_SYNC_X86_REGS;
    system_put_probe(v->m, true);
    system_vcpu_reset(v);
    set_mask(v, ~0ull);
    int r;
    do
        r = KVM_ASK(v->m, v->fd, KVM_RUN, NULL);
    while (r == -EINTR);
    system_put_probe(v->m, false);
    if (r < 0)
        return r;
    if (v->run->exit_reason != KVM_EXIT_IO || v->run->io.port != PORT_SYSCALL)
        return -ENOSYS;
    if (v->m->cpuid_is_short && (v->regs->rbx == CPUID_PROBE || fault(FAULT_START_CPUID)))
        return -ERESTART;
    v->m->world = (system_registers(v)->cs.selector & 3) == 3 ? WORLD_RING3 : WORLD_RING0;
    system_allow_port(v, v->m->world == WORLD_RING3);
    return 0;
}

static void leave_syscall(struct vcpu *v)
{
    struct cpu_regs *r = v->regs;
    v->cpl0 = v->m->world == WORLD_RING0;
    r->rip = r->rcx;
    r->rflags = r->r11 & RFLAGS_USER;
    r->r11 |= RFLAGS_FIXED | RFLAGS_IF; /* as the processor leaves it on Linux */
}

/* False when it was no exception: user mode ran an `out` of the entry text. */
static bool leave_exception(struct vcpu *v, struct cpu_fault *f)
{
    struct cpu_regs *r = v->regs;
    const struct kvm_sregs *s = system_registers(v);
    if (s->cs.selector & 3)
        return false;
    uint64_t top = ENTRY_VCPU(v->id) + VCPU_STACK;
    BUG_ON(r->rsp != top - sizeof(struct iret_frame) - 8); /* an exception in the entry code itself */
    *f = (struct cpu_fault){.vector = (r->rip - ENTRY_OF(entry_stubs)) / EXCEPTION_STUB_SIZE,
                            .error = *(uint64_t *) (v->page + VCPU_STACK - sizeof(struct iret_frame) - 8)};
    if (f->vector == VECTOR_PF) {
        f->addr = gva(s->cr2);
        BUG_ON(f->error & PF_RESERVED); /* our tables lead to what this host cannot address: it would repeat for ever */
    }
    if (f->vector == VECTOR_DB) {
        struct kvm_debugregs d;
        BUG_ON(host(SYS_ioctl, v->fd, KVM_GET_DEBUGREGS, &d));
        f->addr = gva(d.dr6);
        if (d.dr6 != DR6_NOTHING) { /* nobody else clears what it told */
            d.dr6 = DR6_NOTHING;
            BUG_ON(host(SYS_ioctl, v->fd, KVM_SET_DEBUGREGS, &d));
        }
    }
    from_frame(r, frame_of(v));
    if (in_text(r->rip) && f->vector != VECTOR_DB) /* where user mode has jumped to: Linux has nothing there */
        *f = (struct cpu_fault){.vector = VECTOR_PF, .error = PF_USER | PF_INSTR, .addr = gva(r->rip)};
    v->cpl0 = true;
    return true;
}

/* The guest did port I/O of its own, on the one port that the bitmap opens in a ring-3 world: natively a #GP. KVM would finish the access at the
 * next run, over our registers: let it do so at once. */
static void leave_stray_io(struct vcpu *v, struct cpu_fault *f)
{
    struct cpu_regs before = *v->regs;
    v->run->immediate_exit = 1;
    host(SYS_ioctl, v->fd, KVM_RUN, 0);
    v->run->immediate_exit = 0;
    *v->regs = before;
    v->regs->rflags &= RFLAGS_USER;
    v->cpl0 = false;
    *f = (struct cpu_fault){.vector = VECTOR_GP};
}

void kvm_vcpu_kick(struct vcpu *v)
{
    __atomic_store_n(&v->run->immediate_exit, 1, __ATOMIC_RELAXED);
}

/* Where the hypervisor carries out SYSCALL itself (a ring-3 world), a run for which an interrupt window is requested ends right there, without
 * the world switch to the entry code's `out`: three quarters of the cost. But it also ends after whatever else the hypervisor handles by
 * itself (its page faults, CPUID, a tick of the host), which then costs twice or thrice as much. So the request is dropped for the rest of a
 * run that such a thing ended, and for some runs after it: the more, the less it paid before. No interrupt is ever injected. */
static void short_cut(struct vcpu *v)
{
    /* Leaving the entry code by IRET would be the first such thing. */
    v->run->request_interrupt_window = v->m->world == WORLD_RING3 && !v->cpl0 && !v->skip;
    if (v->skip)
        v->skip--;
}

static void short_cut_failed(struct vcpu *v)
{
    v->run->request_interrupt_window = 0;
    v->skip = v->penalty = MIN(v->penalty * 2 + 1, SHORT_CUT_RARE);
}

/* ---- stopping all ---- */

/* One KVM_RUN, not while the machine is stopped. Stores and loads of the two words are in one order for everybody: either we see `stopped`, or
 * kvm_stop() sees `running`. */
static long run_once(struct vcpu *v)
{
    struct machine *m = v->m;
    for (;;) {
        __atomic_store_n(&v->running, lock_self(), __ATOMIC_SEQ_CST);
        const int by = __atomic_load_n(&m->stopped, __ATOMIC_SEQ_CST);
        if (__builtin_expect(!by, 1))
            break;
        not_running(v);
        host(SYS_futex, &m->stopped, FUTEX_WAIT_PRIVATE, by, NULL, NULL, 0);
    }
    long r = host(SYS_ioctl, v->fd, KVM_RUN, 0);
    not_running(v);
    return r;
}

/* A vCPU leaves the guest for any interrupt of its processor, and KVM_RUN when it finds a request for an interrupt window then: nothing is
 * injected, and nothing is pending afterwards. membarrier(2) interrupts every processor that runs this process. A request that comes between
 * KVM's look and its entry waits for the next interrupt: hence the second try after a millisecond. A process that shares this memory may have been
 * killed inside, and its parent, who parks what it used, not know yet, or be dead itself. */
void kvm_stop(struct machine *m, unsigned patience)
{
    const bool forever = !patience;
    struct vcpu *v;
    const struct timespec again = {0, 1000000};
    int by;
    __atomic_store_n(&m->stopped, lock_self(), __ATOMIC_SEQ_CST);
    SLIST_FOREACH (v, &m->all, link)
        while ((by = __atomic_load_n(&v->running, __ATOMIC_SEQ_CST))) {
            __atomic_store_n(&v->run->request_interrupt_window, 1, __ATOMIC_SEQ_CST);
            host(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
            const bool late = host(SYS_futex, &v->running, FUTEX_WAIT_PRIVATE, by, &again, NULL, 0) == -ETIMEDOUT;
            if (late && !forever && patience-- == 0)
                return;
            if (late && lock_owner_dead(by))
                break;
        }
}

void kvm_go(struct machine *m)
{
    struct vcpu *v;
    SLIST_FOREACH (v, &m->all, link)
        v->run->request_interrupt_window = 0;
    __atomic_store_n(&m->stopped, 0, __ATOMIC_SEQ_CST);
    host(SYS_futex, &m->stopped, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

enum cpu_event kvm_vcpu_run(struct vcpu *v, uint64_t sigmask, struct cpu_fault *fault)
{
    struct kvm_run *run = v->run;
    struct cpu_regs *r = v->regs;
    const uint64_t mask = sigmask & ~CPU_ALWAYS_OPEN;
    if (r->rip >= USER_TOP && !v->cpl0 && r->rip - 0xffff800000000000ull >= USER_TOP) {
        /* Not canonical: loading it would fault in the host's or the entry code's hands. */
        *fault = (struct cpu_fault){.vector = VECTOR_GP};
        return CPU_FAULT;
    }
    if (v->cpl0 && r->rip >= USER_TOP) {
        /* The kernel's half: the return would succeed, and the next fetch fault. */
        bool canonical = r->rip >= -USER_TOP;
        *fault = canonical ? (struct cpu_fault){.vector = VECTOR_PF, .error = PF_USER | PF_INSTR, .addr = gva(r->rip)}
                           : (struct cpu_fault){.vector = VECTOR_GP};
        return CPU_FAULT;
    }
    enter(v);
    set_mask(v, mask);
    short_cut(v);
    for (;;) {
        if (__builtin_expect(sched_getcpu() != v->last_cpu, 0))
            system_tell_cpu(v);
        long ret = run_once(v);
        if (ret == -EINTR) {
            run->immediate_exit = 0;
            if (leave_interrupted(v)) {
                v->stats.exits_signal++;
                return CPU_SIGNAL;
            }
            set_mask(v, ~0ull); /* a few instructions more; the caller's mask comes back at the next run */
            continue;
        }
        if (ret == -EAGAIN)
            continue;
        if (ret == -EFAULT) {
            bool told = run->exit_reason == 39 /* KVM_EXIT_MEMORY_FAULT: flags, gpa, size, newer than some headers */;
            *fault = (struct cpu_fault){.bus = gpa(told ? ((uint64_t *) &run->hw)[1] : ~0ull)};
            if (!leave_interrupted(v))
                BUG_ON("the entry code's own page is gone");
            v->stats.exits_bus++;
            return CPU_BUS;
        }
        BUG_ON(ret < 0);
        switch (run->exit_reason) {
        case KVM_EXIT_IO:
            if (run->io.port == PORT_SYSCALL && run->io.direction == KVM_EXIT_IO_OUT &&
                r->rip - ENTRY_TEXT <= (uint64_t) (entry_text_end - entry_text)) {
                leave_syscall(v);
                v->stats.exits_syscall++;
                return CPU_SYSCALL;
            }
            v->stats.exits_fault++;
            if (run->io.port != PORT_EXCEPTION || run->io.direction != KVM_EXIT_IO_OUT ||
                r->rip - ENTRY_OF(entry_stubs) >= 32ull * EXCEPTION_STUB_SIZE || !leave_exception(v, fault)) {
                leave_stray_io(v, fault);
            } else if (fault->vector == VECTOR_UD && machine_read_late(v->m, 0, NULL, 0)) {
                enter(v); /* it may have been a read that KVM's emulator is too simple for */
                set_mask(v, mask);
                continue;
            }
            return CPU_FAULT;
        case KVM_EXIT_IRQ_WINDOW_OPEN:
            if (r->rip == ENTRY_TEXT && v->m->world == WORLD_RING3) {
                leave_syscall(v);
                v->penalty = 0;
                v->stats.short_cuts++;
                v->stats.exits_syscall++;
                return CPU_SYSCALL;
            }
            short_cut_failed(v);
            v->stats.exits_other++;
            continue;
        case KVM_EXIT_INTR:
            v->stats.exits_other++;
            continue;
        case KVM_EXIT_EXCEPTION: /* split_lock_detect=fatal: the host's rule is Linux's for its own programs, too */
            if (run->ex.exception != VECTOR_AC || !leave_interrupted(v) || v->cpl0)
                break;
            *fault = (struct cpu_fault){.vector = VECTOR_AC, .error = run->ex.error_code};
            v->stats.exits_fault++;
            return CPU_FAULT;
        case KVM_EXIT_MMIO: /* completed by the next run */
            if (run->mmio.is_write || !machine_read_late(v->m, run->mmio.phys_addr, run->mmio.data, run->mmio.len))
                break;
            v->stats.exits_other++;
            continue;
        case KVM_EXIT_INTERNAL_ERROR:
            if (run->internal.suberror == KVM_INTERNAL_ERROR_EMULATION && machine_read_late(v->m, 0, NULL, 0)) {
                v->stats.exits_other++;
                continue; /* as above, where KVM does not make an exception of it */
            }
            if (run->internal.suberror == KVM_INTERNAL_ERROR_EMULATION && leave_interrupted(v) && !v->cpl0) {
                /* An instruction that this host's KVM has to emulate and cannot. */
                *fault = (struct cpu_fault){.vector = VECTOR_UD};
                v->stats.exits_fault++;
                return CPU_FAULT;
            }
            break;
        }
        char what[160];
        snprintf(what, sizeof what, "unexpected KVM exit %u (suberror or address %llx) at rip %llx", run->exit_reason,
                 run->exit_reason == KVM_EXIT_MMIO ? run->mmio.phys_addr : run->internal.suberror,
                 (unsigned long long) r->rip);
        bug(__FILE__, __LINE__, what);
    }
}

/* ---- the rest of the state ---- */

void kvm_vcpu_get_bases(struct vcpu *v, uint64_t *fs, uint64_t *gs)
{
    const struct kvm_sregs *s = system_registers(v);
    *fs = s->fs.base;
    *gs = s->gs.base;
}

void kvm_vcpu_set_bases(struct vcpu *v, uint64_t fs, uint64_t gs)
{
    struct kvm_sregs *s = system_registers(v);
    if (fs != BASE_KEEP)
        s->fs.base = fs;
    if (gs != BASE_KEEP)
        s->gs.base = gs;
    v->run->kvm_dirty_regs |= KVM_SYNC_X86_SREGS;
}

void kvm_vcpu_get_xsave(struct vcpu *v, void *image)
{
    unsigned long nr = v->m->xsave_size > 4096 ? (unsigned long) KVM_GET_XSAVE2 : (unsigned long) KVM_GET_XSAVE;
    BUG_ON(host(SYS_ioctl, v->fd, nr, image));
}

int kvm_vcpu_set_xsave(struct vcpu *v, const void *image)
{
    return host(SYS_ioctl, v->fd, KVM_SET_XSAVE, image);
}
