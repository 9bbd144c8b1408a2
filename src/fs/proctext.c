#include "fs/proctext.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/fds.h"
#include "base/raw.h"
#include "fs/maps.h"
#include "fs/mounts.h"
#include "fs/path.h"
#include "fs/proc.h"
#include "fs/resident.h"

struct proc_ops proc_ops;

/* ---- memory: maps, smaps ---- */

static int layout_load(const struct target *g, const char *name, struct layout *l)
{
    struct text t = {0};
    struct space_view view;
    int r = target_view(g, &view);
    if (r)
        return r;
    autofd fd = target_file(g, name, O_RDONLY);
    r = fd < 0 ? fd : text_read(&t, fd);
    if (r) {
        free(t.p);
        space_view_free(&view);
        return r;
    }
    r = layout_make(l, &view, &t);
    if (r == 0 && strcmp(name, "smaps") == 0)
        l->pagemap = target_file(g, "pagemap", O_RDONLY);
    return r;
}

static int layout_text(const struct target *g, const char *name, void (*put)(const struct layout *, struct text *),
                       struct text *out)
{
    struct layout l;
    int r = layout_load(g, name, &l);
    if (r)
        return r;
    put(&l, out);
    layout_free(&l);
    return 0;
}

static int text_maps(const struct target *g, int fd, struct text *out)
{
    (void) fd;
    return layout_text(g, "maps", layout_maps, out);
}

static int text_numa_maps(const struct target *g, int fd, struct text *out)
{
    (void) fd;
    return layout_text(g, "maps", layout_numa_maps, out);
}

static int text_smaps(const struct target *g, int fd, struct text *out)
{
    (void) fd;
    return layout_text(g, "smaps", layout_smaps, out);
}

static int text_smaps_rollup(const struct target *g, int fd, struct text *out)
{
    struct layout l;
    struct vma_list host;
    struct text t = {0};
    int r = text_read(&t, fd);
    if (r) {
        free(t.p);
        return r;
    }
    r = vma_parse(&host, &t);
    if (r)
        return r;
    r = layout_load(g, "smaps", &l);
    if (r == 0) {
        layout_rollup(&l, &host, out);
        layout_free(&l);
    }
    vma_free(&host);
    return r;
}

/* ---- what the program was started with ---- */

/* Up to the first that is no private anonymous memory, which procfs does not read for this. */
static uint64_t anonymous_end(const struct space_view *v, uint64_t from, uint64_t to)
{
    const struct region_info *r;
    uint64_t end = from;
    while (end < to && (r = space_view_region(v, end)) && r->anon && !r->shared)
        end = r->end.v;
    return MIN(end, to);
}

static int guest_bytes(const struct target *g, uint64_t from, uint64_t to, struct text *out)
{
    struct space_view v;
    int r = target_view(g, &v);
    if (r)
        return r;
    to = anonymous_end(&v, from, to);
    char *p = to > from && to - from <= 64u << 20 ? text_room(out, to - from) : NULL;
    if (p) {
        out->n += target_guest_read(g, &v, from, p, to - from);
        out->p[out->n] = 0;
    }
    space_view_free(&v);
    return 0;
}

static int text_cmdline(const struct target *g, int fd, struct text *out)
{
    (void) fd;
    const struct elf_start *s = &g->proc.start;
    int r = guest_bytes(g, s->arg_start.v, s->arg_end.v, out);
    if (r == 0 && out->n && out->p[out->n - 1]) {
        /* setproctitle(3): the arguments were overwritten, and the text, of a page at most, may reach into the environment's place. */
        const bool on = s->env_start.v == s->arg_end.v && s->env_end.v > s->arg_end.v;
        out->n = 0;
        r = guest_bytes(g, s->arg_start.v, MIN((on ? s->env_end : s->arg_end).v, s->arg_start.v + PAGE_SIZE), out);
        if (out->n)
            out->n = MIN(strnlen(out->p, out->n) + 1, out->n);
    }
    return r;
}

static int text_environ(const struct target *g, int fd, struct text *out)
{
    (void) fd;
    return guest_bytes(g, g->proc.start.env_start.v, g->proc.start.env_end.v, out);
}

static int text_auxv(const struct target *g, int fd, struct text *out)
{
    (void) fd;
    const struct elf_start *s = &g->proc.start;
    text_add(out, s->auxv, MIN(s->auxv_words, ARRAY_SIZE(s->auxv)) * sizeof s->auxv[0]);
    return 0;
}

/* ---- numbers: stat, statm, status ---- */

static int load_numbers(const struct target *g, struct space_info *info, struct resident *own)
{
    struct space_view v;
    int r = target_outline(g, &v);
    if (r)
        return r;
    *info = v.info;
    return resident_supervisor(g, &v, own);
}

/* What the host counts, less what is not the guest's: the counters of a process that runs are not exact. */
static uint64_t less(uint64_t all, uint64_t own)
{
    return all > own ? all - own : 0;
}

static uint64_t text_bytes(const struct target *g)
{
    const struct elf_start *s = &g->proc.start;
    return page_up(s->end_code.v) - page_down(s->start_code.v);
}

/* Signals as the guest has set them: the host process's own sets are the supervisor's. */
struct signals {
    uint64_t blocked, ignored, caught;
    int threads;
    struct seccomp_state seccomp;
    int tracer;
    const char *state; /* of a traced thread that is stopped, or waits to be collected; NULL: the host's is right */
};

static const char *traced_state(const struct traced *b)
{
    static const char *const names[] = {NULL, "t (tracing stop)", "Z (zombie)"};
    return b->state >= 0 && b->state < (int) ARRAY_SIZE(names) ? names[b->state] : NULL;
}

static int load_signals(const struct target *g, struct signals *out)
{
    struct sighand hand;
    struct thread t = {0};
    autofree int *tids = NULL;
    int r = target_peek(g, (uint64_t) g->proc.sighand, &hand, sizeof hand);
    if (r)
        return r;
    int n = target_threads(g, &tids, &t);
    if (n < 0)
        return n;
    *out = (struct signals){.blocked = t.sigmask,
                            .threads = n,
                            .seccomp = t.seccomp,
                            .tracer = t.trace.tracer_pid ? t.trace.tracer_tid : 0,
                            .state = traced_state(&t.trace)};
    for (int i = 1; i <= KSIG_MAX; i++) {
        if (hand.action[i].handler == 1)
            out->ignored |= KSIG_BIT(i);
        else if (hand.action[i].handler)
            out->caught |= KSIG_BIT(i);
    }
    return 0;
}

/* What stat and status put together; `host` is the caller's to free, and empty when this failed. */
struct facts {
    struct text host;
    struct space_info info;
    struct signals sig;
    struct resident res;
};

static int load_facts(const struct target *g, int fd, struct facts *f)
{
    f->host = (struct text){0};
    int r = text_read(&f->host, fd);
    if (r == 0)
        r = load_numbers(g, &f->info, &f->res);
    if (r == 0)
        r = load_signals(g, &f->sig);
    if (r)
        free(f->host.p);
    return r;
}

static int text_stat(const struct target *g, int fd, struct text *out)
{
    struct facts f;
    int r = load_facts(g, fd, &f);
    if (r)
        return r;
    const struct elf_start *s = &g->proc.start;
    char *p = f.host.p ? strrchr(f.host.p, ')') : NULL;
    if (p)
        text_add(out, f.host.p, (size_t) (p + 1 - f.host.p));
    /* proc_pid_stat(5) counts pid and comm as fields 1 and 2. */
    unsigned field = 3;
    for (char *word = p ? strtok_r(p + 1, " \n", &p) : NULL; word; word = strtok_r(NULL, " \n", &p), field++) {
        uint64_t v;
        switch (field) {
        case 3:
            text_printf(out, " %c", f.sig.state ? *f.sig.state : *word);
            continue;
        case 20:
            v = (uint64_t) f.sig.threads;
            break;
        case 23:
            v = f.info.total_vm;
            break;
        case 24:
            v = less(strtoull(word, NULL, 10), f.res.anon + f.res.file);
            break;
        case 26:
            v = s->start_code.v;
            break;
        case 27:
            v = s->end_code.v;
            break;
        case 28:
            v = s->start_stack.v;
            break;
        case 29:
        case 30:
            v = 0;
            break; /* the host's esp and eip */
        case 32:
            v = f.sig.blocked & INT32_MAX;
            break;
        case 33:
            v = f.sig.ignored & INT32_MAX;
            break;
        case 34:
            v = f.sig.caught & INT32_MAX;
            break;
        case 43:
        case 44:
            v = 0;
            break; /* time in guests of its own, which there are none */
        case 45:
            v = s->start_data.v;
            break;
        case 46:
            v = s->end_data.v;
            break;
        case 47:
            v = f.info.brk_start.v;
            break;
        case 48:
            v = s->arg_start.v;
            break;
        case 49:
            v = s->arg_end.v;
            break;
        case 50:
            v = s->env_start.v;
            break;
        case 51:
            v = s->env_end.v;
            break;
        default:
            text_printf(out, " %s", word);
            continue;
        }
        text_printf(out, " %lu", v);
    }
    text_add(out, "\n", 1);
    free(f.host.p);
    return 0;
}

static int text_statm(const struct target *g, int fd, struct text *out)
{
    struct space_info info;
    struct resident res;
    struct text t = {0};
    int r = text_read(&t, fd);
    if (r == 0)
        r = load_numbers(g, &info, &res);
    if (r == 0 && t.p) {
        /* size, resident, shared */
        char *p = strchr(t.p, ' ');
        uint64_t resident = p ? strtoull(p, &p, 10) : 0, shared = p ? strtoull(p, NULL, 10) : 0;
        text_printf(out, "%llu %lu %lu %llu 0 %llu 0\n", info.total_vm / PAGE_SIZE, less(resident, res.anon + res.file),
                    less(shared, res.file), text_bytes(g) / PAGE_SIZE, (info.data_vm + info.stack_vm) / PAGE_SIZE);
    }
    free(t.p);
    return r;
}

/* The number in a line of status. */
static uint64_t status_number(const char *text, const char *name)
{
    size_t len = strlen(name);
    for (const char *p = text; p; p = strchr(p, '\n')) {
        p += *p == '\n';
        if (strncmp(p, name, len) == 0 && p[len] == ':')
            return strtoull(p + len + 1, NULL, 10);
    }
    return 0;
}

static int text_status(const struct target *g, int fd, struct text *out)
{
    struct facts f;
    uint32_t id[8];
    int r = load_facts(g, fd, &f);
    if (r)
        return r;
    uint64_t anon = less(status_number(f.host.p, "RssAnon"), f.res.anon << 2),
             file = less(status_number(f.host.p, "RssFile"), f.res.file << 2);
    uint64_t now = anon + file + status_number(f.host.p, "RssShmem"), exe = text_bytes(g);
    uint64_t above =
        less(status_number(f.host.p, "VmHWM"), status_number(f.host.p, "VmRSS")); /* what it once had more */
    bool ids = g->self && proc_ops.ids && proc_ops.ids(id);
    const struct {
        const char *name;
        const char *format;
        uint64_t v;
    } own[] = {
        {"FDSize", "%lu", target_slots(g)},
        {"VmPeak", "%8lu kB", MAX(f.info.peak_vm, f.info.total_vm) >> 10},
        {"VmSize", "%8lu kB", f.info.total_vm >> 10},
        {"VmLck", "%8lu kB", f.info.locked_vm >> 10},
        {"VmPin", "%8lu kB", 0},
        {"VmHWM", "%8lu kB", now + above},
        {"VmRSS", "%8lu kB", now},
        {"RssAnon", "%8lu kB", anon},
        {"RssFile", "%8lu kB", file},
        {"VmData", "%8lu kB", f.info.data_vm >> 10},
        {"VmStk", "%8lu kB", f.info.stack_vm >> 10},
        {"VmExe", "%8lu kB", exe >> 10},
        {"VmLib", "%8lu kB", (f.info.exec_vm > exe ? f.info.exec_vm - exe : 0) >> 10},
        {"TracerPid", "%lu", (uint64_t) f.sig.tracer},
        {"NoNewPrivs", "%lu", status_number(f.host.p, "NoNewPrivs") || f.sig.seccomp.no_new_privs},
        {"Seccomp", "%lu", f.sig.seccomp.mode},
        {"Seccomp_filters", "%lu", f.sig.seccomp.filters},
        {"SigBlk", "%016lx", f.sig.blocked},
        {"SigIgn", "%016lx", f.sig.ignored},
        {"SigCgt", "%016lx", f.sig.caught},
    };
    for (char *next = f.host.p; next && *next;) {
        const char *line = next;
        next = strchr(line, '\n');
        size_t len = next ? (size_t) (++next - line) : strlen(line), n = strcspn(line, ":"), i = 0;
        while (i < ARRAY_SIZE(own) && (strncmp(own[i].name, line, n) != 0 || own[i].name[n]))
            i++;
        if (strncmp(line, "Threads:", 8) == 0) {
            text_printf(out, "Threads:\t%d\n", f.sig.threads);
        } else if (f.sig.state && strncmp(line, "State:", 6) == 0) {
            text_printf(out, "State:\t%s\n", f.sig.state);
        } else if (i < ARRAY_SIZE(own)) {
            text_printf(out, "%s:\t", own[i].name);
            text_printf(out, own[i].format, own[i].v);
            text_add(out, "\n", 1);
        } else if (ids && (strncmp(line, "Uid:", 4) == 0 || strncmp(line, "Gid:", 4) == 0)) {
            const uint32_t *v = line[0] == 'U' ? id : id + 4;
            text_printf(out, "%.4s\t%u\t%u\t%u\t%u\n", line, v[0], v[1], v[2], v[3]);
        } else if (ids && strncmp(line, "Groups:", 7) == 0) {
            text_printf(out, "Groups:\t%u \n", id[4]);
        } else {
            text_add(out, line, len);
        }
    }
    free(f.host.p);
    return 0;
}

/* ---- limits ---- */

static void put_limit(struct text *out, uint64_t v)
{
    if (v == RLIM_INFINITY)
        text_printf(out, "%-20s ", "unlimited");
    else
        text_printf(out, "%-20lu ", v);
}

static int text_limits(const struct target *g, int fd, struct text *out)
{
    enum { NAME = 26, VALUES = 42 }; /* columns: name, soft and hard limit */
    struct space_view v;
    struct text t = {0};
    int r = text_read(&t, fd);
    if (r == 0)
        r = target_outline(g, &v);
    if (r) {
        free(t.p);
        return r;
    }
    struct {
        const char *name;
        int resource;
        uint64_t soft;
        bool told;
        struct rlimit64 lim;
    } own[] = {{"Max data size ", RLIMIT_DATA, v.limits.data, false, {0}},
               {"Max stack size ", RLIMIT_STACK, v.limits.stack, false, {0}},
               {"Max address space ", RLIMIT_AS, v.limits.as, false, {0}},
               {"Max open files ", RLIMIT_NOFILE, 0, false, {0}}};
    for (size_t i = 0; i < ARRAY_SIZE(own) && g->self && proc_ops.limit; i++)
        own[i].told = proc_ops.limit(own[i].resource, &own[i].lim) == 0;
    uint64_t set[RLIM_NLIMITS] = {0};
    bool is_set[RLIM_NLIMITS] = {0};
    if (!g->self && proc_ops.nofile) {
        struct rlimit64 *nofile = &own[ARRAY_SIZE(own) - 1].lim;
        own[ARRAY_SIZE(own) - 1].told = !target_peek(g, (uint64_t) proc_ops.nofile + g->shift, nofile, sizeof *nofile);
        if (target_peek(g, (uint64_t) proc_ops.hard + g->shift, set, sizeof set) ||
            target_peek(g, (uint64_t) proc_ops.hard_known + g->shift, is_set, sizeof is_set))
            memset(is_set, 0, sizeof is_set);
    }
    for (char *next = t.p; next && *next;) {
        char *line = next;
        next = strchr(line, '\n');
        size_t len = next ? (size_t) (++next - line) : strlen(line), i = 0;
        while (i < ARRAY_SIZE(own) && strncmp(line, own[i].name, strlen(own[i].name)) != 0)
            i++;
        bool known = i < ARRAY_SIZE(own) && len > NAME + VALUES && (own[i].told || own[i].resource != RLIMIT_NOFILE);
        if (known && !own[i].told) {
            const char *hard = line + NAME + VALUES / 2;
            uint64_t host = strncmp(hard, "unlimited", 9) ? strtoull(hard, NULL, 10) : RLIM_INFINITY;
            own[i].lim = (struct rlimit64){own[i].soft, is_set[own[i].resource] ? set[own[i].resource] : host};
        }
        if (known) {
            text_add(out, line, NAME);
            put_limit(out, own[i].lim.rlim_cur);
            put_limit(out, own[i].lim.rlim_max);
            text_add(out, line + NAME + VALUES, len - NAME - VALUES);
        } else {
            text_add(out, line, len);
        }
    }
    free(t.p);
    return 0;
}

/* ---- mounts, seen from a root ---- */

/* As the process itself sees them; under a sysroot, of who has another root, as the caller does. */
static int text_of_mounts(const struct target *g, int fd, enum mounts_kind kind, struct text *out)
{
    char root[PATH_MAX];
    struct text t = {0};
    int r = target_root_path(g, root);
    if (fs_root.strict && (r || !fs_is_below(root, fs_root.host_path, strlen(fs_root.host_path))))
        strcpy(root, fs_root.host_path);
    else if (r || !*root)
        return r ? r : PROC_TEXT_HOST;
    r = text_read(&t, fd);
    if (r == 0)
        mounts_text(t.p, kind, root, fs_root.strict, out);
    free(t.p);
    return r;
}

static int text_mountinfo(const struct target *g, int fd, struct text *out)
{
    return text_of_mounts(g, fd, MOUNTS_INFO, out);
}

static int text_mounts(const struct target *g, int fd, struct text *out)
{
    return text_of_mounts(g, fd, MOUNTS_TAB, out);
}

static int text_mountstats(const struct target *g, int fd, struct text *out)
{
    return text_of_mounts(g, fd, MOUNTS_STATS, out);
}

/* ---- the kernel's side of a thread, which is the supervisor here ---- */

static int text_syscall(const struct target *g, int fd, struct text *out)
{
    (void) g, (void) fd;
    text_printf(out, "running\n");
    return 0;
}

static int text_wchan(const struct target *g, int fd, struct text *out)
{
    (void) g, (void) fd;
    text_printf(out, "0");
    return 0;
}

/* The kernel counts workers of its own in the first line, behind a name that may hold anything. */
static int text_sched(const struct target *g, int fd, struct text *out)
{
    static const char label[] = ", #threads: ";
    autofree int *tids = NULL;
    struct text t = {0};
    int n = target_threads(g, &tids, NULL), r = n < 0 ? n : text_read(&t, fd);
    size_t at = MIN(t.n, 64u);
    while (at && strncmp(t.p + at, label, sizeof label - 1) != 0)
        at--;
    if (r == 0 && at) {
        text_add(out, t.p, at);
        text_printf(out, "%s%d", label, n);
        at += sizeof label - 1;
        at += strspn(t.p + at, "0123456789");
    } else {
        at = 0;
    }
    if (t.p)
        text_add(out, t.p + at, t.n - at);
    free(t.p);
    return r;
}

const struct proc_file *proc_file_find(const char *rest)
{
    static const struct proc_file files[] = {
        {"auxv", text_auxv, 0, false},
        {"cmdline", text_cmdline, 0, true},
        {"environ", text_environ, 0, false},
        {"limits", text_limits, 0, true},
        {"map_files", NULL, -EACCES, false},
        {"maps", text_maps, 0, false},
        {"mountinfo", text_mountinfo, 0, true},
        {"mounts", text_mounts, 0, true},
        {"mountstats", text_mountstats, 0, true},
        {"numa_maps", text_numa_maps, 0, false},
        {"pagemap", NULL, -EACCES, false},
        {"sched", text_sched, 0, true},
        {"smaps", text_smaps, 0, false},
        {"smaps_rollup", text_smaps_rollup, 0, false},
        {"stack", NULL, -EACCES, false},
        {"stat", text_stat, 0, true},
        {"statm", text_statm, 0, true},
        {"status", text_status, 0, true},
        {"syscall", text_syscall, 0, false},
        {"wchan", text_wchan, 0, true},
    };
    for (size_t i = 0; i < ARRAY_SIZE(files); i++)
        if (strcmp(files[i].name, rest) == 0)
            return &files[i];
    return NULL;
}
