#include "task/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <limits.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/fds.h"
#include "base/place.h"
#include "base/procfs.h"
#include "base/raw.h"
#include "task/picture.h"
#include "task/process.h"
#include "task/seccomp.h"
#include "task/signal.h"

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif

exec_open *exec_find;
void (*exec_save_more)(struct stream_writer *w);
void (*exec_load_more)(enum stream_tag tag, const void *data, size_t size);
void (*exec_started)(struct process *p, int exe_fd);
void (*exec_phase)(const char *name);
void (*exec_identity)(struct elf_auxv_info *aux);

/* ST_IMAGE. */
struct state_image {
    int32_t window_base, window_count, exe_fd, proc_fd, fork_kind, fork_dir;
    int32_t load_fd; /* the file that is loaded, when it is not the program but its translator: else -1 */
    uint32_t hidden;
    struct rlimit64 nofile;
    struct space_limits limits;
    ksigset_t sigmask, ignored;
    uint8_t set_user, trace, stats, above, comm_of_file, direct;
    struct sync_signals sync;
};

/* Who traced the image before. */
static struct traced_exec traced;

/* AT_HWCAP as the kernel gave it to this process: getauxval() tells what the C library has made of it. */
static uint64_t kernel_hwcap(void)
{
    char **p = environ;
    while (*p)
        p++;
    for (const Elf64_auxv_t *av = (const Elf64_auxv_t *) (p + 1); av->a_type != AT_NULL; av++)
        if (av->a_type == AT_HWCAP)
            return av->a_un.a_val;
    return 0;
}

/* The space and the machine of the command line: KVM's, where nothing else is asked for; in its stead, where that cannot be had and may be done
 * without, none: that is said, once, for the memory of the program is then no longer apart from the process that serves it. */
static int make_space(const struct options *opt, const struct exec_context *ctx, struct space **sp, const char **why)
{
    int r = space_create(sp, &ctx->limits, fork_setup.kind, fork_setup.dir, why);
    if (r == 0 || opt->backend != BACKEND_AUTO || opt->require_isolation || fork_setup.kind != SPACE_COW)
        return r;
    const char *no_kvm = *why, *number = r == -ENODEV ? NULL : errno_text(r); /* machine_create() */
    cpu_choose(&cpu_direct);
    int r2 = space_create(sp, &ctx->limits, fork_setup.kind, fork_setup.dir, why);
    if (r2) {
        *why = no_kvm;
        return r;
    }
    if (!opt->quiet)
        warn("no virtual machine, and so no isolation (--quiet hides this, --require-isolation refuses): %s%s%s",
             no_kvm, number ? ": " : "", number ? number : "");
    return 0;
}

/* The name that the file was opened by, as since Linux 6.14; procfs adds to it when it is gone. */
static void comm_of_file(int fd, char comm[16])
{
    static const char gone[] = " (deleted)";
    char link[32], path[PATH_MAX];
    struct stat st, named;
    snprintf(link, sizeof link, "/proc/thread-self/fd/%d", fd);
    long n = host(SYS_readlinkat, PROCFS(link), path, sizeof path - 1);
    path[MAX(n, 0)] = 0;
    char *end = path + strlen(path) - MIN(strlen(path), sizeof gone - 1);
    bool there = host(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH) == 0 &&
                 host(SYS_newfstatat, AT_FDCWD, path, &named, 0) == 0 && st.st_ino == named.st_ino &&
                 st.st_dev == named.st_dev;
    if (!there && strcmp(end, gone) == 0)
        *end = 0;
    const char *slash = strncmp(path, "/memfd:", 7) ? strrchr(path, '/') : path;
    memset(comm, 0, 16);
    if (slash)
        memcpy(comm, slash + 1, strnlen(slash + 1, 15));
}

/* From now on others find this process and its first thread, who traces it among them. */
static void come_forward(struct process *proc, struct thread *t, int exe_fd)
{
    exec_started(proc, exe_fd);
    if (traced.tracer_pid)
        traced_adopt(t, &traced);
    signal_thread_begin(t);
}

#define STACK_ROOM (512ull << 10)

/* Make the kernel's stack as large as it will get, now that nothing is in its way: what the guest maps may lie right below it, by way of its echo or in
 * place. */
static void grow_stack(void)
{
    struct rlimit64 lim = {0};
    host(SYS_prlimit64, 0, RLIMIT_STACK, NULL, &lim);
    volatile uint8_t *low = (uint8_t *) __builtin_frame_address(0) - MIN(STACK_ROOM, lim.rlim_cur / 2);
    *low = 0;
}

static int64_t begin_elsewhere(struct thread *t, struct program *p, int exe_fd);

int exec_start(const struct options *opt, struct program *p, const struct exec_context *ctx, const char **why)
{
    struct space *sp;
    struct process *proc;
    struct thread *t;
    *why = NULL;
    grow_stack();
    int r = make_space(opt, ctx, &sp, why);
    if (r)
        return r;
    exec_phase("machine");
    r = process_create(opt, sp, &proc);
    if (r == 0)
        r = thread_attach(proc, &t);
    if (r) {
        const char *failed = machine_failed(space_machine(sp));
        *why = failed ? failed : "cannot create a virtual CPU";
        return r;
    }
    exec_phase("vcpu");
    proc->sync = ctx->sync;
    signal_init(proc->sighand, ctx->ignored);
    signal_set_mask(t, ctx->sigmask);
    r = seccomp_load(t, ctx->seccomp, ctx->seccomp_size);
    free(ctx->seccomp);
    if (r) {
        *why = "cannot bind the program by its seccomp filters";
        return r;
    }
    r = ctx->first ? (int) begin_elsewhere(t, p, ctx->exe_fd) : 0;
    if (r) {
        *why = "cannot start again where the program leaves room";
        return r;
    }

    struct elf_auxv_info aux = {.sysinfo_ehdr = space_map_vdso(sp),
                                .hwcap = kernel_hwcap(),
                                .hwcap2 = getauxval(AT_HWCAP2),
                                .minsigstksz = getauxval(AT_MINSIGSTKSZ),
                                .clktck = getauxval(AT_CLKTCK),
                                .platform = "x86_64"};
    if (getrandom(aux.random, sizeof aux.random, 0) != sizeof aux.random)
        return -EIO;
    exec_identity(&aux);
    if (p->hidden)
        space_set_translator(sp, TRANSLATOR_LOADS);
    r = program_load(sp, p, &aux, &proc->start);
    if (r) {
        *why = proc->start.why ? proc->start.why : "cannot load the program";
        if (traced.tracer_pid) /* and of the end, which is near */
            come_forward(proc, t, ctx->exe_fd);
        return r;
    }
    exec_phase("load");
    proc->exe_path = steal_ptr(&p->exec_path);
    if (p->comm_of_file)
        comm_of_file(ctx->exe_fd, proc->comm);
    else
        program_comm(p, proc->comm);
    proc->translated = p->hidden;
    host(SYS_prctl, PR_SET_NAME, proc->comm);
    t->regs->rip = proc->start.entry.v;
    t->regs->rsp = proc->start.sp.v;
    t->regs->rflags = 0x202;
    program_free(p);
    come_forward(proc, t, ctx->exe_fd);
    thread_run(t);
}

/* ---- out of one image ---- */

static int write_state(struct thread *t, const struct program *p, int exe_fd, int load_fd, struct stream_ticket *out)
{
    const struct options *o = t->proc->opt;
    struct stream_writer w;
    struct state_image im = {.window_base = fds_base(),
                             .window_count = fds_count(),
                             .exe_fd = exe_fd,
                             .load_fd = load_fd,
                             .hidden = p->hidden,
                             .proc_fd = procfs_fd(),
                             .fork_kind = (int32_t) fork_setup.kind,
                             .fork_dir = fork_setup.dir,
                             .limits = *space_limits(t->proc->space),
                             .sigmask = t->sigmask,
                             .ignored = signal_ignored_set(t->proc->sighand),
                             .set_user = o->set_user,
                             .trace = o->trace,
                             .stats = o->stats,
                             .above = fds_opened_up(),
                             .comm_of_file = p->comm_of_file,
                             .direct = cpu_backend() == &cpu_direct};
    space_limits_inherit(&im.limits);
    for (int i = 0; i < 2; i++) {
        const struct sync_signals *own = sync_taken(&t->sync) >> i & 1 ? &t->sync : &t->proc->sync;
        im.sync.taken |= sync_taken(own) & 1 << i;
        im.sync.info[i] = own->info[i];
    }
    fds_set_limit(NULL, &im.nofile);
    stream_begin(&w);
    stream_put(&w, ST_IMAGE, &im, sizeof im);
    stream_put_str(&w, ST_SYSROOT, o->sysroot);
    stream_put_str(&w, ST_HOSTNAME, o->hostname);
    stream_put_str(&w, ST_EXEC_PATH, p->exec_path);
    stream_put_str(&w, ST_EXECFN, p->execfn);
    for (int i = 0; i < p->argc; i++)
        stream_put_str(&w, ST_ARG, p->argv[i]);
    for (int i = 0; i < p->envc; i++)
        stream_put_str(&w, ST_ENV, p->envp[i]);
    size_t size;
    autofree void *facts = machine_facts(space_machine(t->proc->space), &size);
    if (facts)
        stream_put(&w, ST_CPU, facts, size);
    pthread_mutex_lock(&t->proc->lock);
    uint32_t bytes;
    autofree void *filters = seccomp_save(t, &bytes);
    pthread_mutex_unlock(&t->proc->lock);
    w.failed |= bytes && !filters;
    if (filters)
        stream_put(&w, ST_SECCOMP, filters, bytes);
    struct traced_exec now;
    if (traced_save(t, &now))
        stream_put(&w, ST_TRACED, &now, sizeof now);
    exec_save_more(&w);
    return stream_pass(&w, out);
}

/* In hexadecimal digits, one number after the other. */
#define TICKET_WORDS (sizeof(struct stream_ticket) / sizeof(uint64_t))
#define WORD_DIGITS 16
#define TICKET_DIGITS (TICKET_WORDS * WORD_DIGITS)

static void ticket_put(const struct stream_ticket *ticket, char *to)
{
    uint64_t word[TICKET_WORDS];
    memcpy(word, ticket, sizeof word);
    for (unsigned i = 0; i < TICKET_WORDS; i++)
        snprintf(to + (size_t) i * WORD_DIGITS, WORD_DIGITS + 1, "%016lx", word[i]);
}

static bool ticket_get(struct stream_ticket *ticket, const char *from)
{
    uint64_t word[TICKET_WORDS];
    char digits[WORD_DIGITS + 1] = "";
    if (strlen(from) != TICKET_DIGITS || strspn(from, "0123456789abcdef") != TICKET_DIGITS)
        return false;
    for (unsigned i = 0; i < TICKET_WORDS; i++) {
        memcpy(digits, from + (size_t) i * WORD_DIGITS, WORD_DIGITS);
        word[i] = strtoull(digits, NULL, 16);
    }
    memcpy(ticket, word, sizeof word);
    return true;
}

static bool wants(const struct elf_image *img, uint64_t start, uint64_t end)
{
    for (unsigned i = 0; i < img->segments && !img->pie; i++)
        if (img->segment[i].vaddr < end && img->segment[i].vaddr + img->segment[i].memsz > start)
            return true;
    return false;
}

/* Where elfuse has to lie to load `p`: a number for place_nth(), that of the usual place when none will do. */
static unsigned place_for(const struct thread *t, const struct program *p)
{
    const struct cpu_traits traits = machine_traits(thread_machine(t));
    for (unsigned n = 0; traits.in_place && place_nth(n); n++) {
        const uint64_t start = place_nth(n), end = start + PLACE_SIZE;
        if (traits.own_stays ? start == traits.own_start
                             : !wants(&p->image, start, end) && (p->interp_fd < 0 || !wants(&p->interp, start, end)))
            return n;
    }
    return 0;
}

static void close_files(struct program *p)
{
    if (p->exe_fd >= 0)
        host(SYS_close, steal_fd(&p->exe_fd));
    if (p->fd >= 0)
        host(SYS_close, steal_fd(&p->fd));
    if (p->interp_fd >= 0)
        host(SYS_close, steal_fd(&p->interp_fd));
}

/* What the host shall show of the arguments: without the translator's own. It is the end of argv, whose order nobody needs any more. */
static char **shown_argv(struct program *p)
{
    if (!p->hidden)
        return p->argv;
    char **v = p->argv + p->hidden, *path = v[1];
    v[1] = v[0];
    v[0] = path;
    return v + 1;
}

/* The point of no return is behind us: what fails now kills, as in Linux. */
static _Noreturn void too_late(void)
{
    signal_die(current, SIGSEGV);
}

/* The next image, at the place of that number, goes on with `p`. Called with the lock of fds_create_lock(), which it drops meanwhile. Returns an error. */
static int64_t execute(struct thread *t, struct program *p, unsigned place, int exe_fd, int load_fd)
{
    struct stream_ticket ticket;
    pthread_mutex_lock(&t->proc->exec_lock);
    int64_t r = write_state(t, p, exe_fd, load_fd, &ticket);
    if (r == 0) {
        char to[32], from[sizeof "ELFUSE_EXEC=" + TICKET_DIGITS] = "ELFUSE_EXEC=";
        snprintf(to, sizeof to, PLACE_VARIABLE "=%u", place);
        ticket_put(&ticket, from + strlen(from));
        char *envp[] = {to, from, NULL};
        fds_create_unlock();
        t->proc->execing = p;
        traced_seal(t);
        process_release_untold(t->proc);
        signal_block_every();
        traced_keep_notice(t);
        r = host(SYS_execveat, PROCFS("/proc/thread-self/exe"), shown_argv(p), place ? envp : envp + 1, 0);
        signal_block_all();
        traced_unseal(t);
        t->proc->execing = NULL;
        pthread_mutex_unlock(&t->proc->exec_lock);
        fds_create_lock(); /* outside of that one */
        fds_close((int) ticket.fd);
    } else {
        pthread_mutex_unlock(&t->proc->exec_lock);
    }
    return r;
}

/* The first program is executed, by another image, if it wants the place of this one. Returns 0 if it does not, or an error. */
static int64_t begin_elsewhere(struct thread *t, struct program *p, int exe_fd)
{
    const unsigned place = place_for(t, p);
    if (place_nth(place) == place_start())
        return 0;
    fds_create_lock();
    const bool translated = p->exe_fd >= 0;
    const int load_fd = translated ? fds_adopt_private(steal_fd(&p->fd), true) : -1;
    if (translated && load_fd < 0) {
        fds_create_unlock();
        return load_fd;
    }
    host(SYS_fcntl, exe_fd, F_SETFD, 0);
    signal_thread_begin(t);
    t->nr = ~0ull; /* no call that a trace could tell of */
    int64_t r = execute(t, p, place, exe_fd, load_fd);
    fds_create_unlock();
    return r;
}

int64_t exec_replace(struct thread *t, struct program *p, const char *path, int fd)
{
    char why[512];
    p->stack_limit = space_limits(t->proc->space)->stack;
    fds_create_lock(); /* what is opened on the way needs no room in the guest's table, and is gone from it before others look */
    int64_t r = host(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 0);
    if (r >= 0)
        r = program_open(p, path, (int) r, exec_find, NULL, why, sizeof why);
    int exe_fd = -1, load_fd = -1;
    const unsigned place = r == 0 ? place_for(t, p) : 0;
    if (r == 0 && p->exe_fd >= 0) {
        r = load_fd = fds_adopt_private(steal_fd(&p->fd), true);
        p->fd = steal_fd(&p->exe_fd);
    }
    if (r >= 0)
        r = exe_fd = fds_adopt_private(steal_fd(&p->fd), true);
    close_files(p); /* the next image opens the interpreter again */
    fds_close(fd);
    bool alone = false;
    if (r >= 0) {
        fds_create_unlock();
        alone = traced_end_others(t);
        lock_take(&t->proc->tracer.lock); /* outside of the descriptors' */
        fds_create_lock();
        r = execute(t, p, place, exe_fd, load_fd);
        lock_drop(&t->proc->tracer.lock);
    }
    fds_close(exe_fd); /* with the lock held: a fork finds descriptor and mark, or neither */
    fds_close(load_fd);
    fds_create_unlock();
    if (alone)
        too_late();
    return r;
}

/* ---- into the next ---- */

static char *copy_string(const void *data, size_t n)
{
    char *s = malloc(n + 1);
    if (s) {
        memcpy(s, data, n);
        s[n] = 0;
    }
    return s;
}

/* Append; a missing string is what ends the list. */
static int push(char ***v, int *n, char *s)
{
    if ((*n & (*n - 1)) == 0) { /* room doubles at powers of two */
        char **more = realloc(*v, sizeof **v * (size_t) MAX(*n * 2, 4));
        if (!more)
            return -ENOMEM;
        *v = more;
    }
    (*v)[(*n)++] = s;
    return 0;
}

/* What the stream brings. */
struct resumed {
    struct options opt;
    struct program p;
    struct exec_context ctx;
    int load_fd;
    bool image; /* ST_IMAGE came */
    bool above; /* descriptors may lie above the window: the limit was raised */
};

static int take_image(struct resumed *to, const void *data, size_t size)
{
    struct state_image im;
    if (size != sizeof im)
        return -EINVAL;
    memcpy(&im, data, sizeof im);
    const int fd[] = {im.exe_fd, im.proc_fd, im.load_fd, im.fork_dir};
    bool bad = im.fork_kind < SPACE_COW || im.fork_kind > SPACE_CLONE || im.window_count < 1 ||
               im.window_count > FDS_WINDOW || im.window_base < 0 || im.window_base > INT_MAX - FDS_WINDOW;
    for (unsigned i = 0; i < ARRAY_SIZE(fd); i++)
        bad |= !fds_contains(im.window_base, im.window_count, fd[i]) && (fd[i] != -1 || i < 2);
    if (bad)
        return -EINVAL;
    fds_adopt(im.window_base, im.window_count, &im.nofile);
    fds_mark_used(im.exe_fd);
    fds_mark_used(to->load_fd = im.load_fd);
    procfs_adopt(im.proc_fd);
    fds_mark_used(im.fork_dir);
    fork_setup = (struct fork_setup){(enum space_kind) im.fork_kind, im.fork_dir};
    to->p.hidden = im.hidden;
    to->p.comm_of_file = im.comm_of_file;
    to->ctx.limits = im.limits;
    to->ctx.sigmask = im.sigmask;
    to->ctx.ignored = im.ignored;
    to->ctx.exe_fd = im.exe_fd;
    to->ctx.sync = im.sync;
    to->opt.set_user = im.set_user;
    to->opt.trace = im.trace;
    to->opt.stats = im.stats;
    to->above = im.above;
    to->opt.backend = im.direct ? BACKEND_DIRECT : BACKEND_KVM; /* settled */
    if (im.direct)
        cpu_choose(&cpu_direct);
    to->image = true;
    return 0;
}

static int kept(const char *s)
{
    return s ? 0 : -ENOMEM;
}

static int take_word(char ***to, int *n, const void *data, size_t size)
{
    char *s = copy_string(data, size);
    return s ? push(to, n, s) : -ENOMEM;
}

static int take_filters(struct exec_context *ctx, const void *data, size_t size)
{
    if (ctx->seccomp)
        return -EINVAL;
    ctx->seccomp = malloc(size);
    if (!ctx->seccomp)
        return -ENOMEM;
    memcpy(ctx->seccomp, data, size);
    ctx->seccomp_size = (uint32_t) size;
    return 0;
}

static int take(struct resumed *to, enum stream_tag tag, const void *data, size_t size)
{
    switch (tag) {
    case ST_IMAGE:
        return take_image(to, data, size);
    case ST_SYSROOT:
        return kept(to->opt.sysroot = copy_string(data, size));
    case ST_HOSTNAME:
        return kept(to->opt.hostname = copy_string(data, size));
    case ST_EXEC_PATH:
        return kept(to->p.exec_path = copy_string(data, size));
    case ST_EXECFN:
        return kept(to->p.execfn = copy_string(data, size));
    case ST_CPU:
        return machine_use_facts(data, size);
    case ST_SECCOMP:
        return take_filters(&to->ctx, data, size);
    case ST_TRACED:
        if (size != sizeof traced)
            return -EINVAL;
        memcpy(&traced, data, sizeof traced);
        return 0;
    case ST_ARG:
        return take_word(&to->p.argv, &to->p.argc, data, size);
    case ST_ENV:
        return take_word(&to->p.envp, &to->p.envc, data, size);
    default:
        exec_load_more(tag, data, size);
        return 0;
    }
}

void exec_resume(const char *text)
{
    struct stream_ticket ticket;
    struct stream_reader r;
    if (!ticket_get(&ticket, text))
        return;
    if (stream_receive(&r, &ticket)) /* a guest has been at it: nothing else may begin in its stead */
        too_late();
    static struct resumed to = {.p = {.fd = -1, .exe_fd = -1, .interp_fd = -1}, .ctx = {.exe_fd = -1}, .load_fd = -1};
    const void *data;
    size_t size;
    int bad = 0;
    for (enum stream_tag tag; (tag = stream_next(&r, &data, &size)) != ST_END;)
        bad |= take(&to, tag, data, size);
    stream_close(&r);
    int argc = to.p.argc, envc = to.p.envc; /* what ends a list does not count */
    if (bad || !to.image || to.p.hidden > (uint32_t) argc || push(&to.p.argv, &argc, NULL) ||
        push(&to.p.envp, &envc, NULL))
        too_late();
    fds_close_unmarked();
    to.p.stack_limit = to.ctx.limits.stack;
    to.p.args_checked = true;
    char why[512];
    const char *reason;
    fds_create_lock();
    int copy = (int) host(SYS_fcntl, to.load_fd >= 0 ? to.load_fd : to.ctx.exe_fd, F_DUPFD_CLOEXEC, 0);
    if (copy >= 0)
        host(SYS_fcntl, to.ctx.exe_fd, F_SETFD, FD_CLOEXEC);
    fds_close(to.load_fd);
    bool opened = copy >= 0 && program_open(&to.p, to.p.execfn, copy, exec_find, NULL, why, sizeof why) == 0;
    fds_create_unlock();
    if (to.above)
        fds_open_up();
    if (opened)
        exec_start(&to.opt, &to.p, &to.ctx, &reason);
    too_late();
}
