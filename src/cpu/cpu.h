/* What an execution backend provides, and nothing more: a machine (one guest address space) and its
 * virtual CPUs. Called by mem/ (mappings) and task/ (running threads). Knows nothing of system calls. A process has one backend (struct cpu_backend
 * below); cpu.c hands its calls on. */
#ifndef CPU_CPU_H
#define CPU_CPU_H

#include <signal.h>

#include "base/base.h"

struct machine;
struct vcpu;

/* The integer state of an x86-64 thread in user mode. Between two vcpu_run() calls it is always the
 * guest's user-mode state: after a SYSCALL, rip is the next instruction and rax the call's number. */
struct cpu_regs {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rsp, rbp;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t rip, rflags;
};

enum cpu_event {
    CPU_SYSCALL, /* the guest executed SYSCALL */
    CPU_FAULT,   /* a processor exception from user mode: struct cpu_fault says which */
    CPU_SIGNAL,  /* a host signal that the mask lets in is pending */
    CPU_BUS,     /* the host has no page behind the address (truncated file): SIGBUS */
    CPU_HOT, /* nothing happened: vcpu_hot_call() names a call that would be cheaper if vcpu_rewrite() were called */
};

struct cpu_fault {
    unsigned vector;     /* x86 exception vector: 14 is #PF (SDM vol. 3, 6.15) */
    unsigned long error; /* its error code, or 0 */
    gva_t addr;          /* #PF: CR2; #DB: DR6 */
    gpa_t bus;           /* CPU_BUS: the guest-physical address, or ~0 when the host does not tell */
};

/* #PF error-code bits. */
enum { PF_PRESENT = 1, PF_WRITE = 2, PF_USER = 4, PF_RESERVED = 8, PF_INSTR = 16 };

/* ---- machine ---- */

/* What a machine found out about the host, for the machine of another program image of this process: probing costs a few hundred
 * microseconds where CPUID traps. The bytes are opaque, allocated (free() them; NULL: out of memory) and of *size bytes; machine_use_facts()
 * copies them before machine_create(). -EINVAL: not such bytes. */
void *machine_facts(const struct machine *m, size_t *size);
int machine_use_facts(const void *facts, size_t size);

/* Guest-physical addresses that must stay free: the interrupt controllers' and VMX's own pages. */
#define MACHINE_HOLE_START 0xfe000000ull
#define MACHINE_HOLE_END 0x100000000ull

/* Create an empty machine. Guest-physical memory is one host range: address N is byte N from `ram`. Its first
 * 2 MiB (readable and writable) are the machine's for tables and entry code, and `initial`
 * bytes are registered at once. Returns 0 or a negative errno; `why` (may be NULL) then points at a sentence that tells a
 * person what is missing and how to get it. -ENODEV: the sentence says all; other error numbers are to be told with it.
 * `forked`: for the child of a fork, until machine_born(). */
int machine_create(struct machine **out, void *ram, uint64_t initial, bool forked, const char **why);

/* What the host refused when vcpu_create() failed ("KVM_CREATE_VCPU failed"), to be told with the error number; NULL: no single request. */
const char *machine_failed(const struct machine *m);

/* Give the machine 2 MiB more for page tables: after machine_map() returned -ENOMEM. The range is backed already. */
void machine_feed(struct machine *m, gpa_t gpa);

/* Process `pid`, which shared this machine, is dead: its locks are free again. */
void machine_repair(struct machine *m, int pid);

/* Around a host fork, in the parent: no vCPU is being made or parked at the moment of the copy. */
void machine_fork_prepare(struct machine *m);
void machine_fork_parent(struct machine *m);

/* Between the two no vCPU runs guest code: a copy of the memory that is made meanwhile is of one instant. For a fork that does not go by the
 * host's own; between machine_fork_prepare() and machine_fork_parent(). A process that ends needs no way back from there, and waits for `patience`
 * milliseconds only, 0: as long as it takes. No signal is used, so the guest's are left alone. */
void machine_stop(struct machine *m, unsigned patience);
void machine_go(struct machine *m);

/* In the child of a host fork: leave the inherited VM, make a new one over the same guest memory and
 * page tables. No vCPU exists afterwards. Returns 0 or a negative errno. In place nothing can fail, and `own` (or NULL), the calling
 * thread's vCPU, goes on as it is. */
int machine_renew(struct machine *m, struct vcpu *own);

/* The child of a fork is complete: what is made from here on is no step of a fork (fault.h). */
void machine_born(struct machine *m);

/* Let go of the VM and its vCPUs, the caller's own included: nothing runs on it any more. For an exiting process: some kernels keep a worker
 * thread inside a process that has a VM, and that one's children are only orphans when it has ended too. */
void machine_close(struct machine *m);
/* The same, and free it: in the child of a fork that makes another. The way to KVM stays open for that one (machine_facts()). */
void machine_destroy(struct machine *m);

/* Register `size` bytes at `hva` as guest-physical memory at `gpa`: RAM pieces, or `readonly` pages of the host's such as
 * the vDSO, which are registered when they are first read: half of all processes never look at a clock. Once per range, for
 * good but for machine_withdraw(). */
int machine_back(struct machine *m, gpa_t gpa, void *hva, uint64_t size, bool readonly);
/* No translation leads to `readonly` pages any more, until they are read again: after machine_unmap() of some, whose host mapping stays. 0 or a
 * negative errno. */
int machine_withdraw(struct machine *m);

/* Let user mode reach [va, va+size) at `pa` with `prot` (PROT_*). Replaces what was there. When a right is
 * taken away the caller changes the host mapping of the range *afterwards*, which is what reaches running
 * vCPUs (a backend keeps no other way). Returns 0 or -ENOMEM when a table page cannot be had. */
int machine_map(struct machine *m, gva_t va, gpa_t pa, uint64_t size, int prot);
int machine_unmap(struct machine *m, gva_t va, uint64_t size); /* -ENOMEM: a large entry could not be split */

/* What callers have to know of a machine. */
struct cpu_traits {
    uint64_t gpa_limit;  /* highest guest-physical address plus one that the host can back */
    uint64_t xfeatures;  /* XCR0 */
    uint32_t xsave_size; /* of an XSAVE image */
    bool
        tsc_is_host; /* the guest's TSC counts as the host's, so that the host's vDSO tells the right time in the guest */
    bool
        shadow_paging; /* no hardware paging under KVM: each first touch of a page by the guest is then a costly fault inside KVM */
    uint64_t own_start, own_end; /* in place: the supervisor's own memory. All else that is not excluded is reserved */
    bool own_stays;              /* the next image has to have its own memory there, too */
    bool in_place; /* guest addresses are host addresses, guest-physical ones too: nothing is to be mapped or backed */
};
struct cpu_traits machine_traits(const struct machine *m);

/* In place, some addresses are the supervisor's. The start of the highest such range that [start, end) touches, or 0. */
uint64_t machine_excluded(const struct machine *m, uint64_t start, uint64_t end);

/* ---- vcpu ---- */

/* Everything that a thread's processor state is, out of any VM: what fork and clone carry over. */
struct cpu_state {
    struct cpu_regs regs;
    uint64_t fs_base, gs_base;
    uint32_t xsave_size;
    uint8_t xsave[] __attribute__((aligned(64))); /* standard (not compacted) XSAVE image */
};

/* A vCPU of `m`, new or one that vcpu_park() gave back, with reset registers. The calling host thread runs it. */
int vcpu_create(struct machine *m, struct vcpu **out);
void vcpu_park(struct vcpu *v);

/* Signals (kernel layout, bit n-1) that the supervisor never blocks: whatever the guest blocks, they come while it runs, too. */
#define CPU_ALWAYS_OPEN (1ull << (SIGSEGV - 1) | 1ull << (SIGBUS - 1))

/* Run until something happens. `sigmask` is the guest's signal mask: only unblocked host signals, and those two, end the run, with
 * CPU_SIGNAL, and stay pending. */
enum cpu_event vcpu_run(struct vcpu *v, uint64_t sigmask, struct cpu_fault *fault);

/* Let the next run, or the present one of the calling thread, end with CPU_SIGNAL. Async-signal-safe. */
void vcpu_kick(struct vcpu *v);

struct cpu_regs *vcpu_regs(struct vcpu *v); /* valid between runs; changes take effect at the next */

void vcpu_get_bases(struct vcpu *v, uint64_t *fs, uint64_t *gs);
void vcpu_set_bases(struct vcpu *v, uint64_t fs, uint64_t gs); /* canonical, or BASE_KEEP */
#define BASE_KEEP ~0ull

void vcpu_get_xsave(struct vcpu *v, void *image);      /* 64-byte aligned, xsave_size bytes */
int vcpu_set_xsave(struct vcpu *v, const void *image); /* -EINVAL: reserved bits set */

/* After CPU_HOT: the address behind a SYSCALL that is executed often. vcpu_rewrite() makes a jump of it where that is safe. */
struct cpu_text {
    uint64_t start, end; /* the mapping that it is in: private, of a file, to be read and executed */
    uint64_t room;       /* 2 MiB near it that no mapping has; 0: none */
    /* Of guest memory in place; other than 0: not all is there. */
    long (*copy)(void *to, const void *from, size_t size);
};
gva_t vcpu_hot_call(struct vcpu *v);
void vcpu_rewrite(struct vcpu *v,
                  const struct cpu_text *text); /* no mapping changes meanwhile; fds_create_lock() held */

/* Is the host's signal mask the one of the guest, `sigmask`, although this thread is out of the guest? Only after CPU_SYSCALL. */
bool vcpu_signals_open(struct vcpu *v, uint64_t sigmask);
/* The caller has set the host's signal mask. */
void vcpu_masked(struct vcpu *v);
/* The next run ends by a fault even where the guest blocks its signal, and the host would end the process: a tracer is told of it first. */
void vcpu_tell_faults(struct vcpu *v);

/* A copy of the whole state (free() it), or NULL; and its way back into a vCPU. */
struct cpu_state *vcpu_save(struct machine *m, struct vcpu *v);
int vcpu_load(struct vcpu *v, const struct cpu_state *st);

/* ---- signals of the host ---- */

/* `fn` is to have a signal: complete what rt_sigaction(2) is told. A backend whose guest runs in this process has to come before it. */
typedef void cpu_signal_fn(int sig, siginfo_t *info, void *context);
void cpu_handle_signal(int sig, cpu_signal_fn *fn, uint64_t *handler, uint64_t *flags, uint64_t *mask);
/* Signals (bit n-1) that the backend needs for itself: handled whatever the guest wants, and never blocked while it runs. */
uint64_t cpu_own_signals(void);

/* ---- what --stats tells ---- */
struct cpu_stats {
    uint64_t exits_syscall, exits_fault, exits_signal, exits_bus, exits_other;
    uint64_t short_cuts; /* of exits_syscall: those that ended at the SYSCALL itself, or at a site that was rewritten */
    uint64_t rewritten;  /* such sites */
    uint64_t table_pages, slots, vcpus;
    bool syscall_ring3; /* SYSCALL arrives at CPL 3 on this host */
    bool cpuid_native;  /* the processor answers CPUID in the guest, not KVM */
};
void machine_stats(const struct machine *m, struct cpu_stats *out);

/* ---- backends ---- */

struct cpu_backend {
    const char *name;
    bool in_place;
    uint64_t own_signals;
    void *(*facts)(const struct machine *m, size_t *size);
    int (*use_facts)(const void *facts, size_t size);
    int (*create)(struct machine **out, void *ram, uint64_t initial, const char **why);
    const char *(*failed)(const struct machine *m); /* NULL: there are no requests */
    void (*feed)(struct machine *m, gpa_t gpa);
    void (*repair)(struct machine *m, int pid);
    void (*fork_prepare)(struct machine *m);
    void (*fork_parent)(struct machine *m);
    void (*stop)(struct machine *m, unsigned patience);
    void (*go)(struct machine *m);
    int (*renew)(struct machine *m, struct vcpu *own);
    void (*close)(struct machine *m);
    void (*destroy)(struct machine *m);
    int (*back)(struct machine *m, gpa_t gpa, void *hva, uint64_t size, bool readonly);
    int (*withdraw)(struct machine *m);                                          /* NULL: there are no such pages */
    uint64_t (*excluded)(const struct machine *m, uint64_t start, uint64_t end); /* NULL: nothing is */
    int (*map)(struct machine *m, gva_t va, gpa_t pa, uint64_t size, int prot);
    int (*unmap)(struct machine *m, gva_t va, uint64_t size);
    struct cpu_traits (*traits)(const struct machine *m);
    void (*stats)(const struct machine *m, struct cpu_stats *out);
    /* NULL: as it is */
    void (*handle)(int sig, cpu_signal_fn *fn, uint64_t *handler, uint64_t *flags, uint64_t *mask);
    int (*vcpu_create)(struct machine *m, struct vcpu **out);
    void (*vcpu_park)(struct vcpu *v);
    enum cpu_event (*vcpu_run)(struct vcpu *v, uint64_t sigmask, struct cpu_fault *fault);
    void (*vcpu_kick)(struct vcpu *v);
    struct cpu_regs *(*vcpu_regs)(struct vcpu *v);
    void (*vcpu_get_bases)(struct vcpu *v, uint64_t *fs, uint64_t *gs);
    void (*vcpu_set_bases)(struct vcpu *v, uint64_t fs, uint64_t gs);
    void (*vcpu_get_xsave)(struct vcpu *v, void *image);
    int (*vcpu_set_xsave)(struct vcpu *v, const void *image);
    /* NULL: neither does a call become hot, nor is the mask ever open. */
    gva_t (*vcpu_hot_call)(struct vcpu *v);
    void (*vcpu_rewrite)(struct vcpu *v, const struct cpu_text *text);
    bool (*vcpu_signals_open)(struct vcpu *v, uint64_t sigmask);
    void (*vcpu_masked)(struct vcpu *v);
    void (*vcpu_tell_faults)(struct vcpu *v);
};
extern const struct cpu_backend cpu_kvm, cpu_direct;

/* The process's: KVM, until another one is chosen before machine_create(). */
void cpu_choose(const struct cpu_backend *b);
const struct cpu_backend *cpu_backend(void);

/* A machine is being made by a fork, whose steps are fault points: until machine_born(). */
extern bool cpu_forking;

#endif
