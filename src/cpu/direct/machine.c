/* The process as a machine: which addresses are the supervisor's, and whether this host can catch a guest's calls. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "base/fault.h"
#include "base/fds.h"
#include "base/lines.h"
#include "cpu/direct/direct.h"

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#endif
#ifndef HWCAP2_FSGSBASE
#define HWCAP2_FSGSBASE 2
#endif

#define USER_END 0x7ffffffff000ull
#define CHUNK (2ull << 20)
#define LOWEST (64ull << 10) /* vm.mmap_min_addr's default */
#define GUARD (1ull << 20)   /* the kernel's gap below a stack */

/* From the image before, or learnt. */
static struct facts {
    struct fpx_sw sw; /* see struct machine */
    uint32_t by_filter;
} known;

/* ---- what the kernel's frames hold ---- */

static void on_probe(int sig, siginfo_t *info, void *context)
{
    const struct frame *uc = context;
    (void) sig, (void) info;
    memcpy(&known.sw, (const uint8_t *) uc->fpstate + SW_RESERVED, sizeof known.sw);
}

/* Take a signal and look. */
static int learn_frames(void)
{
    struct sigaction act = {.sa_sigaction = on_probe, .sa_flags = SA_SIGINFO}, old;
    uint64_t mask = ~(1ull << (SIGSYS - 1)), before;
    if (known.sw.magic1 == FP_MAGIC1)
        return 0;
    if (sigaction(SIGSYS, &act, &old))
        return -errno;
    host(SYS_rt_sigprocmask, SIG_SETMASK, &mask, &before, 8);
    host(SYS_tgkill, host(SYS_getpid), host(SYS_gettid), SIGSYS);
    host(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, 8);
    sigaction(SIGSYS, &old, NULL);
    const struct fpx_sw *sw = &known.sw;
    return sw->magic1 == FP_MAGIC1 && sw->extended_size <= XSAVE_MAX && sw->extended_size > sw->xstate_size ? 0
                                                                                                            : -ENODEV;
}

/* ---- how calls are caught ---- */

/* A filter that lets only calls from the zone pass, for kernels without dispatch. It stays: threads, children and images to come have it, too. */
static int install_filter(void)
{
    _Static_assert(PLACE_SHIFT >= 32, "the upper halves tell");
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer) + 4),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t) (zone_start() >> 32), 0, 2),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t) (zone_end() >> 32), 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
    };
    const struct sock_fprog prog = {.len = sizeof code / sizeof code[0], .filter = code};
    int r = (int) host(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog);
    if (r != -EACCES)
        return r;
    r = (int) host(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return r ? r : (int) host(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog);
}

static int catch_calls(void)
{
    if (known.by_filter || host(SYS_prctl, PR_SET_SYSCALL_USER_DISPATCH, 1, zone_start(), PLACE_SIZE, 0) == 0)
        return 0;
    int r = install_filter();
    known.by_filter = r == 0;
    return r;
}

/* ---- what guests cannot have ---- */

bool direct_exclude(struct machine *m, uint64_t start, uint64_t end)
{
    start &= ~(CHUNK - 1);
    end = (end + CHUNK - 1) & ~(CHUNK - 1);
    unsigned i = m->spans;
    while (i && m->span[i - 1].start > start)
        i--;
    struct span *before = i ? &m->span[i - 1] : NULL;
    if (before && start <= before->end) {
        before->end = MAX(before->end, end);
        return true;
    }
    if (m->spans == MAX_SPANS)
        return false;
    memmove(&m->span[i + 1], &m->span[i], (m->spans - i) * sizeof m->span[0]);
    m->span[i] = (struct span){start, end};
    m->spans++;
    return true;
}

static bool reserve_piece(uint64_t start, uint64_t end)
{
    return start >= end || place_reserve(start, end - start, MAP_FIXED_NOREPLACE) == 0;
}

/* Outside of the zone nothing stays free for the kernel to place something of ours in, wherever it begins to look. */
static bool reserve(uint64_t start, uint64_t end)
{
    return reserve_piece(start, MIN(end, zone_start())) && reserve_piece(MAX(start, zone_end()), end);
}

struct mapped {
    struct span span[MAX_SPANS];
    bool stack[MAX_SPANS];
    unsigned n;
};

static bool read_maps(struct mapped *out)
{
    struct lines l;
    if (lines_open(&l, "/proc/thread-self/maps"))
        return false;
    out->n = 0;
    for (const char *line; (line = lines_next(&l)) && out->n < MAX_SPANS;) {
        struct span s;
        const char *p = line;
        if (!parse_number(&p, 16, &s.start) || *p++ != '-' || !parse_number(&p, 16, &s.end) || s.start >= USER_END)
            continue;
        out->stack[out->n] = strstr(line, "[stack]") != NULL;
        out->span[out->n++] = s;
    }
    lines_close(&l);
    return out->n < MAX_SPANS;
}

static int lay_out(struct machine *m)
{
    struct mapped maps;
    fds_create_lock();
    bool ok = read_maps(&maps);
    fds_create_unlock();
    uint64_t free_from = LOWEST;
    ok = ok && direct_exclude(m, zone_start(), zone_end());
    for (unsigned i = 0; ok && i < maps.n; i++) {
        const struct span s = maps.span[i];
        const bool page_zero = s.start < LOWEST; /* MMAP_PAGE_ZERO: the guest's, too */
        if (page_zero || (s.start >= zone_start() && s.start < zone_end()))
            continue;
        const uint64_t start = maps.stack[i] ? s.start - GUARD : s.start;
        ok = reserve(free_from, start) && direct_exclude(m, start, s.end);
        free_from = s.end;
    }
    return ok && reserve(free_from, USER_END) ? 0 : -ENOMEM;
}

static uint64_t direct_excluded(const struct machine *m, uint64_t start, uint64_t end)
{
    for (unsigned i = m->spans; i-- > 0;)
        if (start < m->span[i].end && end > m->span[i].start)
            return m->span[i].start;
    return 0;
}

/* ---- the machine ---- */

static int check_host(const char **why)
{
    *why = "this build of elfuse lies where programs do, so it needs KVM";
    if (!place_in_zone())
        return -ENODEV;
    direct_bases_by_calls = !(getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE);
    *why = "the direct backend needs Syscall User Dispatch (Linux 5.11 or newer) or a seccomp filter";
    if (catch_calls())
        return -ENODEV;
    *why = "the kernel's signal frames are not as the direct backend needs them";
    return learn_frames();
}

static int direct_create(struct machine **out, void *ram, uint64_t initial, const char **why)
{
    (void) ram, (void) initial;
    int r = cpu_forking ? fault(FAULT_FORK_CREATE_VM) : check_host(why);
    if (r)
        return r;
    *why = "out of memory";
    struct machine *m = calloc(1, sizeof *m);
    if (!m)
        return -ENOMEM;
    LIST_INIT(&m->all);
    SLIST_INIT(&m->parked);
    m->sw = known.sw;
    m->by_filter = known.by_filter;
    *why = "cannot reserve address space for the program (ulimit -v?)";
    r = lay_out(m);
    if (r) {
        free(m);
        return r;
    }
    direct_zone = zone_start() >> PLACE_SHIFT;
    *out = m;
    return 0;
}

static void *direct_facts(const struct machine *m, size_t *size)
{
    struct facts *f = malloc(*size = sizeof *f);
    if (f)
        *f = (struct facts){m->sw, m->by_filter};
    return f;
}

static int direct_use_facts(const void *facts, size_t size)
{
    if (size != sizeof known)
        return -EINVAL;
    memcpy(&known, facts, size);
    return known.sw.magic1 == FP_MAGIC1 && known.sw.extended_size <= XSAVE_MAX && known.by_filter <= 1 ? 0 : -EINVAL;
}

static int direct_renew(struct machine *m, struct vcpu *own)
{
    m->lock = (struct lock){0};
    direct_vcpus_drop(m, own);
    m->stats = (struct cpu_stats){.vcpus = own != NULL};
    return 0;
}

static void direct_repair(struct machine *m, int pid)
{
    if (lock_held_by(&m->lock, pid))
        lock_drop(&m->lock);
}

static void direct_fork_prepare(struct machine *m)
{
    lock_take(&m->lock);
}

static void direct_fork_parent(struct machine *m)
{
    lock_drop(&m->lock);
}

/* Nothing outside of the process is to be let go. */
static void direct_close(struct machine *m)
{
    (void) m;
}

static void direct_destroy(struct machine *m)
{
    direct_vcpus_drop(m, NULL);
    free(m->rewriting);
    free(m);
}

/* ---- what only a machine with tables and slots of its own has to do ---- */

static void direct_feed(struct machine *m, gpa_t at)
{
    (void) m, (void) at;
}

static int direct_back(struct machine *m, gpa_t at, void *hva, uint64_t size, bool readonly)
{
    (void) m, (void) at, (void) hva, (void) size, (void) readonly;
    return 0;
}

static int direct_map(struct machine *m, gva_t va, gpa_t pa, uint64_t size, int prot)
{
    (void) pa;
    if (prot & PROT_WRITE)
        direct_forget_text(m, va.v, size);
    return 0;
}

static int direct_unmap(struct machine *m, gva_t va, uint64_t size)
{
    direct_restore_text(m, va.v, size);
    return 0;
}

/* Ways of fork that need it are not offered (launch.c). */
static void direct_stop(struct machine *m, unsigned patience)
{
    (void) m, (void) patience;
    BUG_ON(true);
}

static void direct_go(struct machine *m)
{
    (void) m;
    BUG_ON(true);
}

static struct cpu_traits direct_traits(const struct machine *m)
{
    return (struct cpu_traits){.gpa_limit = USER_END,
                               .xsave_size = m->sw.xstate_size,
                               .xfeatures = m->sw.xfeatures,
                               .tsc_is_host = true,
                               .own_start = zone_start(),
                               .own_end = zone_end(),
                               .own_stays = m->by_filter,
                               .in_place = true};
}

static void direct_stats(const struct machine *m, struct cpu_stats *out)
{
    const struct vcpu *v;
    *out = m->stats;
    out->rewritten = direct_rewritten(m);
    LIST_FOREACH (v, &m->all, link) {
        out->exits_syscall += v->stats.exits_syscall;
        out->exits_fault += v->stats.exits_fault;
        out->exits_signal += v->stats.exits_signal;
        out->exits_bus += v->stats.exits_bus;
        out->short_cuts += v->stats.short_cuts;
    }
}

/* A handler may not return, so it runs with the supervisor's mask. But not that of a signal which this mask lets in: others may send those faster
 * than they are handled, and each would lie upon the one before. */
static void direct_handle(int sig, cpu_signal_fn *fn, uint64_t *handler, uint64_t *flags, uint64_t *mask)
{
    direct_signal = fn;
    *handler = (uint64_t) direct_handler;
    *flags |= SA_ONSTACK;
    *mask = SUPERVISOR_MASK >> (sig - 1) & 1 ? SUPERVISOR_MASK : ~0ull;
}

const struct cpu_backend cpu_direct = {
    .name = "direct",
    .in_place = true,
    .own_signals = 1ull << (SIGSYS - 1),
    .facts = direct_facts,
    .use_facts = direct_use_facts,
    .create = direct_create,
    .feed = direct_feed,
    .repair = direct_repair,
    .fork_prepare = direct_fork_prepare,
    .fork_parent = direct_fork_parent,
    .stop = direct_stop,
    .go = direct_go,
    .renew = direct_renew,
    .close = direct_close,
    .destroy = direct_destroy,
    .back = direct_back,
    .excluded = direct_excluded,
    .map = direct_map,
    .unmap = direct_unmap,
    .traits = direct_traits,
    .stats = direct_stats,
    .handle = direct_handle,
    .vcpu_create = direct_vcpu_create,
    .vcpu_park = direct_vcpu_park,
    .vcpu_run = direct_vcpu_run,
    .vcpu_kick = direct_vcpu_kick,
    .vcpu_regs = direct_vcpu_regs,
    .vcpu_get_bases = direct_vcpu_get_bases,
    .vcpu_set_bases = direct_vcpu_set_bases,
    .vcpu_get_xsave = direct_vcpu_get_xsave,
    .vcpu_set_xsave = direct_vcpu_set_xsave,
    .vcpu_hot_call = direct_vcpu_hot_call,
    .vcpu_rewrite = direct_vcpu_rewrite,
    .vcpu_signals_open = direct_vcpu_signals_open,
    .vcpu_masked = direct_vcpu_masked,
    .vcpu_tell_faults = direct_vcpu_tell_faults,
};
