#include "task/frame.h"

#include <cpuid.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mem/access.h"
#include "task/signal.h"

/* Linux's layout of what a handler finds on its stack (arch/x86/include/uapi/asm/sigcontext.h, ucontext.h). */
struct guest_sigcontext {
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15, di, si, bp, bx, dx, ax, cx, sp, ip, flags;
    uint16_t cs, gs, fs, ss;
    uint64_t err, trapno, oldmask, cr2, fpstate, reserved[8];
};
struct guest_stack {
    uint64_t sp;
    int32_t flags, pad;
    uint64_t size;
};
struct guest_ucontext {
    uint64_t flags, link;
    struct guest_stack stack;
    struct guest_sigcontext mc;
    uint64_t sigmask;
};
struct guest_frame {
    uint64_t pretcode;
    struct guest_ucontext uc;
    siginfo_t info;
};
_Static_assert(sizeof(struct guest_sigcontext) == 256 && sizeof(siginfo_t) == 128, "Linux's layout");

#define UC_FP_XSTATE 1
#define UC_SIGCONTEXT_SS 2
#define UC_STRICT_RESTORE_SS 4
#define FP_MAGIC1 0x46505853u
#define FP_MAGIC2 0x46505845u
#define FXSAVE_SIZE 512
#define SW_RESERVED 464 /* in the FXSAVE area: struct _fpx_sw_bytes */
#define XSTATE_BV 512
#define MXCSR 24
#define MXCSR_INIT 0x1f80
#define XMM 160
#define XMM_SIZE 256
#define XSTATE_SSE 2ull
#define USER_CS 0x33
#define USER_SS 0x2b
#define RED_ZONE 128
#define FLAG_TF 0x100ull
#define FLAG_DF 0x400ull
#define FLAG_RF 0x10000ull
#define FIX_EFLAGS 0x50dd5ull

/* Bytes of an XSAVE area of these components, in the standard format. */
static uint32_t xstate_size(uint64_t features)
{
    uint32_t size = FXSAVE_SIZE + 64;
    for (unsigned i = 2; i < 63; i++) {
        unsigned a, b, c, d;
        if (!(features >> i & 1))
            continue;
        __cpuid_count(0xd, i, a, b, c, d);
        size = MAX(size, a + b);
    }
    return size;
}

uint32_t frame_xstate_size(const struct thread *t, uint64_t *features)
{
    static uint32_t known_size; /* the same for all vCPUs of a host */
    uint32_t size = __atomic_load_n(&known_size, __ATOMIC_RELAXED);
    *features = machine_traits(thread_machine(t)).xfeatures;
    if (!size) {
        size = xstate_size(*features);
        __atomic_store_n(&known_size, size, __ATOMIC_RELAXED);
    }
    return size;
}

static bool in_altstack(const struct thread *t, uint64_t sp)
{
    return sp > t->altstack_sp && sp - t->altstack_sp <= t->altstack_size;
}

static bool on_altstack(const struct thread *t, uint64_t sp)
{
    if (t->altstack_flags & (int) (1u << 31)) /* SS_AUTODISARM: never counts as on it */
        return false;
    return t->altstack_size && in_altstack(t, sp);
}

int frame_altstack_flags(const struct thread *t, uint64_t sp)
{
    if (!t->altstack_size)
        return SS_DISABLE;
    return on_altstack(t, sp) ? SS_ONSTACK : 0;
}

/* The kernel's reset of FPU state for a handler: everything in its initial configuration. */
static void init_fpu(struct vcpu *v, uint8_t *image, uint32_t size)
{
    memset(image, 0, size);
    *(uint16_t *) image = 0x37f;
    *(uint32_t *) (image + MXCSR) = MXCSR_INIT;
    *(uint64_t *) (image + XSTATE_BV) = 3; /* without its bits MXCSR would stay as it is */
    vcpu_set_xsave(v, image);
}

/* struct _fpx_sw_bytes, in a part of the FXSAVE area that the processor leaves alone. */
struct fpx_sw {
    uint32_t magic1, extended_size;
    uint64_t xfeatures;
    uint32_t xstate_size, padding[7];
};

/* Where a frame goes. */
struct frame_place {
    uint64_t at, fp; /* the frame, and the FPU state behind it */
    uint64_t size;   /* of both */
};

static int place_frame(const struct thread *t, const struct ksigaction *act, uint32_t xsize, struct frame_place *out)
{
    uint64_t sp = t->regs->rsp, at = sp - RED_ZONE;
    bool stay = on_altstack(t, sp); /* the frame must not leave the alternate stack */
    if ((act->flags & SA_ONSTACK) && t->altstack_size && !on_altstack(t, at)) {
        at = t->altstack_sp + t->altstack_size;
        stay = true;
    }
    out->fp = (at - (xsize + 4)) & ~63ull;
    out->at = ((out->fp - sizeof(struct guest_frame)) & ~15ull) - 8;
    out->size = out->fp + xsize + 4 - out->at;
    return stay && !in_altstack(t, out->at) ? -EFAULT : 0;
}

static struct guest_sigcontext sigcontext(const struct thread *t, ksigset_t oldmask, uint64_t fp)
{
    const struct cpu_regs *r = t->regs;
    return (struct guest_sigcontext){.r8 = r->r8,
                                     .r9 = r->r9,
                                     .r10 = r->r10,
                                     .r11 = r->r11,
                                     .r12 = r->r12,
                                     .r13 = r->r13,
                                     .r14 = r->r14,
                                     .r15 = r->r15,
                                     .di = r->rdi,
                                     .si = r->rsi,
                                     .bp = r->rbp,
                                     .bx = r->rbx,
                                     .dx = r->rdx,
                                     .ax = r->rax,
                                     .cx = r->rcx,
                                     .sp = r->rsp,
                                     .ip = r->rip,
                                     .flags = r->rflags | 0x202,
                                     .cs = t->refused.cs ? t->refused.cs : USER_CS,
                                     .ss = t->refused.ss ? t->refused.ss : USER_SS,
                                     .err = t->trap.error,
                                     .trapno = t->trap.trapno,
                                     .oldmask = oldmask,
                                     .cr2 = t->trap.cr2,
                                     .fpstate = fp};
}

/* The XSAVE image as a frame has it. */
static void put_state(uint8_t *fpu, const uint8_t *image, uint32_t xsize, uint64_t features)
{
    const struct fpx_sw sw = {FP_MAGIC1, xsize + 4, features, xsize, {0}};
    memcpy(fpu, image, xsize);
    memcpy(fpu + SW_RESERVED, &sw, sizeof sw);
    *(uint64_t *) (fpu + XSTATE_BV) |= 3; /* as the kernel: x87 and SSE are always there */
    *(uint32_t *) (fpu + xsize) = FP_MAGIC2;
}

/* The thread goes on in the handler. */
static void enter_handler(struct thread *t, const siginfo_t *info, const struct ksigaction *act, uint64_t at)
{
    struct cpu_regs *r = t->regs;
    if (t->altstack_flags & (int) (1u << 31)) {
        t->altstack_sp = t->altstack_size = 0;
        t->altstack_flags = 0;
    }
    r->rdi = (uint64_t) info->si_signo;
    r->rsi = at + offsetof(struct guest_frame, info);
    r->rdx = at + offsetof(struct guest_frame, uc);
    r->rax = 0;
    r->rip = act->handler;
    r->rsp = at;
    r->rflags &= ~(FLAG_DF | FLAG_RF | FLAG_TF);
}

int frame_write(struct thread *t, const siginfo_t *info, const struct ksigaction *act, ksigset_t oldmask)
{
    uint64_t features;
    uint32_t xsize = frame_xstate_size(t, &features);
    uint32_t buffer = MAX(machine_traits(thread_machine(t)).xsave_size, xsize + 4);
    struct frame_place place;
    if (!(act->flags & KSA_RESTORER) || place_frame(t, act, xsize, &place))
        return -EFAULT;
    autofree uint8_t *image = aligned_alloc(64, (buffer + 63) & ~63ull);
    autofree uint8_t *out = calloc(1, place.size);
    if (!image || !out)
        return -ENOMEM;
    vcpu_get_xsave(t->vcpu, image);

    struct guest_frame *f = (struct guest_frame *) out;
    f->pretcode = act->restorer;
    f->uc.stack = (struct guest_stack){.sp = t->altstack_sp,
                                       .size = t->altstack_size,
                                       .flags = t->altstack_flags | (t->altstack_size ? 0 : SS_DISABLE)};
    f->uc.mc = sigcontext(t, oldmask, place.fp);
    f->uc.flags = UC_FP_XSTATE | UC_SIGCONTEXT_SS | (f->uc.mc.cs == USER_CS ? UC_STRICT_RESTORE_SS : 0);
    f->uc.sigmask = oldmask;
    f->info = *info;
    put_state(out + (place.fp - place.at), image, xsize, features);
    if (copy_out(t->proc->space, gva(place.at), out, place.size))
        return -EFAULT;
    enter_handler(t, info, act, place.at);
    init_fpu(t->vcpu, image, buffer);
    return 0;
}

/* What of the state at `fp`, whose first part is in `image`, a frame is to restore: its size, or that of the legacy part where the
 * frame has no other (check_xstate_in_sigframe() in the kernel), or -EFAULT. */
static int64_t frame_state_size(struct space *sp, const uint8_t *image, uint64_t fp, uint32_t xsize)
{
    struct fpx_sw sw;
    uint32_t magic2;
    memcpy(&sw, image + SW_RESERVED, sizeof sw);
    if (sw.magic1 != FP_MAGIC1 || sw.xstate_size < FXSAVE_SIZE + 64 || sw.xstate_size > xsize ||
        sw.xstate_size > sw.extended_size)
        return FXSAVE_SIZE;
    if (copy_in(sp, &magic2, gva(fp + sw.xstate_size), sizeof magic2))
        return -EFAULT;
    return magic2 == FP_MAGIC2 ? sw.xstate_size : FXSAVE_SIZE;
}

static uint32_t mxcsr_mask(void)
{
    struct {
        uint32_t before[7], mask, rest[120];
    } __attribute__((aligned(16))) area = {0};
    __asm__ volatile("fxsave64 %0" : "+m"(area));
    return area.mask ? area.mask : 0xffbf;
}

/* Would the processor load this (XRSTOR, FXRSTOR in the SDM)? The rest of the header it does not look at. The compacted form,
 * which nothing but a program itself could have put there, is not taken. */
static bool state_loadable(const uint8_t *image, uint64_t fp, uint64_t features, bool extended)
{
    uint64_t header[3];
    memcpy(header, image + XSTATE_BV, sizeof header);
    if (*(const uint32_t *) (image + MXCSR) & ~mxcsr_mask())
        return false;
    return extended ? !(fp & 63) && !(header[0] & ~features) && !header[1] && !header[2] : !(fp & 15);
}

/* XRSTOR takes MXCSR from a frame that has the XMM registers in their initial state, too, vcpu_set_xsave() does not: say what that state is.
 * `wanted`: the frame's is to be restored. */
static void restore_sse(uint8_t *image, bool wanted)
{
    uint64_t *bv = (uint64_t *) (image + XSTATE_BV);
    if (!(*bv & XSTATE_SSE))
        memset(image + XMM, 0, XMM_SIZE);
    if (!wanted)
        *(uint32_t *) (image + MXCSR) = MXCSR_INIT;
    *bv |= XSTATE_SSE;
}

static int restore_fpu(struct thread *t, uint64_t fp)
{
    struct space *sp = t->proc->space;
    uint64_t features;
    uint32_t xsize = frame_xstate_size(t, &features);
    uint32_t buffer = MAX(machine_traits(thread_machine(t)).xsave_size, xsize + 4);
    autofree uint8_t *image = aligned_alloc(64, (buffer + 63) & ~63ull);
    if (!image)
        return -ENOMEM;
    memset(image, 0, buffer);
    if (fp == 0) {
        init_fpu(t->vcpu, image, buffer);
        return 0;
    }
    if (copy_in(sp, image, gva(fp), FXSAVE_SIZE))
        return -EFAULT;
    struct fpx_sw sw;
    memcpy(&sw, image + SW_RESERVED, sizeof sw);
    int64_t size = frame_state_size(sp, image, fp, xsize);
    bool extended = size > FXSAVE_SIZE;
    if (size < 0 || copy_in(sp, image, gva(fp), (size_t) size) || !state_loadable(image, fp, features, extended))
        return -EFAULT;
    if (extended) {
        *(uint64_t *) (image + XSTATE_BV) &= sw.xfeatures;
        memset(image + XSTATE_BV + 8, 0, 56);
        restore_sse(image, sw.xfeatures & XSTATE_SSE);
    } else {
        *(uint64_t *) (image + XSTATE_BV) = 3; /* a legacy frame: x87 and SSE only, the rest initial */
    }
    memset(image + SW_RESERVED, 0, sizeof sw);
    return vcpu_set_xsave(t->vcpu, image) ? -EFAULT : 0;
}

/* IRET refuses all selectors but those that there are, and it names the one that it refused. */
static int check_segments(struct thread *t)
{
    const struct selectors s = t->refused;
    if (s.cs == USER_CS && s.ss == USER_SS) {
        t->refused = (struct selectors){0};
        return 0;
    }
    t->trap = (struct trap_info){.trapno = 13, .error = (s.cs == USER_CS ? s.ss : s.cs) & ~3u, .cr2 = t->trap.cr2};
    return -EFAULT;
}

int frame_return(struct thread *t)
{
    struct space *sp = t->proc->space;
    struct guest_ucontext uc;
    uint64_t at = t->regs->rsp - 8;
    if (copy_in(sp, &uc, gva(at + offsetof(struct guest_frame, uc)), sizeof uc))
        return -EFAULT;
    const struct guest_sigcontext *m = &uc.mc;
    t->restart_fn = NULL; /* a handler ran: nothing is left to restart */
    signal_set_mask(t, uc.sigmask);
    *t->regs = (struct cpu_regs){.rax = m->ax,
                                 .rbx = m->bx,
                                 .rcx = m->cx,
                                 .rdx = m->dx,
                                 .rsi = m->si,
                                 .rdi = m->di,
                                 .rsp = m->sp,
                                 .rbp = m->bp,
                                 .r8 = m->r8,
                                 .r9 = m->r9,
                                 .r10 = m->r10,
                                 .r11 = m->r11,
                                 .r12 = m->r12,
                                 .r13 = m->r13,
                                 .r14 = m->r14,
                                 .r15 = m->r15,
                                 .rip = m->ip,
                                 .rflags = (t->regs->rflags & ~FIX_EFLAGS) | (m->flags & FIX_EFLAGS)};
    t->refused = (struct selectors){m->cs | 3, m->ss | 3};
    if (!(uc.flags & UC_STRICT_RESTORE_SS) && t->refused.cs == USER_CS)
        t->refused.ss = USER_SS; /* force_valid_ss() */
    if (restore_fpu(t, m->fpstate))
        return -EFAULT;
    frame_set_altstack(t, uc.stack.sp, uc.stack.flags, uc.stack.size);
    return check_segments(t);
}

int frame_set_altstack(struct thread *t, uint64_t sp, int flags, uint64_t size)
{
    int mode = flags & ~(int) (1u << 31);
    if (on_altstack(t, t->regs->rsp))
        return -EPERM;
    if (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0)
        return -EINVAL;
    if (mode == SS_DISABLE) {
        sp = size = 0;
    } else if (size < 2048) {
        return -ENOMEM; /* MINSIGSTKSZ */
    }
    t->altstack_sp = sp;
    t->altstack_size = size;
    t->altstack_flags = flags;
    return 0;
}
