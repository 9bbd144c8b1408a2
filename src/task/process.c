#include "task/process.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "base/fds.h"
#include "base/raw.h"
#include "base/report.h"
#include "mem/access.h"
#include "task/operand.h"
#include "task/seccomp.h"
#include "task/signal.h"

__thread struct thread *current;
struct process *process_self FORKED, *process_guests FORKED;
static void (*at_exit)(struct process *);

int process_create(const struct options *opt, struct space *sp, struct process **out)
{
    struct process *p = calloc(1, sizeof *p);
    struct sighand *sh = calloc(1, sizeof *sh);
    if (!p || !sh) {
        free(p);
        free(sh);
        return -ENOMEM;
    }
    p->space = sp;
    p->sighand = sh;
    p->opt = opt;
    p->pid = (int) host(SYS_getpid);
    pthread_mutex_init(&p->lock, NULL);
    pthread_mutex_init(&p->exec_lock, NULL);
    LIST_INIT(&p->threads);
    process_self = p;
    *out = p;
    return 0;
}

void process_add(struct process *p, struct thread *t)
{
    LIST_INSERT_HEAD(&p->threads, t, link);
    __atomic_store_n(&p->nthreads, p->nthreads + 1, __ATOMIC_RELEASE);
}

void process_drop(struct process *p, struct thread *t)
{
    LIST_REMOVE(t, link);
    __atomic_store_n(&p->nthreads, p->nthreads - 1, __ATOMIC_RELEASE);
}

void thread_park(struct thread *t)
{
    struct vcpu *v = t->vcpu;
    t->vcpu = NULL;
    if (v)
        vcpu_park(v);
}

bool process_has_thread(struct process *p, int tid)
{
    struct thread *t;
    pthread_mutex_lock(&p->lock);
    LIST_FOREACH (t, &p->threads, link)
        if (thread_id(t) == tid)
            break;
    pthread_mutex_unlock(&p->lock);
    return t;
}

bool process_is_alone(struct process *p)
{
    /* Acquire: all that the others did, the parking of their vCPUs for one, was before. */
    return __atomic_load_n(&p->nthreads, __ATOMIC_ACQUIRE) == 1 && !p->vfork_child && !process_memory_shared();
}

bool process_owns_table(struct process *p)
{
    return process_is_alone(p) && !fds_self()->table->apart;
}

int thread_attach(struct process *p, struct thread **out)
{
    struct thread *t = calloc(1, sizeof *t);
    if (!t)
        return -ENOMEM;
    int r = vcpu_create(space_machine(p->space), &t->vcpu);
    if (r) {
        free(t);
        return r;
    }
    t->proc = p;
    t->regs = vcpu_regs(t->vcpu);
    t->tid = (int) host(SYS_gettid);
    traced_init(t);
    pthread_mutex_lock(&p->lock);
    process_add(p, t);
    pthread_mutex_unlock(&p->lock);
    *out = t;
    return 0;
}

void process_at_exit(void (*fn)(struct process *))
{
    at_exit = fn;
}

void process_last_words(struct thread *t)
{
    if (at_exit && !t->proc->vfork_child)
        at_exit(t->proc);
}

static bool has_children(void)
{
    return host(SYS_waitid, P_ALL, 0, NULL, WEXITED | WNOHANG | WNOWAIT | __WALL, NULL) != -ECHILD;
}

void process_exit(struct thread *t, int code)
{
    traced_process_end(t, code << 8);
    process_last_words(t);
    process_release_memory(t);
    /* Not without need: the wait for the machine's end is one that SIGSTOP makes longer (docs/internals/kvm.md). */
    if (process_is_alone(t->proc) && has_children())
        machine_close(space_machine(t->proc->space));
    host(SYS_exit_group, code);
    __builtin_unreachable();
}

/* ---- end of a thread ---- */

static void futex_wake(struct space *sp, gva_t va, int n)
{
    host(SYS_futex, mem_hva(sp, va, 4, NULL), FUTEX_WAKE, n, NULL, NULL, 0);
}

/* The kernel's robust list walk (kernel/futex/core.c, exit_robust_list), over guest memory: the host kernel would read guest addresses as
 * its own. */
static void robust_entry(struct thread *t, uint64_t word, bool pi, bool pending)
{
    struct space *sp = t->proc->space;
    uint32_t v;
    if ((word & 3) || get_user(sp, &v, gva(word)))
        return;
    for (;;) {
        if (pending && !pi && !(v & FUTEX_TID_MASK)) {
            futex_wake(sp, gva(word), 1);
            return;
        }
        if ((v & FUTEX_TID_MASK) != (uint32_t) t->tid)
            return;
        uint32_t old = v, dead = (v & FUTEX_WAITERS) | FUTEX_OWNER_DIED;
        if (cmpxchg_user32(sp, gva(word), &old, dead))
            return;
        if (old == v)
            break;
        v = old;
    }
    if (!pi && (v & FUTEX_WAITERS))
        futex_wake(sp, gva(word), 1);
}

struct robust_head {
    uint64_t next;
    int64_t offset;
    uint64_t pending;
};

/* False: nothing is on it, and nothing is about to be. */
static bool read_robust_list(const struct thread *t, gva_t *list, struct robust_head *head)
{
    *list = gva(__atomic_load_n(&t->robust_list.v, __ATOMIC_RELAXED));
    return list->v && get_user(t->proc->space, head, *list) == 0 && ((head->next & ~1ull) != list->v || head->pending);
}

static void walk_robust_list(struct thread *t)
{
    struct space *sp = t->proc->space;
    struct robust_head head;
    gva_t list;
    if (!read_robust_list(t, &list, &head))
        return;
    uint64_t entry = head.next;
    for (unsigned n = 0; (entry & ~1ull) != list.v && n < 2048; n++) {
        uint64_t next = 0, at = entry & ~1ull;
        int bad = get_user(sp, &next, gva(at));
        if (entry != head.pending)
            robust_entry(t, at + (uint64_t) head.offset, entry & 1, false);
        if (bad)
            return;
        entry = next;
    }
    if (head.pending)
        robust_entry(t, (head.pending & ~1ull) + (uint64_t) head.offset, head.pending & 1, true);
}

/* The walk of the host's kernel at the end of a thread follows the guest's pointers, by which it could be led to any word of the supervisor's
 * that equals the thread's number, and change it. So nobody else may be left in this memory then, the page of a shared table of descriptors included;
 * the other threads of the process have been stopped by the signal that ends it. In place all is the guest's anyhow. */
static bool lists_may_be_told(const struct process *p)
{
    return !p->vfork_child && !process_memory_visited() && !fds_self()->table->apart;
}

static void set_gate(struct thread *t, bool open)
{
    __atomic_store_n(&t->gate.next, open && t->robust_at ? t->robust_at : (uint64_t) &t->gate, __ATOMIC_SEQ_CST);
}

void process_review_lists(struct process *p)
{
    struct thread *t;
    const bool open = lists_may_be_told(p);
    LIST_FOREACH (t, &p->threads, link)
        if (t->robust_told)
            set_gate(t, open);
}

void thread_tell_robust_list(struct thread *t)
{
    struct process *p = t->proc;
    void *list = t->robust_list.v ? mem_hva(p->space, t->robust_list, 24, NULL) : NULL;
    int64_t offset = 0;
    if (cpu_backend()->in_place) {
        t->robust_told = host(SYS_set_robust_list, t->robust_list.v, 24) == 0;
        return;
    }
    pthread_mutex_lock(&p->lock);
    t->robust_at = list && get_user(p->space, &offset, gva(t->robust_list.v + 8)) == 0 ? (uint64_t) list : 0;
    set_gate(t, false);
    if (t->robust_at) {
        t->gate.offset = offset;
        set_gate(t, lists_may_be_told(p));
    }
    if (t->robust_at && !t->robust_told)
        t->robust_told = host(SYS_set_robust_list, &t->gate, sizeof t->gate) == 0;
    pthread_mutex_unlock(&p->lock);
}

void process_walk_lists(struct process *p)
{
    struct thread *t;
    LIST_FOREACH (t, &p->threads, link)
        walk_robust_list(t);
}

static bool host_reads(uint64_t address, void *to, size_t size)
{
    const struct iovec here = {to, size}, there = {(void *) address, size};
    return host(SYS_process_vm_readv, host(SYS_gettid), &here, 1, &there, 1, 0) == (long) size;
}

/* Does the host's kernel get to all that is on its list, by the guest's addresses (mem/echo.c)? */
static bool host_follows(const struct thread *t)
{
    struct robust_head head;
    gva_t list;
    if (!read_robust_list(t, &list, &head))
        return true;
    uint64_t entry = head.next & ~1ull, next, same;
    uint32_t word;
    for (unsigned n = 0; entry != list.v && n < 2048; n++) {
        if (get_user(t->proc->space, &next, gva(entry)))
            break; /* for whoever walks */
        if (!host_reads(entry, &same, sizeof same) || same != next ||
            !host_reads(entry + (uint64_t) head.offset, &word, sizeof word))
            return false;
        entry = next & ~1ull;
    }
    return !head.pending;
}

/* Is its list gone through when the thread has ended, by the host's kernel or by who sleeps for the process? */
static bool list_is_told(const struct thread *t)
{
    return t->proc->vfork_child || cpu_backend()->in_place ||
           (t->robust_told && t->gate.next != (uint64_t) &t->gate && host_follows(t));
}

void process_release_untold(struct process *p)
{
    struct thread *t;
    pthread_mutex_lock(&p->lock);
    LIST_FOREACH (t, &p->threads, link)
        if (!list_is_told(t))
            walk_robust_list(t);
    pthread_mutex_unlock(&p->lock);
}

static bool others_hold(const struct thread *t)
{
    const struct thread *o;
    struct robust_head head;
    gva_t list;
    LIST_FOREACH (o, &t->proc->threads, link)
        if (o != t && read_robust_list(o, &list, &head))
            return true;
    return false;
}

/* What the others hold is another's only when they do not run any more. So they are stopped, and stay so until they are dead, where this does not stop
 * another process, too. For a while: who does not come out of the guest waits for something that may need this end. Nor is there more time for who
 * holds the lock, and may be doing the same. */
#define PATIENCE_MS 100

void process_release_memory(struct thread *t)
{
    struct process *p = t->proc;
    struct timespec until;
    walk_robust_list(t);
    if (p->vfork_child || process_memory_shared())
        thread_clear_tid(t);
    if (cpu_backend()->in_place)
        return;
    host(SYS_clock_gettime, CLOCK_REALTIME, &until);
    until.tv_nsec += PATIENCE_MS * 1000000l;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    if (pthread_mutex_timedlock(&p->lock, &until))
        return;
    if (!others_hold(t)) {
        pthread_mutex_unlock(&p->lock);
        return;
    }
    if (!p->vfork_child && !process_memory_visited()) {
        machine_fork_prepare(thread_machine(t));
        machine_stop(thread_machine(t), PATIENCE_MS);
        machine_fork_parent(thread_machine(t));
    }
    process_walk_lists(p);
}

void thread_clear_tid(struct thread *t)
{
    struct space *sp = t->proc->space;
    const uint32_t zero = 0;
    if (t->clear_child_tid.v && put_user(sp, t->clear_child_tid, &zero) == 0)
        futex_wake(sp, t->clear_child_tid, 1);
    t->clear_child_tid = gva(0);
}

void thread_release_locks(struct thread *t)
{
    walk_robust_list(t);
    if (t->robust_told) /* what is there afterwards is no list */
        host(SYS_set_robust_list, NULL, sizeof t->gate);
}

/* Whoever made `t` with CLONE_VFORK goes on. */
static void tell_vfork(struct thread *t)
{
    if (!t->vfork_done)
        return;
    __atomic_store_n(t->vfork_done, 1, __ATOMIC_RELEASE);
    host(SYS_futex, t->vfork_done, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0); /* only the address: it may be gone by now */
}

/* The status of a process is that of its last thread's end; here `status` is as wait(2) tells it. */
static _Noreturn void end_thread(struct thread *t, int status)
{
    struct process *p = t->proc;
    if (t->trace.active)
        traced_exit(t, status);
    thread_release_locks(t); /* while it can be found, by whoever has to shut its gate */
    pthread_mutex_lock(&p->lock);
    bool last = p->nthreads == 1;
    bool leader = t->tid == p->pid;
    if (!last) {
        thread_park(t); /* before it is dropped: whoever is left alone may close the machine */
        process_drop(p, t);
    }
    pthread_mutex_unlock(&p->lock);
    if (last) {
        if (status & 0x7f)
            signal_die(t, status & 0x7f);
        process_exit(t, status >> 8);
    }
    thread_clear_tid(t); /* after this the guest may reuse the stack and create another thread */
    tell_vfork(t);
    traced_thread_end(t, status);
    if (leader && p->vfork_child)
        for (;;) /* the parent frees what the others still use when this host thread ends: their last one ends it */
            host(SYS_pause);
    current = NULL;
    pthread_mutex_lock(&p->lock); /* filters are shared with those that fork or synchronise */
    seccomp_drop(t);
    pthread_mutex_unlock(&p->lock);
    free(t);
    if (leader) {
        /* The C library may have named a lock of its own as what the kernel clears at the end of this thread: it is another's by now. */
        host(SYS_set_tid_address, NULL);
        host(SYS_exit, status >> 8); /* stays a zombie until the others are gone, as natively */
    }
    pthread_exit(NULL);
}

void thread_exit(struct thread *t, int code)
{
    end_thread(t, code << 8);
}

void thread_die(struct thread *t, int sig)
{
    end_thread(t, sig);
}

/* ---- faults ---- */

static void fill_fault(siginfo_t *info, int sig, int code, uint64_t addr)
{
    memset(info, 0, sizeof *info);
    info->si_signo = sig;
    info->si_code = code;
    info->si_addr = (void *) addr;
}

enum {
    X_DE,
    X_DB,
    X_NMI,
    X_BP,
    X_OF,
    X_BR,
    X_UD,
    X_NM,
    X_TS = 10,
    X_NP,
    X_SS,
    X_GP,
    X_PF,
    X_MF = 16,
    X_AC,
    X_MC,
    X_XM
};

static int fp_code(unsigned err)
{
    /* As fpu__exception_code(): x87 status without masked exceptions, or MXCSR's. */
    if (err & 0x001)
        return FPE_FLTINV;
    if (err & 0x004)
        return FPE_FLTDIV;
    if (err & 0x008)
        return FPE_FLTOVF;
    if (err & 0x012)
        return FPE_FLTUND;
    if (err & 0x020)
        return FPE_FLTRES;
    return FPE_FLTUNK;
}

static int fp_exception_code(struct thread *t, bool sse)
{
    uint32_t size = machine_traits(thread_machine(t)).xsave_size;
    autofree uint8_t *image = aligned_alloc(64, (size + 63) & ~63ull);
    if (!image)
        return FPE_FLTUNK;
    vcpu_get_xsave(t->vcpu, image);
    if (sse) {
        uint32_t mxcsr = *(uint32_t *) (image + 24);
        return fp_code(~(mxcsr >> 7) & mxcsr & 0x3f);
    }
    uint16_t cwd = *(uint16_t *) image, swd = *(uint16_t *) (image + 2);
    return fp_code((unsigned) swd & ~(unsigned) cwd & 0x3f);
}

/* get_si_code() of arch/x86/include/asm/traps.h */
static int db_code(uint64_t dr6)
{
    return dr6 & 1 << 14 ? TRAP_TRACE : dr6 & 15 ? TRAP_HWBKPT : TRAP_BRKPT;
}

#define VSYSCALL 0xffffffffff600000ull

/* The vsyscall page of old programs: fetching from one of its three entries is the call (arch/x86/entry/vsyscall). */
static bool emulate_vsyscall(struct thread *t)
{
    struct cpu_regs *r = t->regs;
    static const uint16_t nr[] = {SYS_gettimeofday, SYS_time, SYS_getcpu};
    uint64_t off = r->rip - VSYSCALL, ret;
    if (off >= PAGE_SIZE || (off & 1023) || off / 1024 >= ARRAY_SIZE(nr) || get_user(t->proc->space, &ret, gva(r->rsp)))
        return false;
    t->call_ip = r->rip;
    r->rsp += 8;
    r->rip = ret;
    t->nr = r->rax = nr[off / 1024];
    memcpy(t->args, (uint64_t[6]){r->rdi, r->rsi, off / 1024 == 2 ? 0 : r->rdx}, sizeof t->args);
    sys_dispatch(t);
    t->in_syscall = false; /* nor is it made again */
    return true;
}

/* `int n` through a gate that is not the user's is a #GP; some hosts emulate it, badly, and say #UD. */
static bool is_int_n(struct thread *t, unsigned *n)
{
    uint8_t code[2];
    if (copy_in(t->proc->space, code, gva(t->regs->rip), sizeof code) || code[0] != 0xcd)
        return false;
    *n = code[1];
    return true;
}

static void handle_fault(struct thread *t, const struct cpu_fault *fault)
{
    struct cpu_fault copy = *fault, *f = &copy;
    siginfo_t info;
    unsigned n;
    if (f->vector == X_UD && is_int_n(t, &n))
        copy = (struct cpu_fault){.vector = X_GP, .error = n * 8 + 2};
    else if (f->vector == X_UD && machine_traits(thread_machine(t)).shadow_paging && (n = operand_check(t)))
        copy = (struct cpu_fault){.vector = n == OPERAND_STACK ? X_SS : X_GP};
    uint64_t rip = t->regs->rip, addr;
    enum umip umip = f->vector == X_GP ? umip_emulate(t, &addr) : UMIP_OTHER;
    if (umip == UMIP_DONE)
        return;
    if (umip == UMIP_BAD)
        copy = (struct cpu_fault){.vector = X_PF, .error = PF_USER | PF_WRITE, .addr = gva(addr)};
    uint64_t error = f->error;
    int code;
    t->bus_rip = 0;
    switch (f->vector) {
    case X_PF:
        if ((f->error & PF_INSTR) && emulate_vsyscall(t))
            return;
        code = umip ? SEGV_MAPERR : space_fault(t->proc->space, f->addr, f->error);
        if (code == 0)
            return;
        if (code < 0)
            fill_fault(&info, SIGBUS, BUS_ADRERR, f->addr.v);
        else
            fill_fault(&info, SIGSEGV, code, f->addr.v);
        break;
    case X_DE:
        fill_fault(&info, SIGFPE, FPE_INTDIV, rip);
        break;
    case X_DB:
        traced_debug(t, f->addr.v);
        fill_fault(&info, SIGTRAP, db_code(f->addr.v), rip);
        break;
    case X_BP:
        fill_fault(&info, SIGTRAP, SI_KERNEL, 0);
        break;
    case X_UD:
        fill_fault(&info, SIGILL, ILL_ILLOPN, rip);
        break;
    case X_MF:
    case X_XM:
        fill_fault(&info, SIGFPE, fp_exception_code(t, f->vector == X_XM), rip);
        break;
    case X_AC:
        fill_fault(&info, SIGBUS, BUS_ADRALN, 0);
        break;
    case X_NP:
    case X_SS:
        fill_fault(&info, SIGBUS, SI_KERNEL, 0);
        break;
    default:
        fill_fault(&info, SIGSEGV, SI_KERNEL, 0);
        break;
    }
    if (f->vector == X_PF && f->addr.v >= SPACE_TOP && !umip)
        error |= PF_PRESENT; /* Linux hides which kernel addresses are mapped */
    t->trap = (struct trap_info){f->vector, error, f->vector == X_PF ? f->addr.v : t->trap.cr2};
    signal_force(t, &info);
}

/* The host has no page, or had none for an instant, while another thread took the memory away from a vCPU that was walking the guest's tables.
 * Either way those tables tell more once all that has an object behind it is hidden: the access, repeated, is a #PF with its address and kind,
 * or it succeeds. What goes on failing is memory that the host has lost. In place the host's kernel has said all that there is to say. */
#define BUS_TRIES 100

static void handle_bus(struct thread *t, const struct cpu_fault *f)
{
    siginfo_t info;
    if (t->bus_rip != t->regs->rip) {
        t->bus_rip = t->regs->rip;
        t->bus_tries = 0;
    }
    if (!cpu_backend()->in_place && t->bus_tries++ < BUS_TRIES) {
        space_hide_objects(t->proc->space);
        return;
    }
    uint64_t va = f->bus.v == ~0ull ? 0 : space_gva_of_gpa(t->proc->space, f->bus);
    t->bus_rip = 0;
    fill_fault(&info, SIGBUS, BUS_ADRERR, va);
    t->trap = (struct trap_info){X_PF, cpu_backend()->in_place ? f->error : PF_USER, va};
    signal_force(t, &info);
}

/* What the program dispatches to itself no tracer and no filter sees. */
static void handle_call(struct thread *t)
{
    const struct cpu_regs *r = t->regs;
    t->nr = r->rax;
    t->call_ip = r->rip;
    memcpy(t->args, (uint64_t[6]){r->rdi, r->rsi, r->rdx, r->r10, r->r8, r->r9}, sizeof t->args);
    if (__builtin_expect(!t->trace.active && !t->dispatch.on, 1)) {
        sys_dispatch(t);
        return;
    }
    if (!signal_close(t) || (t->dispatch.on && !seccomp_user_dispatch(t)))
        return;
    if (t->trace.active)
        traced_call(t);
    else
        sys_dispatch(t);
}

/* ---- the loop ---- */

void thread_run(struct thread *t)
{
    if (t->trace.active)
        traced_begin(t);
    for (;;) {
        struct cpu_fault fault;
        if (__builtin_expect(signal_work_pending(t), 0))
            signal_work(t);
        t->in_syscall = false; /* the guest goes on, and rax is its own */
        enum cpu_event event =
            __builtin_expect(t->trace.active, 0) ? traced_run(t, &fault) : vcpu_run(t->vcpu, t->sigmask, &fault);
        switch (event) {
        case CPU_SYSCALL:
            handle_call(t);
            break;
        case CPU_SIGNAL:
            signal_take(t);
            break;
        case CPU_FAULT:
            handle_fault(t, &fault);
            break;
        case CPU_BUS:
            handle_bus(t, &fault);
            break;
        case CPU_HOT:
            space_rewrite(t->proc->space, t->vcpu, !process_memory_visited());
            break;
        }
    }
}
