#include "translator.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/raw.h"
#include "elf/elf.h"
#include "fs/execopen.h"
#include "fs/path.h"

#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"
#define PACKAGE "qemu-user-static" /* Debian, Ubuntu */
#define ENV_PREFIX "ELFUSE_TRANSLATOR_"

/* Architectures as uname -m has them (elf_machine_name), where qemu or the cross roots call them otherwise. */
static const struct arch {
    const char *name, *qemu;
    const char *root[3]; /* below /usr */
} archs[] = {
    {"aarch64", NULL, {"aarch64-linux-gnu", "aarch64-linux-musl"}},
    {"arm", NULL, {"arm-linux-gnueabihf", "arm-linux-gnueabi", "arm-linux-musleabihf"}},
    {"riscv64", NULL, {"riscv64-linux-gnu", "riscv64-linux-musl"}},
    {"ppc64le", NULL, {"powerpc64le-linux-gnu", "powerpc64le-linux-musl"}},
    {"ppc64", NULL, {"powerpc64-linux-gnu"}},
    {"ppc", NULL, {"powerpc-linux-gnu"}},
    {"s390x", NULL, {"s390x-linux-gnu", "s390x-linux-musl"}},
    {"i386", NULL, {"i686-linux-gnu", "i386-linux-musl"}},
    {"mips64el", NULL, {"mips64el-linux-gnuabi64"}},
    {"mips64", NULL, {"mips64-linux-gnuabi64"}},
    {"mipsel", NULL, {"mipsel-linux-gnu"}},
    {"mips", NULL, {"mips-linux-gnu"}},
    {"sparc64", NULL, {"sparc64-linux-gnu"}},
    {"loongarch64", NULL, {"loongarch64-linux-gnu"}},
    {"alpha", NULL, {"alpha-linux-gnu"}},
    {"parisc", "hppa", {"hppa-linux-gnu"}},
    {"m68k", NULL, {"m68k-linux-gnu"}},
    {"sh4", NULL, {"sh4-linux-gnu"}},
    {"riscv32", NULL, {NULL}},
};

/* One setting: what for which architecture ("": any). Later ones win, but the command line over the environment, which comes first. */
enum kind { TRANSLATOR = 't', ARGUMENT = 'a', CPU = 'c', SEARCH = 'p', OFF = 'n' };
struct setting {
    struct setting *next;
    const char *value;
    char kind, arch[16];
};
static struct setting *settings, **last = &settings;
static size_t total;

static const struct arch *arch_named(const char *name, size_t len)
{
    for (size_t i = 0; i < ARRAY_SIZE(archs); i++)
        if (strncmp(archs[i].name, name, len) == 0 && !archs[i].name[len])
            return &archs[i];
    return NULL;
}

static const struct arch *arch_of(const struct elf_image *img)
{
    const char *name = elf_machine_name(img);
    if (img->machine == EM_MIPS && img->class32 && !img->big_endian)
        name = "mipsel";
    if (!name || (img->machine == EM_ARM && img->big_endian))
        return NULL;
    return arch_named(name, strlen(name));
}

static bool add(enum kind kind, const char *arch, size_t arch_len, const char *value)
{
    size_t len = strlen(value) + 1;
    struct setting *s = malloc(sizeof *s + len);
    if (!s)
        return false;
    *s = (struct setting){.kind = (char) kind, .value = memcpy(s + 1, value, len)};
    memcpy(s->arch, arch, MIN(arch_len, sizeof s->arch - 1));
    *last = s;
    last = &s->next;
    total += 2 + strlen(s->arch) + len;
    return true;
}

/* `path`, or each of those that it lists, as the directory of the start has it: a guest changes its own, and must not choose by that. Malloc'd. */
static char *absolute(const char *path, bool list)
{
    char cwd[PATH_MAX] = "/", *all = strdup("");
    if (getcwd(cwd, sizeof cwd) == NULL)
        cwd[0] = 0;
    for (bool more = true; more && all; path++) {
        size_t len = list ? strcspn(path, ":") : strlen(path);
        char *longer = NULL;
        bool whole = *path == '/';
        if (len > 2 && path[0] == '.' && path[1] == '/')
            path += 2, len -= 2;
        if (asprintf(&longer, "%s%s%s%s%.*s", all, *all ? ":" : "", whole ? "" : cwd, whole ? "" : "/", (int) len,
                     path) < 0)
            longer = NULL;
        free(all);
        all = longer;
        path += len;
        more = *path;
    }
    return all;
}

static bool add_absolute(enum kind kind, const char *arch, size_t arch_len, const char *value)
{
    autofree char *path = absolute(value, kind == SEARCH);
    return path && add(kind, arch, arch_len, path);
}

/* VALUE, or ARCH=VALUE. */
static bool add_option(enum kind kind, const char *text)
{
    size_t len = strcspn(text, "=");
    bool one = text[len] && arch_named(text, len);
    const char *value = one ? text + len + 1 : text;
    return kind == TRANSLATOR ? add_absolute(kind, text, one ? len : 0, value) : add(kind, text, one ? len : 0, value);
}

static bool add_environment(void)
{
    for (char **e = environ; *e; e++) {
        if (strncmp(*e, ENV_PREFIX, sizeof ENV_PREFIX - 1) != 0)
            continue;
        char name[16] = "";
        const char *from = *e + sizeof ENV_PREFIX - 1;
        size_t len = strcspn(from, "=");
        for (size_t i = 0; i < MIN(len, sizeof name - 1); i++)
            name[i] = from[i] >= 'A' && from[i] <= 'Z' ? (char) (from[i] + 'a' - 'A') : from[i];
        if (from[len] && from[len + 1] && arch_named(name, len) && !add_absolute(TRANSLATOR, name, len, from + len + 1))
            return false;
    }
    return true;
}

bool translator_set_up(const struct options *o)
{
    const char *path = getenv("PATH");
    bool ok = add_absolute(SEARCH, "", 0, path && *path ? path : DEFAULT_PATH) && add_environment();
    for (unsigned i = 0; ok && i < o->ntranslate; i++)
        ok = add_option((enum kind) o->translate[i].kind, o->translate[i].value);
    return ok;
}

static char *put(char *p, const char *s)
{
    size_t len = strlen(s) + 1;
    return (char *) memcpy(p, s, len) + len;
}

char *translator_save(size_t *size)
{
    char *text = malloc(total + 1), *p = text;
    for (const struct setting *s = settings; text && s; s = s->next) {
        *p++ = s->kind;
        p = put(put(p, s->arch), s->value);
    }
    *size = total;
    return text;
}

bool translator_load(const void *data, size_t size)
{
    const char *p = data, *end = p + size;
    if (!size)
        return true;
    if (end[-1])
        return false;
    while (p < end) {
        const char *arch = p + 1, *value = arch < end ? arch + strlen(arch) + 1 : end;
        if (value >= end || !add((enum kind) * p, arch, strlen(arch), value))
            return false;
        p = value + strlen(value) + 1;
    }
    return true;
}

/* The next setting of that kind for `a` behind `s` (NULL: from the start). */
static const struct setting *next_setting(const struct setting *s, enum kind kind, const struct arch *a)
{
    for (s = s ? s->next : settings; s; s = s->next)
        if (s->kind == (char) kind && (!s->arch[0] || strcmp(s->arch, a->name) == 0))
            return s;
    return NULL;
}

static const char *last_setting(enum kind kind, const struct arch *a)
{
    const char *value = NULL;
    for (const struct setting *s = NULL; (s = next_setting(s, kind, a));)
        value = s->value;
    return value;
}

static bool is_program(const char *path)
{
    struct stat st;
    return host(SYS_newfstatat, AT_FDCWD, path, &st, 0) == 0 && S_ISREG(st.st_mode) &&
           host(SYS_faccessat, AT_FDCWD, path, X_OK) == 0;
}

static char *find_in_path(const char *path, const char *name, const char *suffix)
{
    for (;; path++) {
        size_t len = strcspn(path, ":");
        char *full = NULL;
        if (len && asprintf(&full, "%.*s/%s%s", (int) len, path, name, suffix) > 0 && is_program(full))
            return full;
        free(full);
        path += len;
        if (!*path)
            return NULL;
    }
}

/* "qemu-aarch64", malloc'd, or NULL. */
static char *name_of(const struct arch *a)
{
    char *name;
    return asprintf(&name, "qemu-%s", a->qemu ? a->qemu : a->name) < 0 ? NULL : name;
}

static char *find(const struct arch *a)
{
    const char *own = last_setting(TRANSLATOR, a), *path = last_setting(SEARCH, a);
    autofree char *name = name_of(a);
    char *found = NULL;
    if (own)
        return strdup(own);
    /* A static one needs nothing of the guest's root. */
    for (int i = 0; name && !found && i < 4; i++)
        found = find_in_path(i % 2 || !path ? DEFAULT_PATH : path, name, i < 2 ? "-static" : "");
    return found;
}

const char *translator_nth(unsigned i, char **file)
{
    *file = i < ARRAY_SIZE(archs) ? find(&archs[i]) : NULL;
    return i < ARRAY_SIZE(archs) ? archs[i].name : NULL;
}

/* ---- the root that a dynamic program needs ---- */

static uint64_t field(const uint8_t *p, unsigned size, bool big)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < size; i++)
        v |= (uint64_t) p[big ? size - 1 - i : i] << 8 * i;
    return v;
}

/* The name of the PT_INTERP of a program of any class and byte order: "" when it has none. Nothing in the file is trusted but read. */
static void read_interp(int fd, const struct elf_image *img, char interp[PATH_MAX])
{
    uint8_t eh[64], ph[56];
    bool b = img->big_endian, small = img->class32;
    unsigned word = small ? 4 : 8;
    interp[0] = 0;
    if (host(SYS_pread64, fd, eh, sizeof eh, 0) < (small ? 52 : 64))
        return;
    uint64_t phoff = field(eh + (small ? 28 : 32), word, b), entry = field(eh + (small ? 42 : 54), 2, b);
    uint64_t n = field(eh + (small ? 44 : 56), 2, b);
    if (entry != (small ? sizeof(Elf32_Phdr) : sizeof(Elf64_Phdr)))
        return;
    for (uint64_t i = 0; i < n; i++) {
        if (host(SYS_pread64, fd, ph, entry, phoff + i * entry) != (long) entry)
            return;
        if (field(ph, 4, b) != PT_INTERP)
            continue;
        uint64_t off = field(ph + (small ? 4 : 8), word, b), size = field(ph + (small ? 16 : 32), word, b);
        if (size && size < PATH_MAX && host(SYS_pread64, fd, interp, size, off) == (long) size)
            interp[size] = 0;
        else
            interp[0] = 0;
        return;
    }
}

static bool is_there(const char *path)
{
    char *abs = NULL;
    autofd fd = fs_exec_open(NULL, path, &abs);
    free(abs);
    return fd >= 0;
}

/* Is the translator told by other ways where libraries are? What it is built with is Debian's. */
static bool is_told(const struct arch *a, const char *interp, char *const *envp)
{
    for (const struct setting *s = NULL; (s = next_setting(s, ARGUMENT, a));)
        if (strcmp(s->value, "-L") == 0)
            return true;
    for (; envp && *envp; envp++)
        if (strncmp(*envp, "QEMU_LD_PREFIX=", 15) == 0)
            return true;
    char *path = NULL;
    bool there = asprintf(&path, "/etc/qemu-binfmt/%s%s", a->qemu ? a->qemu : a->name, interp) > 0 && is_there(path);
    free(path);
    return there;
}

/* The interpreter of the program, "" when it has none, and the cross root that holds it, malloc'd, when the guest's own root does not. False:
 * it is nowhere. */
static bool find_interp(int fd, const struct elf_image *img, const struct arch *a, char *const *envp,
                        char interp[PATH_MAX], char **root)
{
    *root = NULL;
    read_interp(fd, img, interp);
    if (interp[0] != '/' || is_there(interp))
        return true;
    for (size_t i = 0; fs_root.fd < 0 && i < ARRAY_SIZE(a->root) && a->root[i]; i++) {
        char *dir = NULL, *file = NULL;
        bool there = asprintf(&dir, "/usr/%s", a->root[i]) > 0 && asprintf(&file, "%s%s", dir, interp) > 0 &&
                     host(SYS_faccessat, AT_FDCWD, file, R_OK) == 0;
        free(file);
        if (there) {
            *root = dir;
            return true;
        }
        free(dir);
    }
    return is_told(a, interp, envp);
}

/* ---- the whole ---- */

struct vector {
    char **v;
    size_t n;
    bool failed;
};

static void push(struct vector *a, char *s)
{
    char **more = s ? realloc(a->v, (a->n + 2) * sizeof *more) : NULL;
    if (!more) {
        free(s);
        a->failed = true;
        return;
    }
    a->v = more;
    more[a->n++] = s;
    more[a->n] = NULL;
}

static void push_copy(struct vector *a, const char *s)
{
    push(a, strdup(s));
}

__attribute__((format(printf, 4, 5))) static int fail(int err, char *why, size_t size, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(why, size, fmt, ap);
    va_end(ap);
    return err;
}

/* Below --sysroot the guest may have put a link there: that leads where its own links lead. */
static int open_translator(const char *file)
{
    char name[PATH_MAX];
    autofree char *abs = NULL;
    if (fs_root.fd < 0 || !fs_path_inside(file))
        return (int) host(SYS_openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
    int64_t n = fs_guest_path(file, name, sizeof name);
    return n < 0 ? (int) n : fs_exec_open(NULL, name, &abs);
}

/* qemu 7 keeps trees whose nodes come from GLib's slices, which have locks that nobody looks after in a fork: while another thread holds one, a child
 * waits for it for ever (later ones have trees of their own). malloc's locks are looked after. */
#define SLICES "G_SLICE"
const char translator_variable[] = SLICES "=always-malloc";

int translator_open(int fd, const struct elf_image *img, char *const *envp, char ***args, char *why, size_t size)
{
    const struct arch *a = arch_of(img);
    if (!a)
        return -ENOEXEC;
    if (last_setting(OFF, a))
        return fail(-ENOEXEC, why, size, "a program for %s, and --no-translator is set", a->name);
    autofree char *file = find(a);
    if (!file)
        return fail(-ENOEXEC, why, size,
                    "a program for %s, which needs a translator, qemu-%s: install the package " PACKAGE
                    ", or name one with --translator",
                    a->name, a->qemu ? a->qemu : a->name);
    autofd own = open_translator(file);
    if (own < 0)
        return fail(-ENOEXEC, why, size, "its translator %s: %s", file, errno_text(own));

    char interp[PATH_MAX], *root;
    if (!find_interp(fd, img, a, envp, interp, &root))
        return fail(-ENOENT, why, size, "its interpreter %s: No such file or directory", interp);
    struct vector v = {0};
    push_copy(&v, file);
    if (root) {
        push_copy(&v, "-L");
        push(&v, root);
    }
    const char *cpu = last_setting(CPU, a);
    if (cpu) {
        push_copy(&v, "-cpu");
        push_copy(&v, cpu);
    }
    for (const struct setting *s = NULL; (s = next_setting(s, ARGUMENT, a));)
        push_copy(&v, s->value);
    if (!program_has_variable(envp, SLICES, sizeof SLICES - 1)) {
        push_copy(&v, "-U");
        push_copy(&v, SLICES);
    }
    push_copy(&v, "-0");
    if (v.failed) {
        for (size_t i = 0; i < v.n; i++)
            free(v.v[i]);
        free(v.v);
        return -ENOMEM;
    }
    *args = v.v;
    return steal_fd(&own);
}
