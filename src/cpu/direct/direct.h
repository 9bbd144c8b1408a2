/* Inside of the direct backend: where the supervisor lies, and a vCPU as the entry code sees it. Only files under cpu/direct include this. */
#ifndef CPU_DIRECT_DIRECT_H
#define CPU_DIRECT_DIRECT_H

#include "base/place.h"

/* Offsets in struct vcpu. */
#define V_IN_GUEST 0
#define V_KICK 8
#define V_SP 16
#define V_FRAME 24
#define V_GUEST_FS 32
#define V_HOST_FS 40
#define V_SELF 48
#define V_OPEN 56
#define V_MXCSR 64
#define V_REGS 72
#define V_XMM 224

/* What direct_enter() and direct_resume() return besides a cpu_event. */
#define ENTER_KICKED 8 /* before it began */
#define ENTER_JUMPED 9 /* a SYSCALL, by a rewritten site */

/* What direct_jumped makes of rax: OF in bit 0, LAHF's byte in bits 8-15, and the number of the call. */
#define JUMPED_NUMBER 16

#ifndef __ASSEMBLER__
#include <signal.h>
#include <sys/queue.h>

#include "base/lock.h"
#include "base/raw.h"
#include "cpu/cpu.h"

/* The supervisor's zone, which its image begins. Calls from inside of it are not trapped. */
static inline uint64_t zone_start(void)
{
    return place_start();
}

static inline uint64_t zone_end(void)
{
    return place_start() + PLACE_SIZE;
}

/* The kernel's struct ucontext of x86-64 (arch/x86/include/uapi/asm/sigcontext.h). */
struct frame {
    uint64_t flags, link;
    struct {
        uint64_t sp;
        int32_t flags, pad;
        uint64_t size;
    } stack;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, rflags;
    uint16_t cs, gs, fs, ss;
    uint64_t err, trapno, oldmask, cr2, fpstate, reserved[8];
    uint64_t sigmask;
};
_Static_assert(sizeof(struct frame) == 304, "the kernel's layout");

/* struct _fpx_sw_bytes, in the FXSAVE area of a frame. */
struct fpx_sw {
    uint32_t magic1, extended_size;
    uint64_t xfeatures;
    uint32_t xstate_size, padding[7];
};
#define SW_RESERVED 464
#define FP_MAGIC1 0x46505853u
#define FP_MAGIC2 0x46505845u
#define XSTATE_BV 512
#define MXCSR 24

#define MAX_SPANS 64

struct span {
    uint64_t start, end;
};

struct machine {
    struct lock lock; /* all, parked */
    LIST_HEAD(, vcpu) all;
    SLIST_HEAD(, vcpu) parked;
    struct span span[MAX_SPANS]; /* what guests cannot have: ordered, whole chunks */
    unsigned spans;
    struct fpx_sw sw; /* what the kernel says of the XSAVE area in its frames */
    bool by_filter;   /* calls are caught by a seccomp filter, not by dispatch */
    struct cpu_stats stats;
    struct rewriting *rewriting; /* NULL: nothing is rewritten yet; atomic */
};

#define BIT(sig) (1ull << ((sig) -1))
#define SUPERVISOR_MASK ~CPU_ALWAYS_OPEN

#define ALTSTACK_SIZE (64ull << 10)
#define XSAVE_MAX 16384

/* Lies right behind its alternate stack, where the entry code finds it. */
struct vcpu {
    uint64_t in_guest; /* from just before FS is the guest's until it is ours again */
    uint64_t kick;
    uint64_t sp;    /* the thread's own stack, in vcpu_run() */
    uint64_t frame; /* &uc */
    uint64_t guest_fs, host_fs;
    uint64_t self;  /* &self - V_SELF: GS points here where sites are rewritten */
    uint64_t open;  /* the host's mask is open_mask, as the guest wants it, although the supervisor runs */
    uint64_t mxcsr; /* the guest's, with xmm[], while `live` */
    struct cpu_regs regs;
    uint64_t pad;
    uint8_t xmm[16][16];

    bool shut; /* it left by the handler of a signal that the supervisor does not block, and which is blocked there */
    bool live; /* the registers of XSAVE but for these are in the processor: a rewritten site does not save them */
    uint64_t open_mask;
    uint64_t hot, hot_nr; /* where a call came from that is worth rewriting, 0: none; and what it had in RAX */
    LIST_ENTRY(vcpu) link;
    SLIST_ENTRY(vcpu) parked;
    struct machine *m;
    struct cpu_fault fault;
    struct cpu_stats stats;
    /* What the guest blocks, but not the host while it runs: SIGSYS, and SIGTRAP where it is stepped. Those from outside, the thread's and the
     * process's, wait here meanwhile. */
    uint64_t covert;
    siginfo_t kept[8];
    unsigned keeps;
    bool tells_faults; /* in the next run */
    uint64_t gs;       /* until a thread has it */
    int tid;           /* the host thread that runs it, 0: none yet */
    struct frame uc;
    uint8_t fpu[XSAVE_MAX] __attribute__((aligned(64)));
};
_Static_assert(offsetof(struct vcpu, kick) == V_KICK && offsetof(struct vcpu, sp) == V_SP &&
                   offsetof(struct vcpu, frame) == V_FRAME && offsetof(struct vcpu, guest_fs) == V_GUEST_FS &&
                   offsetof(struct vcpu, host_fs) == V_HOST_FS && offsetof(struct vcpu, self) == V_SELF &&
                   offsetof(struct vcpu, open) == V_OPEN && offsetof(struct vcpu, mxcsr) == V_MXCSR &&
                   offsetof(struct vcpu, regs) == V_REGS && offsetof(struct vcpu, xmm) == V_XMM,
               "as in entry.S");

/* What task/ does about a signal: direct_handler() comes before it. */
extern cpu_signal_fn *direct_signal;

/* A signal that came while it was not set. */
void direct_plain(int sig, siginfo_t *info, struct frame *uc);

/* The event of a signal `sig` that came while v->in_guest was set; negative: it was in code of ours, which goes on. */
int direct_trap(int sig, siginfo_t *info, struct frame *uc, struct vcpu *v);

/* entry.S */
extern uint64_t direct_zone;       /* the upper bits of the addresses in it */
extern bool direct_bases_by_calls; /* WRFSBASE and its kin are not there (AT_HWCAP2): arch_prctl(2) does what they do */
int direct_enter(struct vcpu *v);
int direct_resume(struct vcpu *v); /* where it was left by a rewritten site, with the host's mask open */
void direct_handler(int sig, siginfo_t *info, void *uc);
extern const uint8_t direct_window[], direct_window_end[], direct_resume_window[], direct_resume_window_end[];
/* Where rewritten sites go, rcx being the address behind them. From `packed` up to `sure` it may fault: GS is not ours. */
extern const uint8_t direct_jumped[], direct_jumped_packed[], direct_jumped_sure[];

/* rewrite.c: called with the locks of vcpu_rewrite(), but for the first four */
uint64_t direct_rewritten(const struct machine *m);
/* Count a trapped call that returns to `site`; true: it is worth rewriting, said once. */
bool direct_site_hot(uint64_t site);
/* Is [rip] a rewritten site, whose first byte may have been a HLT for a moment? */
bool direct_any_site(const struct machine *m);
bool direct_site_at(const struct machine *m, uint64_t rip);
/* A mapping may be written from now on. */
void direct_forget_text(struct machine *m, uint64_t start, uint64_t size);
/* It goes, maybe to another place, from where no jump of ours leads anywhere: as the file has it. */
void direct_restore_text(struct machine *m, uint64_t start, uint64_t size);
void direct_rewrite(struct machine *m, uint64_t site, uint64_t nr, const struct cpu_text *text);
bool direct_exclude(struct machine *m, uint64_t start, uint64_t end);

/* vcpu.c */
int direct_vcpu_create(struct machine *m, struct vcpu **out);
void direct_vcpu_park(struct vcpu *v);
enum cpu_event direct_vcpu_run(struct vcpu *v, uint64_t sigmask, struct cpu_fault *fault);
void direct_vcpu_kick(struct vcpu *v);
struct cpu_regs *direct_vcpu_regs(struct vcpu *v);
void direct_vcpu_get_bases(struct vcpu *v, uint64_t *fs, uint64_t *gs);
void direct_vcpu_set_bases(struct vcpu *v, uint64_t fs, uint64_t gs);
void direct_vcpu_get_xsave(struct vcpu *v, void *image);
int direct_vcpu_set_xsave(struct vcpu *v, const void *image);
gva_t direct_vcpu_hot_call(struct vcpu *v);
void direct_vcpu_rewrite(struct vcpu *v, const struct cpu_text *text);
bool direct_vcpu_signals_open(struct vcpu *v, uint64_t sigmask);
void direct_vcpu_masked(struct vcpu *v);
void direct_vcpu_tell_faults(struct vcpu *v);
/* Let go of all vCPUs but `own`: the child of a fork has other threads' too. */
void direct_vcpus_drop(struct machine *m, struct vcpu *own);
#endif

#endif
