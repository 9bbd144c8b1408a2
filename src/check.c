#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/fds.h"
#include "base/lines.h"
#include "base/raw.h"
#include "launch.h"
#include "mem/memfile.h"
#include "sample.h"
#include "translator.h"

#define HUGE (2ul << 20)
#define RUN_SECONDS 20 /* one run of a program: far more than it needs */

/* What a probe says: a verdict and a line, in memory that the child that probes shares. */
struct answer {
    bool works;
    char text[400];
};

__attribute__((format(printf, 3, 4))) static void say(struct answer *a, bool works, const char *fmt, ...)
{
    va_list ap;
    a->works = works;
    va_start(ap, fmt);
    vsnprintf(a->text, sizeof a->text, fmt, ap);
    va_end(ap);
}

/* ---- a program in a machine of its own ---- */

struct run {
    int status; /* of waitpid(2) */
    char out[32768];
};

static void read_all(int fd, struct run *r)
{
    size_t n = 0;
    for (ssize_t got; n < sizeof r->out - 1 && (got = read(fd, r->out + n, sizeof r->out - 1 - n)) > 0;)
        n += (size_t) got;
    r->out[n] = 0;
}

/* Start argv as the command line would, with the options of `from` that say which translator; what both outputs get is r->out. */
static bool run_inside(const struct options *from, bool stats, char **argv, struct run *r)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        return false;
    pid_t pid = fork();
    if (pid == 0) {
        struct options o = *from;
        const char *none[1] = {NULL};
        int null = open("/dev/null", O_RDONLY);
        o.argv = argv, o.env = none, o.clear_env = true, o.quiet = true, o.stats = stats, o.trace = false,
        o.timeout = RUN_SECONDS;
        dup2(null, 0), dup2(ends[1], 1), dup2(ends[1], 2);
        close(null), close(ends[0]), close(ends[1]);
        launch(&o);
    }
    close(ends[1]);
    if (pid > 0)
        read_all(ends[0], r);
    close(ends[0]);
    return pid > 0 && waitpid(pid, &r->status, 0) == pid;
}

static bool run_sample(const struct options *o, const char *arch, bool stats, struct run *r)
{
    char path[32];
    autofd fd = sample_open(arch);
    if (fd < 0)
        return false;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return run_inside(o, stats, (char *[]){path, NULL}, r);
}

static bool sample_ended_well(const struct run *r)
{
    return WIFEXITED(r->status) && WEXITSTATUS(r->status) == SAMPLE_STATUS;
}

/* Why it did not, in one line: what elfuse or the translator wrote, or else how it ended. */
static void say_failure(struct answer *a, const char *what, const struct run *r)
{
    const char *text = strncmp(r->out, "elfuse: ", 8) == 0 ? r->out + 8 : r->out;
    const char *translator = text == r->out ? NULL : strstr(text, "its translator "); /* the line names it */
    if (translator)
        text = translator, what = "";
    int len = (int) strcspn(text, "\n");
    if (len)
        say(a, false, "%s%.*s", what, len, text);
    else if (WIFSIGNALED(r->status))
        say(a, false, "%sa program that should end with status %d died of signal %d", what, SAMPLE_STATUS,
            WTERMSIG(r->status));
    else
        say(a, false, "%sa program ended with status %d, not %d", what, WEXITSTATUS(r->status), SAMPLE_STATUS);
}

static bool counted(const struct run *r, const char *name)
{
    char line[64];
    snprintf(line, sizeof line, "\n%s 1\n", name);
    return strstr(r->out, line);
}

/* The smallest program, by that backend and no other. */
static bool runs_by(const struct options *o, enum backend backend, struct run *r, struct answer *a)
{
    struct options by = *o;
    by.backend = backend;
    by.require_isolation = false;
    if (!run_sample(&by, "x86_64", true, r)) {
        say(a, false, "cannot start a program: %s", errno_text(errno));
        return false;
    }
    if (!sample_ended_well(r)) {
        say_failure(a, "", r);
        return false;
    }
    return true;
}

static void check_direct(const struct options *o, struct answer *a)
{
    static struct run r;
    if (runs_by(o, BACKEND_DIRECT, &r, a))
        say(a, true, "a program ran, with nothing that isolates it");
}

static void check_kvm(const struct options *o, struct answer *a)
{
    static struct run r;
    if (!runs_by(o, BACKEND_KVM, &r, a))
        return;
    say(a, true, "a program ran; SYSCALL arrives at ring %s; %s", counted(&r, "cpu.syscall_ring3") ? "3" : "0",
        counted(&r, "cpu.host_clock") ? "clocks are the host's" : "clocks are system calls");
}

/* ---- translators ---- */

static void check_version(const struct options *o, const char *file, char *version, size_t size)
{
    static struct run r;
    const char *v;
    version[0] = 0;
    if (!run_inside(o, false, (char *[]){(char *) file, "--version", NULL}, &r) || r.status)
        return;
    v = strstr(r.out, "version ");
    if (v)
        snprintf(version, size, " %.*s", (int) strcspn(v + 8, " \n"), v + 8);
}

static void check_translator(const struct options *o, const char *arch, const char *file, bool runs, struct answer *a)
{
    static struct run r;
    char version[64], what[300];
    if (!file) {
        say(a, false, "not found; package qemu-user-static has it");
        return;
    }
    if (!runs) {
        say(a, false, "%s: not tried, since no program runs", file);
        return;
    }
    check_version(o, file, version, sizeof version);
    snprintf(what, sizeof what, "%.200s%s: ", file, version);
    if (!run_sample(o, arch, false, &r))
        say(a, *version, "%s%s", what, *version ? "started; no program for it was tried" : "cannot be started");
    else if (sample_ended_well(&r))
        say(a, true, "%sa program ran", what);
    else
        say_failure(a, what, &r);
}

/* ---- the host's own ---- */

static void check_huge(struct answer *a)
{
    uint8_t *p = mmap(NULL, 2 * HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) {
        say(a, false, "no memory to try it with: %s", errno_text(errno));
        return;
    }
    p += -(uintptr_t) p & (HUGE - 1);
    if (madvise(p, HUGE, MADV_HUGEPAGE)) {
        say(a, false, "madvise: %s", errno_text(errno));
        return;
    }
    *(volatile uint8_t *) p = 1;
    struct lines l;
    uint64_t from, kb = 0;
    bool here = false;
    if (lines_open(&l, "/proc/self/smaps")) {
        say(a, false, "cannot read /proc/self/smaps");
        return;
    }
    for (const char *line; (line = lines_next(&l));) {
        const char *c = line;
        if (parse_number(&c, 16, &from) && *c == '-')
            here = from == (uintptr_t) p;
        c = line + strcspn(line, "0123456789");
        if (here && strncmp(line, "AnonHugePages:", 14) == 0 && parse_number(&c, 10, &from))
            kb = from;
    }
    lines_close(&l);
    if (kb)
        say(a, true, "touching a page gave %llu KiB", (unsigned long long) kb);
    else
        say(a, false, "asked for by madvise, none came: transparent_hugepage is off, or memory in pieces");
}

static void check_user_namespace(struct answer *a)
{
    if (unshare(CLONE_NEWUSER))
        say(a, false, "unshare: %s", errno_text(errno));
    else if (unshare(CLONE_NEWNS)) /* some systems give a namespace without its rights */
        say(a, false, "made, but without rights in it: %s", errno_text(errno));
    else
        say(a, true, "made, with a mount namespace in it");
}

static void check_landlock(struct answer *a)
{
    struct landlock_ruleset_attr attr = {.handled_access_fs = LANDLOCK_ACCESS_FS_READ_DIR};
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 0) {
        say(a, false, "%s", errno == EOPNOTSUPP ? "switched off at the kernel's start" : errno_text(errno));
        return;
    }
    int set = (int) syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (set < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_landlock_restrict_self, set, 0))
        say(a, false, "version %ld, but cannot be applied: %s", version, errno_text(errno));
    else if (open("/", O_RDONLY | O_DIRECTORY) >= 0 || errno != EACCES)
        say(a, false, "version %ld, but does not forbid what it should", version);
    else
        say(a, true, "version %ld", version);
}

static void check_seccomp(struct answer *a)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXDEV),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog prog = {ARRAY_SIZE(code), code};
    const uint32_t notify = SECCOMP_RET_USER_NOTIF;
    bool listeners = syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &notify) == 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog))
        say(a, false, "no filter can be set: %s", errno_text(errno));
    else if (host(SYS_getppid) != -EXDEV)
        say(a, false, "a filter was set, but does not act");
    else
        say(a, true, "filters%s", listeners ? ", with listeners" : "");
}

static void check_reflink(struct answer *a)
{
    const char *dir = getenv("TMPDIR");
    if (!dir || !*dir)
        dir = "/tmp";
    int r = fds_init();
    int fd = r < 0 ? r : (int) host(SYS_openat, AT_FDCWD, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    r = fd < 0 ? fd : memfile_probe(fd);
    if (r)
        say(a, false, "%.200s: %s", dir,
            r == -EOPNOTSUPP ? "its filesystem does not clone files (XFS, Btrfs)" : errno_text(r));
    else
        say(a, true, "%.200s: a file was cloned", dir);
}

/* ---- the table ---- */

static void print(const char *name, const struct answer *a)
{
    char line[512];
    int n = snprintf(line, sizeof line - 1, "%-24s %-3s  %s", name, a->works ? "yes" : "no", a->text);
    n = MIN(n, (int) sizeof line - 2);
    for (int i = 0; i < n; i++)
        line[i] = line[i] < ' ' && line[i] >= 0 ? '?' : line[i];
    line[n] = '\n';
    if (write(1, line, (size_t) n + 1) != n + 1)
        _exit(125);
}

/* What a probe does to its process stays with it. */
static void probe(const char *name, void (*ask)(struct answer *), struct answer *a)
{
    memset(a, 0, sizeof *a);
    pid_t pid = fork();
    if (pid == 0) {
        ask(a);
        _exit(0);
    }
    int status;
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        say(a, false, "cannot be tried: %s", errno_text(errno));
    else if (status)
        say(a, false, "trying it ended with status %#x", (unsigned) status);
    print(name, a);
}

int check_host(const struct options *o)
{
    static const struct {
        const char *name;
        void (*ask)(struct answer *);
    } own[] = {
        {"huge pages", check_huge}, {"user namespaces", check_user_namespace}, {"Landlock", check_landlock},
        {"seccomp", check_seccomp}, {"reflink at TMPDIR", check_reflink},
    };
    struct answer kvm = {0}, direct = {0};
    struct answer *a = mmap(NULL, sizeof *a, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (a == MAP_FAILED || !translator_set_up(o))
        die(125, "out of memory");
    signal(SIGCHLD, SIG_DFL); /* ignored, it would tell of no end */
    check_kvm(o, &kvm);
    print("KVM", &kvm);
    check_direct(o, &direct);
    print("direct", &direct);
    bool runs = kvm.works || (direct.works && !o->require_isolation);
    for (size_t i = 0; i < ARRAY_SIZE(own); i++)
        probe(own[i].name, own[i].ask, a);
    const char *arch;
    autofree char *file = NULL;
    for (unsigned i = 0; (arch = translator_nth(i, &file)); i++, free(file)) {
        char name[40];
        autofd fd = sample_open(arch); /* the others are only told of where they are */
        if (!file && fd < 0)
            continue;
        *a = (struct answer){0};
        snprintf(name, sizeof name, "translator %s", arch);
        check_translator(o, arch, file, runs, a);
        print(name, a);
    }
    return runs ? 0 : 125;
}
