#include "options.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define HOSTNAME_MAX 64 /* __NEW_UTS_LEN */
#define TIMEOUT_MAX 1e9 /* seconds: fits every timer interface */
#define USAGE "usage: elfuse [options] [--] PROGRAM [ARG...]"

const char options_help[] =
    USAGE "\n"
          "Run a Linux program in a virtual machine of its own.\n"
          "\n"
          "  --backend NAME        what runs the program: auto, kvm or direct (auto: kvm where it can be used)\n"
          "  --require-isolation   do not run without a virtual machine: direct is none\n"
          "  --quiet               do not say that there is none\n"
          "  --fork WAY            how children get their copy: auto, cow, clone or copy (auto: cow)\n"
          "  --memory-dir DIR      with clone: where memory lives, on XFS or Btrfs (TMPDIR, or /tmp)\n"
          "  --sysroot DIR         the program's / is DIR; /proc, /dev and /sys stay the host's\n"
          "  --workdir DIR         start in DIR, a path as the program sees it\n"
          "  --env K=V, --env K    set a variable, or take it from the environment (repeatable)\n"
          "  --clear-env           start from an empty environment\n"
          "  --user UID[:GID]      the ids that the program is told (GID: the same number as UID)\n"
          "  --hostname NAME       the host name that the program is told\n"
          "  --memory SIZE         limit of its address space: bytes, or a number with K, M or G\n"
          "  --timeout SEC         end the run after SEC seconds with SIGTERM, then SIGKILL: status 124\n"
          "  --translator [ARCH=]FILE\n"
          "                        what runs programs for other architectures (qemu-ARCH-static, by PATH)\n"
          "  --translator-arg [ARCH=]ARG, --cpu [ARCH=]MODEL\n"
          "                        an argument for it (repeatable), the processor that it shall be\n"
          "  --no-translator       do not run such programs\n"
          "  --trace[=FILE]        write a line for each system call to FILE (standard error)\n"
          "  --stats               on exit, write counters to standard error\n"
          "  --check-host          print what works on this host, and exit: 0 when programs run\n"
          "  --list-faults         the steps that ELFUSE_FAULT can make fail, for tests\n"
          "  --version, --help     print it and exit\n"
          "\n"
          "Options end at the first argument that is none. The status is the program's own; 125: elfuse\n"
          "could not start it, 126: found but not executable, 127: not found. See elfuse(1).\n";

struct parse {
    struct options *o;
    char *err;
    size_t errsize;
};

__attribute__((format(printf, 2, 3))) static bool fail(struct parse *p, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(p->err, p->errsize, fmt, ap);
    va_end(ap);
    for (char *c = p->err; *c; c++) /* one line, whatever the argument held */
        if (*c == '\n' || *c == '\r')
            *c = '?';
    return false;
}

/* Decimal digits at *s, moved past them. False without a digit or past `max`. */
static bool number(const char **s, uint64_t max, uint64_t *out)
{
    uint64_t v = 0;
    const char *c = *s;
    for (; *c >= '0' && *c <= '9'; c++) {
        unsigned d = (unsigned) (*c - '0');
        if (v > (max - d) / 10)
            return false;
        v = v * 10 + d;
    }
    if (c == *s)
        return false;
    *s = c;
    *out = v;
    return true;
}

bool options_backend(const char *name, enum backend *out)
{
    static const char *const names[] = {[BACKEND_AUTO] = "auto", [BACKEND_KVM] = "kvm", [BACKEND_DIRECT] = "direct"};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (names[i] && strcmp(name, names[i]) == 0) {
            *out = (enum backend) i;
            return true;
        }
    return false;
}

static bool set_backend(struct parse *p, const char *v)
{
    return options_backend(v, &p->o->backend) ||
           fail(p, "--backend: no backend '%.64s'; accepted: auto, kvm, direct", v);
}

bool options_fork_way(const char *name, enum fork_way *out)
{
    static const char *const names[] = {
        [FORK_AUTO] = "auto", [FORK_COW] = "cow", [FORK_CLONE] = "clone", [FORK_COPY] = "copy"};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (names[i] && strcmp(name, names[i]) == 0) {
            *out = (enum fork_way) i;
            return true;
        }
    return false;
}

static bool set_fork(struct parse *p, const char *v)
{
    return options_fork_way(v, &p->o->fork) || fail(p, "--fork: no way '%.64s'; accepted: auto, cow, clone, copy", v);
}

static bool set_memory_dir(struct parse *p, const char *v)
{
    if (!*v)
        return fail(p, "--memory-dir: empty; accepted: a directory of the host");
    p->o->memory_dir = v;
    return true;
}

static bool set_sysroot(struct parse *p, const char *v)
{
    if (!*v)
        return fail(p, "--sysroot: empty; accepted: a directory of the host");
    p->o->sysroot = v;
    return true;
}

static bool set_workdir(struct parse *p, const char *v)
{
    if (!*v)
        return fail(p, "--workdir: empty; accepted: a directory as the program sees it");
    p->o->workdir = v;
    return true;
}

static bool add_env(struct parse *p, const char *v)
{
    if (!*v || *v == '=')
        return fail(p, "--env: '%.64s' names no variable; accepted: K=V, or K to take it from the environment", v);
    p->o->env[p->o->nenv++] = v;
    return true;
}

static bool set_clear_env(struct parse *p, const char *v)
{
    (void) v;
    return p->o->clear_env = true;
}

static bool set_user(struct parse *p, const char *v)
{
    /* 2^32-1 is "leave unchanged" in setuid's family, and no id. */
    uint64_t uid, gid;
    const char *s = v;
    bool ok = number(&s, UINT32_MAX - 1, &uid);
    gid = ok ? uid : 0;
    if (ok && *s == ':')
        s++, ok = number(&s, UINT32_MAX - 1, &gid);
    if (!ok || *s)
        return fail(p, "--user: '%.64s' is not UID[:GID]; accepted: numbers from 0 to 4294967294", v);
    p->o->set_user = true;
    p->o->uid = (uint32_t) uid;
    p->o->gid = (uint32_t) gid;
    return true;
}

static bool set_hostname(struct parse *p, const char *v)
{
    size_t len = strlen(v);
    if (len == 0 || len > HOSTNAME_MAX)
        return fail(p, "--hostname: %zu bytes long; accepted: a name of 1 to %d bytes", len, HOSTNAME_MAX);
    p->o->hostname = v;
    return true;
}

static bool set_timeout(struct parse *p, const char *v)
{
    double sec = 0, digit = 1;
    bool any = false;
    const char *s = v;
    for (; *s >= '0' && *s <= '9'; s++, any = true)
        sec = sec * 10 + (*s - '0');
    if (*s == '.')
        for (s++; *s >= '0' && *s <= '9'; s++, any = true)
            sec += (*s - '0') * (digit /= 10);
    if (!any || *s || !(sec > 0) || sec > TIMEOUT_MAX)
        return fail(p, "--timeout: '%.64s' is no time; accepted: seconds above 0 up to 1000000000, such as 10 or 0.5",
                    v);
    p->o->timeout = sec;
    return true;
}

static bool set_memory(struct parse *p, const char *v)
{
    static const char suffix[] = "KkMmGg";
    uint64_t n = 0;
    const char *s = v;
    bool ok = number(&s, INT64_MAX, &n) && n > 0;
    const char *unit = ok && *s ? strchr(suffix, *s) : NULL;
    if (unit) {
        unsigned shift = 10 * (unsigned) ((unit - suffix) / 2 + 1);
        ok = n <= (uint64_t) INT64_MAX >> shift;
        n <<= shift;
        s++;
    }
    if (!ok || *s)
        return fail(p, "--memory: '%.64s' is no size; accepted: bytes, or a number with K, M or G, such as 512M", v);
    p->o->memory = n;
    return true;
}

static bool add_translate(struct parse *p, char kind, const char *option, const char *v)
{
    const char *eq = strchr(v, '=');
    if (!*v || (eq && !eq[1]))
        return fail(p, "%s: empty; accepted: a value, or ARCH=VALUE for one architecture", option);
    p->o->translate[p->o->ntranslate++] = (struct options_translate){kind, v};
    return true;
}

static bool set_translator(struct parse *p, const char *v)
{
    return add_translate(p, 't', "--translator", v);
}

static bool add_translator_arg(struct parse *p, const char *v)
{
    return add_translate(p, 'a', "--translator-arg", v);
}

static bool set_cpu(struct parse *p, const char *v)
{
    return add_translate(p, 'c', "--cpu", v);
}

static bool set_no_translator(struct parse *p, const char *v)
{
    (void) v;
    return add_translate(p, 'n', "--no-translator", "yes");
}

static bool set_trace(struct parse *p, const char *v)
{
    if (v && !*v)
        return fail(p, "--trace=: no file named; accepted: --trace, or --trace=FILE");
    p->o->trace = true;
    p->o->trace_file = v;
    return true;
}

static bool set_stats(struct parse *p, const char *v)
{
    (void) v;
    return p->o->stats = true;
}

static bool set_require_isolation(struct parse *p, const char *v)
{
    (void) v;
    return p->o->require_isolation = true;
}

static bool set_quiet(struct parse *p, const char *v)
{
    (void) v;
    return p->o->quiet = true;
}

static bool set_check(struct parse *p, const char *v)
{
    (void) v;
    return p->o->check = true;
}

enum value { NONE, OPTIONAL, NEEDED }; /* OPTIONAL: only as --opt=value */

static const struct {
    const char *name;
    enum value value;
    const char *what; /* what the value is, for the message when it is missing */
    bool (*set)(struct parse *p, const char *value);
    enum options_result result;
} table[] = {
    {"backend", NEEDED, "auto, kvm or direct", set_backend, OPTIONS_RUN},
    {"require-isolation", NONE, NULL, set_require_isolation, OPTIONS_RUN},
    {"quiet", NONE, NULL, set_quiet, OPTIONS_RUN},
    {"fork", NEEDED, "auto, cow, clone or copy", set_fork, OPTIONS_RUN},
    {"memory-dir", NEEDED, "a directory of the host", set_memory_dir, OPTIONS_RUN},
    {"sysroot", NEEDED, "a directory of the host", set_sysroot, OPTIONS_RUN},
    {"workdir", NEEDED, "a directory as the program sees it", set_workdir, OPTIONS_RUN},
    {"env", NEEDED, "K=V or K", add_env, OPTIONS_RUN},
    {"clear-env", NONE, NULL, set_clear_env, OPTIONS_RUN},
    {"user", NEEDED, "UID or UID:GID", set_user, OPTIONS_RUN},
    {"hostname", NEEDED, "a name", set_hostname, OPTIONS_RUN},
    {"memory", NEEDED, "a size such as 512M", set_memory, OPTIONS_RUN},
    {"timeout", NEEDED, "seconds such as 10 or 0.5", set_timeout, OPTIONS_RUN},
    {"translator", NEEDED, "a file, or ARCH=FILE", set_translator, OPTIONS_RUN},
    {"translator-arg", NEEDED, "an argument, or ARCH=ARGUMENT", add_translator_arg, OPTIONS_RUN},
    {"cpu", NEEDED, "a model that the translator knows", set_cpu, OPTIONS_RUN},
    {"no-translator", NONE, NULL, set_no_translator, OPTIONS_RUN},
    {"trace", OPTIONAL, NULL, set_trace, OPTIONS_RUN},
    {"stats", NONE, NULL, set_stats, OPTIONS_RUN},
    {"check-host", NONE, NULL, set_check, OPTIONS_RUN},
    {"list-faults", NONE, NULL, NULL, OPTIONS_FAULTS},
    {"version", NONE, NULL, NULL, OPTIONS_VERSION},
    {"help", NONE, NULL, NULL, OPTIONS_HELP},
};

static bool fail_unknown(struct parse *p, const char *arg)
{
    char names[512] = "";
    for (size_t i = 0, n = 0; i < ARRAY_SIZE(table); i++)
        n += (size_t) snprintf(names + n, sizeof names - n, " --%s", table[i].name);
    return fail(p, "%.64s: no such option; accepted:%s", arg, names);
}

enum options_result options_parse(int argc, char **argv, struct options *o, char *err, size_t errsize)
{
    struct parse p = {o, err, errsize};
    memset(o, 0, sizeof *o);
    o->env = calloc((size_t) argc + 1, sizeof *o->env);
    o->translate = calloc((size_t) argc + 1, sizeof *o->translate);
    if (!o->env || !o->translate)
        return fail(&p, "no memory for the options"), OPTIONS_ERROR;

    int i = 1;
    while (i < argc && argv[i][0] == '-' && argv[i][1]) {
        const char *arg = argv[i++];
        if (strcmp(arg, "--") == 0)
            break;
        const char *name = arg + 2, *value = strchr(arg, '=');
        size_t len = value ? (size_t) (value - name) : strlen(name), k = 0;
        if (arg[1] != '-')
            return fail_unknown(&p, arg), OPTIONS_ERROR;
        while (k < ARRAY_SIZE(table) && (strncmp(table[k].name, name, len) != 0 || table[k].name[len]))
            k++;
        if (k == ARRAY_SIZE(table))
            return fail_unknown(&p, arg), OPTIONS_ERROR;
        if (value)
            value++;
        if (value && table[k].value == NONE)
            return fail(&p, "--%s takes no value; accepted: --%s alone", table[k].name, table[k].name), OPTIONS_ERROR;
        if (!value && table[k].value == NEEDED) {
            if (i == argc)
                return fail(&p, "--%s needs a value; accepted: %s", table[k].name, table[k].what), OPTIONS_ERROR;
            value = argv[i++];
        }
        if (table[k].result != OPTIONS_RUN)
            return table[k].result;
        if (!table[k].set(&p, value))
            return OPTIONS_ERROR;
    }
    if (o->require_isolation && o->backend == BACKEND_DIRECT)
        return fail(&p, "--require-isolation: --backend direct isolates nothing; accepted: with auto or kvm"),
               OPTIONS_ERROR;
    if (o->check)
        return OPTIONS_CHECK;
    if (i >= argc)
        return fail(&p, "no program named; " USAGE), OPTIONS_ERROR;
    o->argv = argv + i;
    return OPTIONS_RUN;
}
