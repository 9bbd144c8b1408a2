#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/fds.h"
#include "base/procfs.h"
#include "base/raw.h"
#include "base/report.h"
#include "fs/execopen.h"
#include "fs/path.h"
#include "fs/proc.h"
#include "mem/memfile.h"
#include "sys/cred.h"
#include "sys/limits.h"
#include "sys/stats.h"
#include "sys/trace.h"
#include "sys/tracee_exec.h"
#include "task/exec.h"
#include "task/picture.h"
#include "task/process.h"
#include "task/signal.h"
#include "timeout.h"
#include "translator.h"

#define DEFAULT_PATH "/usr/local/bin:/bin:/usr/bin"
#define STACK_NEEDED (256ull << 10) /* as threads have */
#define STACK_WANTED                                                                                                   \
    (24ull << 20) /* that the host takes all the arguments that Linux ever does, 6 MiB: a quarter (fs/exec.c) */

/* ---- what exec carries for the layers above task ---- */

struct more {
    int32_t trace_fd, stats_fd, root_fd, fault_fd;
    uint32_t root_strict;
    char execve[1024]; /* its line in the trace */
};

static void save_more(struct stream_writer *w)
{
    struct sys_limits limits;
    struct more m = {trace_fd(), stats_fd(), fs_root.fd, fault_fd(), fs_root.strict, ""};
    trace_exec_save(m.execve, sizeof m.execve);
    stream_put(w, ST_OPTIONS, &m, sizeof m);
    stream_put(w, ST_CRED, &sys_cred, sizeof sys_cred);
    sys_limits_save(&limits);
    stream_put(w, ST_LIMITS, &limits, sizeof limits);
    tracee_exec_save(current, w);
    size_t size;
    autofree char *translators = translator_save(&size);
    if (translators)
        stream_put(w, ST_TRANSLATOR, translators, size);
    else
        w->failed = true;
}

static void load_more(enum stream_tag tag, const void *data, size_t size)
{
    struct more m;
    struct sys_limits limits;
    if (tag == ST_OPTIONS && size == sizeof m) {
        memcpy(&m, data, sizeof m);
        const int fd[] = {m.trace_fd, m.stats_fd, m.root_fd, m.fault_fd};
        for (unsigned i = 0; i < ARRAY_SIZE(fd); i++)
            fds_mark_used(fd[i]);
        if (m.trace_fd >= 0) {
            trace_adopt(m.trace_fd);
            trace_exec_done(m.execve);
        }
        if (m.stats_fd >= 0)
            stats_adopt(m.stats_fd);
        int r = fs_root_adopt(m.root_fd, m.root_strict);
        if (r)
            die(125, "the root directory is out of reach: %s", errno_text(r));
        if (m.fault_fd >= 0)
            fault_adopt(m.fault_fd);
    } else if (tag == ST_CRED && size == sizeof sys_cred) {
        memcpy(&sys_cred, data, size);
    } else if (tag == ST_LIMITS && size == sizeof limits) {
        memcpy(&limits, data, sizeof limits);
        sys_limits_load(&limits);
    } else if (tag == ST_TRACEES && !tracee_exec_load(data, size)) {
        die(125, "out of memory");
    } else if (tag == ST_TRANSLATOR && !translator_load(data, size)) {
        die(125, "out of memory");
    }
}

static void started(struct process *p, int exe_fd)
{
    fs_proc_init(p, exe_fd);
    tracee_exec_done(p);
}

static void phase(const char *name)
{
    if (stats_on)
        stats_phase(name);
}

static void identity(struct elf_auxv_info *aux)
{
    struct sys_cred c;
    sys_cred_now(&c);
    aux->uid = c.ruid, aux->euid = c.euid, aux->gid = c.rgid, aux->egid = c.egid;
}

static bool told_ids(uint32_t id[8])
{
    const uint32_t told[8] = {sys_cred.ruid, sys_cred.euid, sys_cred.suid, sys_cred.fsuid,
                              sys_cred.rgid, sys_cred.egid, sys_cred.sgid, sys_cred.fsgid};
    memcpy(id, told, sizeof told);
    return sys_cred.told;
}

static void crash_detail(void)
{
    const struct thread *t = current;
    char line[512];
    int n = snprintf(line, sizeof line, "  backend %s, pid %ld\n", cpu_backend()->name, host(SYS_getpid));
    report_write(line, (size_t) n);
    if (t && t->regs) {
        const struct cpu_regs *r = t->regs;
        n = snprintf(line, sizeof line,
                     "  rip %016lx rsp %016lx rflags %lx\n  rax %016lx rbx %016lx rcx %016lx rdx %016lx\n"
                     "  rsi %016lx rdi %016lx rbp %016lx r8  %016lx\n  r9  %016lx r10 %016lx r11 %016lx r12 %016lx\n"
                     "  r13 %016lx r14 %016lx r15 %016lx\n",
                     r->rip, r->rsp, r->rflags, r->rax, r->rbx, r->rcx, r->rdx, r->rsi, r->rdi, r->rbp, r->r8, r->r9,
                     r->r10, r->r11, r->r12, r->r13, r->r14, r->r15);
        report_write(line, (size_t) n);
    }
    report_write("  last system calls:\n", 21);
    sys_crash_calls(2);
}

static void at_exit(struct process *p)
{
    if (stats_on)
        stats_print(p);
}

void launch_wire(void)
{
    exec_find = fs_exec_open;
    program_translator = translator_open;
    program_translator_env = translator_variable;
    exec_save_more = save_more;
    exec_load_more = load_more;
    exec_started = started;
    exec_phase = phase;
    exec_identity = identity;
    process_at_exit(at_exit);
    report_on_bug(crash_detail);
    proc_ops = (struct proc_ops){.limit = sys_limit_told,
                                 .ids = told_ids,
                                 .nofile = fds_limit(),
                                 .hard = sys_hard_limit,
                                 .hard_known = sys_hard_known};
}

/* ---- the first process ---- */

static char *copy_or_die(const char *s)
{
    char *c = strdup(s);
    if (!c)
        die(125, "out of memory");
    return c;
}

static size_t name_length(const char *entry)
{
    return strcspn(entry, "=");
}

/* Set "K=V" in env (n entries, room for one more). */
static void env_set(char **env, size_t *n, const char *entry)
{
    size_t len = name_length(entry);
    size_t i = 0;
    while (i < *n && !(strncmp(env[i], entry, len) == 0 && env[i][len] == '='))
        i++;
    if (i == *n)
        (*n)++;
    else
        free(env[i]);
    env[i] = copy_or_die(entry);
}

static char **build_env(const struct options *o)
{
    size_t have = 0, n = 0;
    while (environ[have])
        have++;
    char **env = calloc(have + o->nenv + 1, sizeof *env);
    if (!env)
        die(125, "out of memory");
    for (size_t i = 0; i < have && !o->clear_env; i++)
        env[n++] = copy_or_die(environ[i]);
    for (unsigned i = 0; i < o->nenv; i++) {
        const char *e = o->env[i];
        if (strchr(e, '=')) {
            env_set(env, &n, e);
            continue;
        }
        for (size_t k = 0; k < have; k++)
            if (strncmp(environ[k], e, strlen(e)) == 0 && environ[k][strlen(e)] == '=')
                env_set(env, &n, environ[k]);
    }
    return env;
}

/* Where a shell would find `name`: a malloc'd path that exec may try, or NULL with *err set. */
static char *find_program(const char *name, char **env, int *err)
{
    *err = ENOENT;
    if (strchr(name, '/'))
        return copy_or_die(name);
    const char *path = DEFAULT_PATH;
    for (char **e = env; *e; e++)
        if (strncmp(*e, "PATH=", 5) == 0)
            path = *e + 5;
    for (;;) {
        size_t len = strcspn(path, ":");
        char *full = NULL, *abs = NULL;
        if (asprintf(&full, "%.*s%s%s", (int) len, path, len ? "/" : "./", name) < 0)
            die(125, "out of memory");
        int fd = fs_exec_open(NULL, full, &abs);
        if (fd >= 0) {
            char link[64];
            snprintf(link, sizeof link, "/proc/thread-self/fd/%d", fd);
            long x = host(SYS_faccessat, PROCFS(link), X_OK);
            host(SYS_close, fd);
            free(abs);
            if (x == 0)
                return full;
            fd = -EACCES;
        }
        if (fd == -EACCES || fd == -EMFILE)
            *err = -fd;
        free(full);
        if (!path[len])
            return NULL;
        path += len + 1;
    }
}

static void enter_directory(const struct options *o)
{
    char cwd[PATH_MAX];
    const char *dir = o->workdir;
    if (!dir && fs_root.fd >= 0 && (host(SYS_getcwd, cwd, sizeof cwd) < 0 || !fs_path_inside(cwd)))
        dir = "/"; /* the caller's directory is not the guest's to see */
    if (!dir)
        return;
    struct fs_at at;
    int r = fs_resolve(AT_FDCWD, dir, 0, &at);
    if (r == 0) {
        r = (int) host(SYS_chdir, at.path);
        fs_at_done(&at);
    }
    if (r)
        die(125, "%s: cannot change to this directory: %s", dir, errno_text(r));
}

/* Where memory files go: a directory on a filesystem that clones files, or -1 with the way of forking changed to copy. */
static int memory_directory(const struct options *o)
{
    const char *dir = o->memory_dir ? o->memory_dir : getenv("TMPDIR");
    if (!dir || !*dir)
        dir = "/tmp";
    fds_create_lock();
    int fd = (int) host(SYS_openat, AT_FDCWD, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (fd >= 0)
        fd = fds_adopt_fd(fd, true);
    fds_create_unlock();
    int r = fd < 0 ? fd : memfile_probe(fd);
    if (r == 0)
        return fd;
    if (o->memory_dir && fd < 0)
        die(125, "%s: cannot use this directory as --memory-dir: %s", dir, errno_text(r));
    fds_close(fd);
    fork_setup.kind = SPACE_COPY;
    fork_counts.refused = (uint64_t) -r;
    return -1;
}

static void set_up_fork(const struct options *o)
{
    static const enum space_kind kinds[] = {
        [FORK_AUTO] = SPACE_COW, [FORK_COW] = SPACE_COW, [FORK_CLONE] = SPACE_CLONE, [FORK_COPY] = SPACE_COPY};
    const char *env = getenv("ELFUSE_FORK");
    enum fork_way way = o->fork ? o->fork : FORK_AUTO;
    if (!o->fork && env && *env && !options_fork_way(env, &way))
        die(125, "ELFUSE_FORK: no way '%.64s'; accepted: auto, cow, clone, copy", env);
    fork_setup.kind = kinds[way];
    if (o->backend == BACKEND_DIRECT && fork_setup.kind != SPACE_COW)
        die(125, "the direct backend forks by copy-on-write only: --fork auto or cow");
    if (way == FORK_CLONE)
        fork_setup.dir = memory_directory(o);
    char err[256];
    const char *spec = getenv("ELFUSE_FAULT");
    if (spec && *spec && fault_setup(spec, err, sizeof err))
        die(125, "%s", err);
}

static void set_up_backend(struct options *o)
{
    const char *env = getenv("ELFUSE_BACKEND");
    if (!o->backend && env && *env && !options_backend(env, &o->backend))
        die(125, "ELFUSE_BACKEND: no backend '%.64s'; accepted: auto, kvm, direct", env);
    if (!o->backend)
        o->backend = BACKEND_AUTO;
    if (o->backend != BACKEND_DIRECT)
        return;
    if (o->require_isolation)
        die(125, "--require-isolation: the direct backend isolates nothing");
    cpu_choose(&cpu_direct);
}

static uint64_t soft_limit(int resource)
{
    struct rlimit64 lim = {RLIM_INFINITY, RLIM_INFINITY};
    host(SYS_prlimit64, 0, resource, NULL, &lim);
    return lim.rlim_cur;
}

/* For the supervisor, whose guest keeps a limit of its own, and may raise it. Not more: an unlimited stack would turn the layout of what is executed
 * around. */
static void lift_stack_limit(void)
{
    struct rlimit64 lim;
    if (host(SYS_prlimit64, 0, RLIMIT_STACK, NULL, &lim) || lim.rlim_cur >= STACK_WANTED)
        return;
    if (lim.rlim_max < STACK_NEEDED)
        die(125, "the hard limit on stacks is too low: raise it (ulimit -H -s)");
    lim.rlim_cur = MIN(lim.rlim_max, STACK_WANTED);
    host(SYS_prlimit64, 0, RLIMIT_STACK, &lim, NULL);
}

void launch(struct options *o)
{
    static struct program p; /* large, and zero so far: not in the file */
    p.fd = p.exe_fd = p.interp_fd = -1;
    struct exec_context ctx = {.limits = {soft_limit(RLIMIT_AS), soft_limit(RLIMIT_DATA), soft_limit(RLIMIT_STACK)},
                               .sigmask = signal_host_blocked(),
                               .ignored = signal_host_ignored(),
                               .first = true};
    lift_stack_limit();
    int r = fds_init();
    if (r)
        die(125, "too few file descriptors: raise the limit (ulimit -n)");
    r = procfs_open();
    if (r == -EMFILE) /* another elfuse has them */
        die(125, "the descriptors from %d on cannot be had: elfuse does not run inside elfuse", fds_base());
    if (r)
        die(125, "no procfs is mounted on /proc, which elfuse needs: %s", errno_text(r));
    set_up_backend(o);
    set_up_fork(o);
    if (!translator_set_up(o))
        die(125, "out of memory");
    if (o->memory) {
        ctx.limits.as = MIN(ctx.limits.as, o->memory);
        sys_limit_hard(RLIMIT_AS, o->memory);
    }
    if (o->stats)
        stats_open();
    if (o->trace && (r = trace_open(o->trace_file)))
        die(125, "%s: cannot write the trace: %s", o->trace_file ? o->trace_file : "stderr", errno_text(r));
    if (o->sysroot && (r = fs_root_set(o->sysroot)))
        die(125, "%s: cannot use this directory as --sysroot: %s", o->sysroot, errno_text(r));
    if (o->set_user)
        sys_cred_tell(o->uid, o->gid);
    if (o->timeout > 0)
        timeout_watch(o->timeout); /* returns in the process that runs the guest */
    enter_directory(o);

    phase("options");
    int err;
    p.envp = build_env(o);
    const char *name = o->argv[0];
    if (!*name)
        die(127, "'': command not found");
    if (strlen(name) >= PATH_MAX)
        die(126, "%.64s...: %s", name, errno_text(ENAMETOOLONG));
    char *path = find_program(name, p.envp, &err);
    if (!path)
        die(err == ENOENT ? 127 : 126, "%s: %s", name, err == ENOENT ? "command not found" : errno_text(err));
    while (o->argv[p.argc])
        p.argc++;
    p.argv = calloc((size_t) p.argc + 1, sizeof *p.argv);
    if (!p.argv)
        die(125, "out of memory");
    for (int i = 0; i < p.argc; i++)
        p.argv[i] = copy_or_die(o->argv[i]);
    p.stack_limit = ctx.limits.stack;
    char why[PATH_MAX + 512] = "";
    r = program_open(&p, path, -1, fs_exec_open, NULL, why, sizeof why);
    if (r) {
        const char *denied = r == -EACCES ? fs_exec_denied(path) : NULL;
        if (denied)
            die(126, "%s: %s", path, denied);
        die(r == -ENOENT ? 127 : 126, "%s", why);
    }
    fds_create_lock();
    ctx.exe_fd = (int) host(SYS_fcntl, p.exe_fd >= 0 ? p.exe_fd : p.fd, F_DUPFD_CLOEXEC, 0);
    if (ctx.exe_fd >= 0)
        ctx.exe_fd = fds_adopt_fd(ctx.exe_fd, false);
    fds_create_unlock();
    phase("program");
    if (o->trace)
        trace_start(p.execfn, o->argv, (unsigned) p.envc);
    const char *reason = NULL;
    r = exec_start(o, &p, &ctx, &reason);
    if (!process_self || !process_self->nthreads) {
        bool told = reason && r == -ENODEV; /* machine_create() */
        die(125, "%s%s%s", reason ? reason : "cannot start", told ? "" : ": ", told ? "" : errno_text(r));
    }
    die(126, "%s: %s", path, reason ? reason : errno_text(r));
}
