/* A virtual CPU of the direct backend: a thread's state outside of the guest, and the run loop's two ends. */
#include <asm/prctl.h>
#include <errno.h>
#include <linux/audit.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/uio.h>

#include "base/fault.h"
#include "cpu/direct/direct.h"

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#endif
#define DISPATCH_ON 1
/* si_code */
#define BY_FILTER 1   /* SYS_SECCOMP */
#define BY_DISPATCH 2 /* SYS_USER_DISPATCH */

#define USER_TOP (1ull << 47)
#define USER_CS 0x33
#define USER_SS 0x2b
#define RFLAGS_FIXED 0x202ull
#define RFLAGS_USER 0x254dd5ull
#define RFLAGS_TF 0x100ull
#define RFLAGS_RF 0x10000ull
#define RFLAGS_OF 0x800ull
#define RFLAGS_LAHF 0xd5ull
#define UC_FLAGS 7 /* XSAVE is there, SS is right, and to be restored */
enum { VECTOR_DB = 1, VECTOR_GP = 13, VECTOR_PF = 14, VECTOR_AC = 17 };

cpu_signal_fn *direct_signal;
extern const uint8_t etext[];

static uint64_t ask_base(int what)
{
    uint64_t base;
    BUG_ON(host(SYS_arch_prctl, what, &base));
    return base;
}

static uint64_t read_fs(void)
{
    uint64_t base;
    if (direct_bases_by_calls)
        return ask_base(ARCH_GET_FS);
    __asm__ volatile("rdfsbase %0" : "=r"(base));
    return base;
}

static uint64_t read_gs(void)
{
    uint64_t base;
    if (direct_bases_by_calls)
        return ask_base(ARCH_GET_GS);
    __asm__ volatile("rdgsbase %0" : "=r"(base));
    return base;
}

static void write_gs(uint64_t base)
{
    if (direct_bases_by_calls)
        BUG_ON(host(SYS_arch_prctl, ARCH_SET_GS, base));
    else
        __asm__ volatile("wrgsbase %0" : : "r"(base) : "memory");
}

/* ---- birth ---- */

static struct vcpu *map_vcpu(void)
{
    size_t size = ALTSTACK_SIZE + page_up(sizeof(struct vcpu));
    uint8_t *p = place_near(size, 0);
    return p ? (struct vcpu *) (p + ALTSTACK_SIZE) : NULL;
}

static void unmap_vcpu(struct vcpu *v)
{
    munmap((uint8_t *) v - ALTSTACK_SIZE, ALTSTACK_SIZE + page_up(sizeof *v));
}

/* The state in which execve(2) starts a program. */
static void reset(struct vcpu *v)
{
    const struct fpx_sw *sw = &v->m->sw;
    memset(&v->regs, 0, sizeof v->regs);
    v->kick = v->in_guest = v->guest_fs = v->gs = v->open = v->hot = 0;
    v->live = false;
    v->tid = 0;
    v->self = (uint64_t) v;
    v->frame = (uint64_t) &v->uc;
    v->uc = (struct frame){.flags = UC_FLAGS, .cs = USER_CS, .ss = USER_SS, .fpstate = (uint64_t) v->fpu};
    v->uc.stack.sp = (uint64_t) v - ALTSTACK_SIZE;
    v->uc.stack.size = ALTSTACK_SIZE;
    memset(v->fpu, 0, sw->extended_size);
    *(uint16_t *) v->fpu = 0x37f;
    *(uint32_t *) (v->fpu + MXCSR) = 0x1f80;
    *(uint64_t *) (v->fpu + XSTATE_BV) = 3;
    memcpy(v->fpu + SW_RESERVED, sw, sizeof *sw);
    *(uint32_t *) (v->fpu + sw->xstate_size) = FP_MAGIC2;
}

int direct_vcpu_create(struct machine *m, struct vcpu **out)
{
    lock_take(&m->lock);
    struct vcpu *v = SLIST_FIRST(&m->parked);
    if (v)
        SLIST_REMOVE_HEAD(&m->parked, parked);
    lock_drop(&m->lock);
    if (!v) {
        if (!(v = map_vcpu()))
            return -ENOMEM;
        v->m = m;
        lock_take(&m->lock);
        LIST_INSERT_HEAD(&m->all, v, link);
        m->stats.vcpus++;
        lock_drop(&m->lock);
    }
    reset(v);
    *out = v;
    return 0;
}

static void disarm(void)
{
    const stack_t none = {.ss_flags = SS_DISABLE};
    host(SYS_sigaltstack, &none, NULL);
}

void direct_vcpu_park(struct vcpu *v)
{
    if (v->tid == (int) host(SYS_gettid))
        disarm(); /* the next one to have it may run before this thread has ended */
    lock_take(&v->m->lock);
    SLIST_INSERT_HEAD(&v->m->parked, v, parked);
    lock_drop(&v->m->lock);
}

/* The calling thread runs `v` from now on. */
static void arm(struct vcpu *v, int tid)
{
    const stack_t stack = {.ss_sp = (uint8_t *) v - ALTSTACK_SIZE, .ss_size = ALTSTACK_SIZE};
    BUG_ON(host(SYS_sigaltstack, &stack, NULL));
    if (!v->m->by_filter)
        BUG_ON(host(SYS_prctl, PR_SET_SYSCALL_USER_DISPATCH, DISPATCH_ON, zone_start(), PLACE_SIZE, 0));
    v->host_fs = read_fs();
    /* A thread that comes to a rewritten site with another GS faults once, which swallows a SIGSEGV that is sent to it at that moment: the kernel keeps one. */
    write_gs(!v->gs && direct_any_site(v->m) ? (uint64_t) v : v->gs);
    v->tid = tid;
}

/* ---- out of the guest ---- */

/* The kernel says so of what the guest did itself, not of what was sent to it. */
static bool is_fault(int sig, const siginfo_t *info, const struct frame *uc)
{
    if (info->si_code == SI_KERNEL)
        return sig == SIGSEGV || sig == SIGBUS || sig == SIGTRAP;
    if (info->si_code <= 0)
        return false;
    /* A child's end and a descriptor's state have such codes, too, but no address. */
    const uint64_t addr = (uint64_t) info->si_addr;
    switch (sig) {
    case SIGSEGV:
    case SIGBUS:
        return addr == (uc->trapno == VECTOR_PF ? uc->cr2 : uc->trapno == VECTOR_AC ? 0 : uc->rip);
    case SIGTRAP:
    case SIGFPE:
    case SIGILL:
        return addr == uc->rip;
    }
    return false;
}

/* SGDT, SIDT, SLDT, SMSW or STR: the processor refuses them and the kernel carries them out (arch/x86/kernel/umip.c). Where it cannot write the
 * result it says so of a #PF that never was. */
static bool is_by_kernel(uint64_t rip)
{
    uint8_t code[15];
    const struct iovec to = {code, sizeof code}, from = {(void *) rip, sizeof code};
    const long n = host(SYS_process_vm_readv, host(SYS_getpid), &to, 1, &from, 1, 0);
    long i = 0;
    while (i < n && (code[i] == 0x66 || code[i] == 0x67 || code[i] == 0xf2 || code[i] == 0xf3 ||
                     (code[i] & 0xe7) == 0x26 || (code[i] & 0xfe) == 0x64 || code[i] >> 4 == 4))
        i++;
    return i + 1 < n && code[i] == 0x0f && code[i + 1] <= 1;
}

static enum cpu_event fault_event(struct vcpu *v, int sig, const siginfo_t *info, const struct frame *uc)
{
    v->fault = (struct cpu_fault){.vector = (unsigned) uc->trapno, .error = uc->err};
    if (sig == SIGBUS && uc->trapno == VECTOR_PF) {
        v->fault.bus = gpa((uint64_t) info->si_addr);
        return CPU_BUS;
    }
    if (uc->trapno == VECTOR_PF)
        v->fault.addr = gva(uc->cr2);
    if (uc->trapno == VECTOR_PF && uc->err == (PF_USER | PF_WRITE) && is_by_kernel(uc->rip))
        v->fault = (struct cpu_fault){.vector = VECTOR_GP};
    if (uc->trapno == VECTOR_DB) /* DR6, as far as the kernel tells */
        v->fault.addr = gva(info->si_code == TRAP_TRACE ? 1 << 14 : info->si_code == TRAP_HWBKPT ? 1 : 0);
    return CPU_FAULT;
}

static void take_frame(struct vcpu *v, const struct frame *uc)
{
    v->uc = *uc;
    memcpy(v->fpu, (const void *) uc->fpstate, v->m->sw.extended_size);
    v->uc.fpstate = (uint64_t) v->fpu;
}

static bool within(uint64_t rip, const uint8_t *start, const uint8_t *end)
{
    return rip >= (uint64_t) start && rip < (uint64_t) end;
}

static bool is_covert(const struct vcpu *v, int sig)
{
    return v->covert & BIT(sig);
}

/* A signal that the guest blocks, but not the host: it waits for give_back(). */
static void keep(struct vcpu *v, const siginfo_t *info)
{
    if (v->keeps < ARRAY_SIZE(v->kept))
        v->kept[v->keeps++] = *info;
}

/* task/ has it. What it keeps for later it wants to be asked about before the guest goes on, and nothing else to come until then. */
static void hand_on(int sig, siginfo_t *info, struct frame *uc, struct vcpu *v)
{
    const uint64_t mask = uc->sigmask;
    if (v->open && is_covert(v, sig)) {
        keep(v, info);
        return;
    }
    direct_signal(sig, info, uc);
    if (v->open && uc->sigmask != mask) {
        v->open = 0;
        v->kick = 1;
    }
}

void direct_plain(int sig, siginfo_t *info, struct frame *uc)
{
    if (uc->stack.size)
        hand_on(sig, info, uc, (struct vcpu *) (uc->stack.sp + uc->stack.size));
    else
        direct_signal(sig, info, uc);
}

/* Between the guest and the supervisor. Code of ours goes on, what leads into the guest from its start. */
static void trap_between(int sig, siginfo_t *info, struct frame *uc, struct vcpu *v)
{
    if (sig == SIGTRAP && uc->trapno == VECTOR_DB && is_fault(sig, info, uc))
        return; /* the guest's wish for single steps, until it is out of the way */
    hand_on(sig, info, uc, v);
    const bool enters = within(uc->rip, direct_window, direct_window_end);
    if (enters || within(uc->rip, direct_resume_window, direct_resume_window_end)) {
        uc->rip = (uint64_t) (enters ? direct_window : direct_resume_window);
        uc->rdi = (uint64_t) v;
        uc->rsp = v->sp;
        uc->rflags = RFLAGS_FIXED;
        if (enters)
            v->open = 0;
    }
}

int direct_trap(int sig, siginfo_t *info, struct frame *uc, struct vcpu *v)
{
    const bool lost = within(uc->rip, direct_jumped_packed, direct_jumped_sure) && (sig == SIGSEGV || sig == SIGBUS) &&
                      is_fault(sig, info, uc);
    if (!lost && within(uc->rip, __executable_start, etext)) {
        trap_between(sig, info, uc, v);
        return -1;
    }
    v->open = 0;
    v->shut = !(SUPERVISOR_MASK & BIT(sig));
    take_frame(v, uc);
    if (lost) { /* a rewritten site, whose GS is not ours: is not yet, or the program wants it for itself */
        v->uc.rip = uc->rcx;
        v->uc.rax = uc->rax >> JUMPED_NUMBER;
        v->uc.r11 = v->uc.rflags = (uc->rflags & ~(RFLAGS_RF | RFLAGS_OF | RFLAGS_LAHF)) |
                                   (uc->rax >> 8 & RFLAGS_LAHF) | (uc->rax & 1 ? RFLAGS_OF : 0);
        if (!read_gs())
            write_gs((uint64_t) v);
        return CPU_SYSCALL;
    }
    if (sig == SIGSYS && info->si_code == (v->m->by_filter ? BY_FILTER : BY_DISPATCH)) {
        if (info->si_arch == AUDIT_ARCH_X86_64) {
            if (__builtin_expect(direct_site_hot(uc->rip), 0))
                v->hot = uc->rip, v->hot_nr = uc->rax;
            return CPU_SYSCALL;
        }
        v->fault = (struct cpu_fault){.vector = VECTOR_GP, .error = 0x80 * 8 + 2}; /* int 0x80 */
        v->uc.rip -= 2;
        return CPU_FAULT;
    }
    if (is_fault(sig, info, uc))
        return direct_site_at(v->m, uc->rip) && uc->trapno == VECTOR_GP ? CPU_SIGNAL
                                                                        : (int) fault_event(v, sig, info, uc);
    if (is_covert(v, sig)) {
        keep(v, info);
        return CPU_SIGNAL;
    }
    direct_signal(sig, info, uc);
    return CPU_SIGNAL;
}

/* ---- the run ---- */

static void regs_to_frame(const struct cpu_regs *r, struct frame *f)
{
    f->rax = r->rax, f->rbx = r->rbx, f->rcx = r->rcx, f->rdx = r->rdx;
    f->rsi = r->rsi, f->rdi = r->rdi, f->rsp = r->rsp, f->rbp = r->rbp;
    f->r8 = r->r8, f->r9 = r->r9, f->r10 = r->r10, f->r11 = r->r11;
    f->r12 = r->r12, f->r13 = r->r13, f->r14 = r->r14, f->r15 = r->r15;
    f->rip = r->rip, f->rflags = (r->rflags & RFLAGS_USER) | RFLAGS_FIXED;
}

static void regs_from_frame(struct cpu_regs *r, const struct frame *f)
{
    r->rax = f->rax, r->rbx = f->rbx, r->rcx = f->rcx, r->rdx = f->rdx;
    r->rsi = f->rsi, r->rdi = f->rdi, r->rsp = f->rsp, r->rbp = f->rbp;
    r->r8 = f->r8, r->r9 = f->r9, r->r10 = f->r10, r->r11 = f->r11;
    r->r12 = f->r12, r->r13 = f->r13, r->r14 = f->r14, r->r15 = f->r15;
    r->rip = f->rip, r->rflags = f->rflags & RFLAGS_USER;
}

/* SIGSYS is never blocked in the guest, nor SIGTRAP where the trap flag is set, nor the signal of any fault in a tracee: the host's kernel would
 * end the process. What waits for a guest that blocks them waits in the host's kernel while the supervisor runs, where all calls that ask for
 * it find it. */
static void take_blocked(struct vcpu *v)
{
    const struct timespec now = {0};
    while (v->keeps < ARRAY_SIZE(v->kept) &&
           host(SYS_rt_sigtimedwait, &v->covert, &v->kept[v->keeps], &now, sizeof v->covert) > 0)
        v->keeps++;
}

static void give_back(struct vcpu *v)
{
    while (v->keeps) {
        const siginfo_t *info = &v->kept[--v->keeps];
        host(SYS_rt_tgsigqueueinfo, host(SYS_getpid), v->tid, info->si_signo, info);
    }
}

static void count(struct vcpu *v, enum cpu_event event)
{
    uint64_t *const counter[] = {[CPU_SYSCALL] = &v->stats.exits_syscall,
                                 [CPU_FAULT] = &v->stats.exits_fault,
                                 [CPU_SIGNAL] = &v->stats.exits_signal,
                                 [CPU_BUS] = &v->stats.exits_bus};
    ++*counter[event];
}

/* What a rewritten site left in the processor, into the frame. */
static void settle(struct vcpu *v)
{
    const uint64_t all = v->m->sw.xfeatures;
    uint8_t *image = v->fpu;
    if (!v->live)
        return;
    v->live = false;
    __asm__ volatile("xsave64 (%0)" : : "r"(image), "a"((uint32_t) all), "d"((uint32_t) (all >> 32)) : "memory");
    *(uint64_t *) (image + XSTATE_BV) |= 2;
    *(uint32_t *) (image + MXCSR) = (uint32_t) v->mxcsr;
    memcpy(image + 160, v->xmm, sizeof v->xmm);
}

/* Can it go on by restoring what the site that it came from saved, and no more? */
static bool can_resume(const struct vcpu *v, uint64_t sigmask)
{
    const struct cpu_regs *r = &v->regs;
    return v->live && v->open && v->open_mask == sigmask && r->rcx == r->rip && r->r11 == r->rflags &&
           !(r->rflags & RFLAGS_TF) && !v->tells_faults;
}

static void set_supervisor_mask(void)
{
    const uint64_t mask = SUPERVISOR_MASK;
    host(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, 8);
}

static void close_signals(struct vcpu *v)
{
    if (v->open)
        set_supervisor_mask();
    v->open = 0;
}

static int enter(struct vcpu *v, uint64_t sigmask)
{
    close_signals(v);
    settle(v);
    if (__builtin_expect(!v->tid, 0))
        arm(v, (int) host(SYS_gettid));
    regs_to_frame(&v->regs, &v->uc);
    v->open_mask = sigmask;
    v->covert = sigmask & (BIT(SIGSYS) | (v->regs.rflags & RFLAGS_TF ? BIT(SIGTRAP) : 0) |
                           (v->tells_faults ? BIT(SIGTRAP) | BIT(SIGILL) | BIT(SIGFPE) : 0));
    v->tells_faults = false;
    v->uc.sigmask = sigmask & ~CPU_ALWAYS_OPEN & ~v->covert;
    if (__builtin_expect(v->covert != 0, 0))
        take_blocked(v);
    int event = direct_enter(v);
    if (__builtin_expect(v->covert != 0, 0)) {
        close_signals(v);
        give_back(v);
    }
    return event;
}

enum cpu_event direct_vcpu_run(struct vcpu *v, uint64_t sigmask, struct cpu_fault *fault)
{
    if (__builtin_expect(v->hot, 0))
        return CPU_HOT;
    if (v->regs.rip >= USER_TOP && v->regs.rip - 0xffff800000000000ull >= USER_TOP) {
        *fault = (struct cpu_fault){.vector = VECTOR_GP}; /* not canonical */
        return CPU_FAULT;
    }
    int event = can_resume(v, sigmask) ? direct_resume(v) : enter(v, sigmask);
    if (v->shut)
        set_supervisor_mask();
    v->shut = false;
    if (event != ENTER_KICKED)
        v->live = event == ENTER_JUMPED;
    if (__builtin_expect(v->kick, 0))
        __atomic_store_n(&v->kick, 0, __ATOMIC_RELAXED);
    if (event == ENTER_JUMPED) {
        v->stats.short_cuts++;
        event = CPU_SYSCALL;
    } else if (event == ENTER_KICKED) {
        event = CPU_SIGNAL;
    } else {
        regs_from_frame(&v->regs, &v->uc);
        *fault = v->fault;
        if (__builtin_expect(v->uc.cs != USER_CS,
                             0)) { /* by a segment of the host's for 32-bit code, as if there were none */
            v->uc.cs = USER_CS;
            v->uc.ss = USER_SS;
            *fault = (struct cpu_fault){.vector = VECTOR_GP};
            event = CPU_FAULT;
        }
    }
    count(v, (enum cpu_event) event);
    return (enum cpu_event) event;
}

void direct_vcpu_kick(struct vcpu *v)
{
    __atomic_store_n(&v->kick, 1, __ATOMIC_RELAXED);
}

/* ---- state ---- */

struct cpu_regs *direct_vcpu_regs(struct vcpu *v)
{
    return &v->regs;
}

void direct_vcpu_get_bases(struct vcpu *v, uint64_t *fs, uint64_t *gs)
{
    *fs = v->guest_fs;
    *gs = v->tid ? read_gs() : v->gs;
    if (*gs == (uint64_t) v) /* for rewritten sites */
        *gs = 0;
}

void direct_vcpu_set_bases(struct vcpu *v, uint64_t fs, uint64_t gs)
{
    if (fs != BASE_KEEP)
        v->guest_fs = fs;
    if (gs != BASE_KEEP) {
        v->gs = gs;
        if (v->tid)
            write_gs(gs);
    }
}

void direct_vcpu_get_xsave(struct vcpu *v, void *image)
{
    settle(v);
    memcpy(image, v->fpu, v->m->sw.xstate_size);
    memset((uint8_t *) image + SW_RESERVED, 0, sizeof(struct fpx_sw));
}

int direct_vcpu_set_xsave(struct vcpu *v, const void *image)
{
    const struct fpx_sw *sw = &v->m->sw;
    uint64_t bv;
    memcpy(&bv, (const uint8_t *) image + XSTATE_BV, sizeof bv);
    if (bv & ~sw->xfeatures)
        return -EINVAL;
    v->live = false;
    memcpy(v->fpu, image, sw->xstate_size);
    memcpy(v->fpu + SW_RESERVED, sw, sizeof *sw);
    return 0;
}

/* Another thread goes on with it: the same one, in the child of a fork, which the host's kernel does not dispatch calls for yet. */
static void pass_over(struct vcpu *v)
{
    uint64_t fs;
    settle(v);
    direct_vcpu_get_bases(v, &fs, &v->gs);
    v->tid = 0;
    v->hot = 0;
    v->stats = (struct cpu_stats){0};
}

void direct_vcpus_drop(struct machine *m, struct vcpu *own)
{
    struct vcpu *v, *next;
    if (own)
        pass_over(own);
    else
        disarm();
    for (v = LIST_FIRST(&m->all); v; v = next) {
        next = LIST_NEXT(v, link);
        if (v == own)
            continue;
        LIST_REMOVE(v, link);
        unmap_vcpu(v);
    }
    SLIST_INIT(&m->parked);
}

/* ---- rewriting ---- */

gva_t direct_vcpu_hot_call(struct vcpu *v)
{
    return gva(v->hot);
}

void direct_vcpu_rewrite(struct vcpu *v, const struct cpu_text *text)
{
    direct_rewrite(v->m, v->hot, v->hot_nr, text);
    v->hot = 0;
}

bool direct_vcpu_signals_open(struct vcpu *v, uint64_t sigmask)
{
    return v->open && v->open_mask == sigmask;
}

void direct_vcpu_masked(struct vcpu *v)
{
    v->open = 0;
}

void direct_vcpu_tell_faults(struct vcpu *v)
{
    v->tells_faults = true;
}
