/* From the interface to the backend of this process. */
#include "cpu/cpu.h"

#include <linux/membarrier.h>

#include "base/fault.h"
#include "base/raw.h"

static const struct cpu_backend *backend = &cpu_kvm;
bool cpu_forking FORKED;

void cpu_choose(const struct cpu_backend *b)
{
    backend = b;
}

const struct cpu_backend *cpu_backend(void)
{
    return backend;
}

/* ---- machine ---- */

void *machine_facts(const struct machine *m, size_t *size)
{
    return backend->facts(m, size);
}

int machine_use_facts(const void *facts, size_t size)
{
    return backend->use_facts(facts, size);
}

int machine_create(struct machine **out, void *ram, uint64_t initial, bool forked, const char **why)
{
    const char *dummy;
    cpu_forking = forked;
    /* Now, before there is another thread, for which the host would wait some 10 ms at the first barrier. */
    host(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
    if (backend->in_place)
        host(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0);
    return backend->create(out, ram, initial, why ? why : &dummy);
}

const char *machine_failed(const struct machine *m)
{
    return backend->failed ? backend->failed(m) : NULL;
}

void machine_feed(struct machine *m, gpa_t at)
{
    backend->feed(m, at);
}

void machine_repair(struct machine *m, int pid)
{
    backend->repair(m, pid);
}

void machine_fork_prepare(struct machine *m)
{
    backend->fork_prepare(m);
}

void machine_fork_parent(struct machine *m)
{
    backend->fork_parent(m);
}

void machine_stop(struct machine *m, unsigned patience)
{
    backend->stop(m, patience);
}

void machine_go(struct machine *m)
{
    backend->go(m);
}

int machine_renew(struct machine *m, struct vcpu *own)
{
    cpu_forking = true;
    return backend->renew(m, own);
}

void machine_born(struct machine *m)
{
    (void) m;
    cpu_forking = false;
}

void machine_close(struct machine *m)
{
    backend->close(m);
}

void machine_destroy(struct machine *m)
{
    backend->destroy(m);
}

int machine_back(struct machine *m, gpa_t pa, void *hva, uint64_t size, bool readonly)
{
    return backend->back(m, pa, hva, size, readonly);
}

int machine_withdraw(struct machine *m)
{
    return backend->withdraw ? backend->withdraw(m) : 0;
}

struct cpu_traits machine_traits(const struct machine *m)
{
    return backend->traits(m);
}

uint64_t machine_excluded(const struct machine *m, uint64_t start, uint64_t end)
{
    return backend->excluded ? backend->excluded(m, start, end) : 0;
}

int machine_map(struct machine *m, gva_t va, gpa_t pa, uint64_t size, int prot)
{
    return backend->map(m, va, pa, size, prot);
}

int machine_unmap(struct machine *m, gva_t va, uint64_t size)
{
    return backend->unmap(m, va, size);
}

void machine_stats(const struct machine *m, struct cpu_stats *out)
{
    backend->stats(m, out);
}

/* ---- vcpu ---- */

int vcpu_create(struct machine *m, struct vcpu **out)
{
    return backend->vcpu_create(m, out);
}

void vcpu_park(struct vcpu *v)
{
    backend->vcpu_park(v);
}

enum cpu_event vcpu_run(struct vcpu *v, uint64_t sigmask, struct cpu_fault *fault)
{
    return backend->vcpu_run(v, sigmask, fault);
}

void vcpu_kick(struct vcpu *v)
{
    backend->vcpu_kick(v);
}

struct cpu_regs *vcpu_regs(struct vcpu *v)
{
    return backend->vcpu_regs(v);
}

void vcpu_get_bases(struct vcpu *v, uint64_t *fs, uint64_t *gs)
{
    backend->vcpu_get_bases(v, fs, gs);
}

void vcpu_set_bases(struct vcpu *v, uint64_t fs, uint64_t gs)
{
    backend->vcpu_set_bases(v, fs, gs);
}

void vcpu_get_xsave(struct vcpu *v, void *image)
{
    backend->vcpu_get_xsave(v, image);
}

int vcpu_set_xsave(struct vcpu *v, const void *image)
{
    return backend->vcpu_set_xsave(v, image);
}

gva_t vcpu_hot_call(struct vcpu *v)
{
    return backend->vcpu_hot_call(v);
}

void vcpu_rewrite(struct vcpu *v, const struct cpu_text *text)
{
    backend->vcpu_rewrite(v, text);
}

bool vcpu_signals_open(struct vcpu *v, uint64_t sigmask)
{
    return backend->vcpu_signals_open && backend->vcpu_signals_open(v, sigmask);
}

void vcpu_masked(struct vcpu *v)
{
    if (backend->vcpu_masked)
        backend->vcpu_masked(v);
}

void vcpu_tell_faults(struct vcpu *v)
{
    if (backend->vcpu_tell_faults)
        backend->vcpu_tell_faults(v);
}

struct cpu_state *vcpu_save(struct machine *m, struct vcpu *v)
{
    uint32_t xsave_size = backend->traits(m).xsave_size;
    size_t size = sizeof(struct cpu_state) + xsave_size;
    struct cpu_state *st = aligned_alloc(64, (size + 63) & ~63ull);
    if (!st)
        return NULL;
    st->regs = *vcpu_regs(v);
    vcpu_get_bases(v, &st->fs_base, &st->gs_base);
    st->xsave_size = xsave_size;
    vcpu_get_xsave(v, st->xsave);
    return st;
}

int vcpu_load(struct vcpu *v, const struct cpu_state *st)
{
    int r = cpu_forking ? fault(FAULT_FORK_LOAD) : 0;
    if (r)
        return r;
    *vcpu_regs(v) = st->regs;
    vcpu_set_bases(v, st->fs_base, st->gs_base);
    return vcpu_set_xsave(v, st->xsave);
}

/* ---- signals ---- */

void cpu_handle_signal(int sig, cpu_signal_fn *fn, uint64_t *handler, uint64_t *flags, uint64_t *mask)
{
    *handler = (uint64_t) fn;
    if (backend->handle)
        backend->handle(sig, fn, handler, flags, mask);
}

uint64_t cpu_own_signals(void)
{
    return backend->own_signals;
}
