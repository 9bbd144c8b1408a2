/* Counters and the text of --stats. */
#include "sys/stats.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/fds.h"
#include "sys/handlers.h"
#include "task/process.h"
#include "task/signal.h"

#define NR_LIMIT 512
#define PHASES 16

bool stats_on;
static int stats_out = -1;
static struct {
    _Atomic uint64_t count, ns;
} calls[NR_LIMIT];
static struct {
    const char *name;
    int64_t end;
} phases[PHASES];
static unsigned nphases;
static uint64_t faults_before; /* of the parent */

int stats_open(void)
{
    fds_create_lock();
    int fd = (int) host(SYS_fcntl, 2, F_DUPFD_CLOEXEC, 0);

    if (fd >= 0)
        fd = fds_adopt_fd(fd, true);
    fds_create_unlock();
    if (fd < 0)
        return fd;
    stats_adopt(fd);
    return 0;
}

void stats_adopt(int fd)
{
    stats_out = fd;
    stats_on = true;
    signal_tell_deaths = true;
    stats_phase("begin");
}

void stats_forked(struct process *p)
{
    struct space_info mem = {0};

    for (unsigned i = 0; i < NR_LIMIT; i++) {
        atomic_store_explicit(&calls[i].count, 0, memory_order_relaxed);
        atomic_store_explicit(&calls[i].ns, 0, memory_order_relaxed);
    }
    nphases = 0;
    space_info(p->space, &mem);
    faults_before = mem.faults;
}

int stats_fd(void)
{
    return stats_out;
}

void stats_call(const struct sys_row *row, uint64_t ns)
{
    atomic_fetch_add_explicit(&calls[row->nr].count, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&calls[row->nr].ns, ns, memory_order_relaxed);
}

void stats_phase(const char *name)
{
    if (nphases == PHASES)
        return;
    phases[nphases].name = name;
    phases[nphases++].end = clock_now();
}

struct text {
    char *buf;
    size_t len, size;
};

__attribute__((format(printf, 2, 4))) static void line(struct text *x, const char *fmt, uint64_t value, ...)
{
    char name[96];
    va_list ap;
    int n;

    va_start(ap, value);
    vsnprintf(name, sizeof name, fmt, ap);
    va_end(ap);
    n = snprintf(x->buf + x->len, x->size - x->len, "%s %llu\n", name, (unsigned long long) value);
    if (n > 0)
        x->len = MIN(x->len + (size_t) n, x->size - 1);
}

void stats_print(struct process *p)
{
    struct text x = {.size = 64ul * 1024};
    struct cpu_stats cpu = {0};
    struct space_info mem = {0};

    if (!stats_on)
        return;
    x.buf = malloc(x.size);
    if (!x.buf)
        return;
    machine_stats(space_machine(p->space), &cpu);
    space_info(p->space, &mem);

    line(&x, "pid", (uint64_t) p->pid);
    line(&x, "exits.syscall", cpu.exits_syscall);
    line(&x, "exits.fault", cpu.exits_fault);
    line(&x, "exits.signal", cpu.exits_signal);
    line(&x, "exits.bus", cpu.exits_bus);
    line(&x, "exits.other", cpu.exits_other);
    line(&x, "exits.syscall_short", cpu.short_cuts);
    line(&x, "cpu.rewritten_sites", cpu.rewritten);
    line(&x, "cpu.syscall_ring3", cpu.syscall_ring3);
    line(&x, "cpu.cpuid_native", cpu.cpuid_native);
    line(&x, "cpu.host_clock", machine_traits(space_machine(p->space)).tsc_is_host);
    line(&x, "cpu.vcpus", cpu.vcpus);
    line(&x, "cpu.slots", cpu.slots);
    line(&x, "cpu.table_pages", cpu.table_pages);
    line(&x, "mem.faults", mem.faults - faults_before);
    line(&x, "mem.regions", mem.regions);
    line(&x, "mem.chunks", mem.chunks);
    line(&x, "mem.total_bytes", mem.total_vm);
    line(&x, "mem.peak_bytes", mem.peak_vm);
    line(&x, "fork.cow", fork_counts.cow);
    line(&x, "fork.clone", fork_counts.clone);
    line(&x, "fork.copy", fork_counts.copy);
    line(&x, "fork.failed", fork_counts.failed);
    line(&x, "fork.clone_refused_errno", fork_counts.refused);
    for (unsigned i = 1; i < nphases; i++)
        line(&x, "start.%s_ns", (uint64_t) (phases[i].end - phases[i - 1].end), phases[i].name);
    if (nphases > 1)
        line(&x, "start.total_ns", (uint64_t) (phases[nphases - 1].end - phases[0].end));
    for (unsigned i = 0; i < sys_row_count; i++) {
        const struct sys_row *row = &sys_rows[i];
        uint64_t n = atomic_load_explicit(&calls[row->nr].count, memory_order_relaxed);

        if (!n)
            continue;
        line(&x, "syscall.%s.count", n, row->name);
        line(&x, "syscall.%s.ns", atomic_load_explicit(&calls[row->nr].ns, memory_order_relaxed), row->name);
    }
    host(SYS_write, stats_out, x.buf, x.len);
    free(x.buf);
}
