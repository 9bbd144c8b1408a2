/* What execve does before the point of no return: find the file, check it, follow #!, check the interpreter. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/raw.h"
#include "elf/elf.h"
#include "elf/script.h"

#ifndef ST_NOEXEC
#define ST_NOEXEC 8 /* statfs(2), f_flags */
#endif

#define ARG_STRING_MAX (32 * PAGE_SIZE)            /* MAX_ARG_STRLEN */
#define ARG_TOTAL_MAX (8ull * 1024 * 1024 / 4 * 3) /* 3/4 of _STK_LIM */
#define ARG_TOTAL_MIN 131072ull                    /* ARG_MAX: granted even with a small stack */
#define SCRIPT_DEPTH 5

struct report {
    char *buf;
    size_t size;
};

/* Compose the line for a person; returns `err`. */
__attribute__((format(printf, 3, 4))) static int fail(const struct report *rep, int err, const char *fmt, ...)
{
    va_list ap;

    if (rep->size) {
        va_start(ap, fmt);
        vsnprintf(rep->buf, rep->size, fmt, ap);
        va_end(ap);
    }
    return err;
}

static int fail_nomem(const struct report *rep, const char *name)
{
    return fail(rep, -ENOMEM, "%s: out of memory", name);
}

static int64_t pread_fd(void *arg, void *buf, uint64_t n, uint64_t off)
{
    return host(SYS_pread64, *(int *) arg, buf, n, off);
}

/* do_open_execat: a regular file, on a mount without noexec, that the caller may execute. `of`: whose interpreter or translator
 * it is, or empty. */
static int check_file(int fd, const char *of, const char *role, const char *file, const struct report *rep,
                      uint64_t *size)
{
    char name[512];
    struct stat st = {0};
    struct statfs fs = {0};
    long r;

    snprintf(name, sizeof name, "%s%s%s", of, role, file);
    r = host(SYS_fstat, fd, &st);
    if (r < 0)
        return fail(rep, (int) r, "%s: %s", name, errno_text((int) r));
    if (S_ISDIR(st.st_mode))
        return fail(rep, -EACCES, "%s: a directory, not a program", name);
    if (!S_ISREG(st.st_mode))
        return fail(rep, -EACCES, "%s: not a regular file", name);
    if (host(SYS_fstatfs, fd, &fs) == 0 && (fs.f_flags & ST_NOEXEC))
        return fail(rep, -EACCES, "%s: lies on a file system that is mounted noexec", name);

    r = host(SYS_faccessat2, fd, "", X_OK, AT_EACCESS | AT_EMPTY_PATH);
    if (r == -ENOSYS || r == -EPERM) /* before Linux 5.8, or filtered */
        r = st.st_mode & 0111 ? 0 : -EACCES;
    if (r < 0)
        return fail(rep, (int) r, "%s: not executable (see chmod +x)", name);
    *size = (uint64_t) st.st_size;
    return 0;
}

/* ---- arguments ---- */

/* What copy_strings() counts while it fills the new stack downwards. */
struct budget {
    uint64_t used, limit, stack_limit;
};

static int budget_add(struct budget *b, const char *s)
{
    uint64_t len = strlen(s) + 1, pages;

    b->used += len;
    pages = page_up(b->used + sizeof(uint64_t)); /* the stack's last word stays zero */
    if (len > ARG_STRING_MAX || b->used > b->limit || (pages > PAGE_SIZE && pages > b->stack_limit))
        return -E2BIG;
    return 0;
}

static int vector_count(char **v)
{
    int n = 0;

    if (v)
        while (v[n])
            n++;
    return n;
}

static void vector_free(char **v)
{
    for (char **s = v; s && *s; s++)
        free(*s);
    free(v);
}

/* Linux 5.18 and later never start a program with argc 0. */
static int give_argv0(struct program *p)
{
    char **v = realloc(p->argv, 2 * sizeof *v);

    if (!v)
        return -ENOMEM;
    p->argv = v;
    v[1] = NULL;
    v[0] = strdup("");
    if (!v[0])
        return -ENOMEM;
    p->argc = 1;
    return 0;
}

static int count_args(struct program *p, struct budget *b)
{
    uint64_t pointers;
    int r;

    p->argc = vector_count(p->argv);
    p->envc = vector_count(p->envp);
    pointers = ((uint64_t) MAX(p->argc, 1) + (uint64_t) p->envc) * sizeof(uint64_t);

    b->used = 0;
    b->stack_limit = p->stack_limit;
    b->limit = MAX(MIN(ARG_TOTAL_MAX, p->stack_limit / 4), ARG_TOTAL_MIN);
    if (b->limit <= pointers)
        return -E2BIG;
    b->limit -= pointers;

    r = budget_add(b, p->execfn);
    for (int i = 0; r == 0 && i < p->envc; i++)
        r = budget_add(b, p->envp[i]);
    for (int i = 0; r == 0 && i < p->argc; i++)
        r = budget_add(b, p->argv[i]);
    if (r == 0 && p->argc == 0) {
        r = give_argv0(p);
        if (r == 0)
            r = budget_add(b, "");
    }
    return r;
}

/* argv becomes interp [arg] script argv[1]…. */
static int splice_argv(struct program *p, struct budget *b, const char *script, const char *interp, const char *arg)
{
    const char *head[3] = {interp};
    size_t nhead = 1;
    int r = 0;
    char **v;

    if (arg)
        head[nhead++] = arg;
    head[nhead++] = script;

    b->used -= strlen(p->argv[0]) + 1;
    for (size_t i = nhead; r == 0 && i > 0; i--)
        r = budget_add(b, head[i - 1]);
    if (r < 0)
        return r;

    v = calloc((size_t) p->argc + nhead, sizeof *v);
    if (!v)
        return -ENOMEM;
    for (size_t i = 0; i < nhead; i++) {
        v[i] = strdup(head[i]);
        if (!v[i]) {
            while (i-- > 0)
                free(v[i]);
            free(v);
            return -ENOMEM;
        }
    }
    memcpy(v + nhead, p->argv + 1, (size_t) p->argc * sizeof *v); /* with the NULL */
    free(p->argv[0]);
    free(p->argv);
    p->argv = v;
    p->argc += (int) nhead - 1;
    return 0;
}

static int fail_args(const struct report *rep, const char *name, int err)
{
    if (err == -E2BIG)
        return fail(rep, err, "%s: argument list too long", name);
    return fail_nomem(rep, name);
}

/* ---- interpreters ---- */

/* Inside the kernel the empty name is no ENOENT but the current directory, which cannot be executed. */
static int open_interpreter(const char *name, exec_open *open_fn, void *arg, char **abs_path)
{
    return *name ? open_fn(arg, name, abs_path) : -EACCES;
}

/* From the script in p->fd, called `script`, to its interpreter, whose name is p->argv[0] afterwards. */
static int follow_script(struct program *p, char buf[SCRIPT_BUF], const char *script, struct budget *b,
                         exec_open *open_fn, void *arg, const struct report *rep, uint64_t *size)
{
    autofree char *abs_path = NULL;
    autofd fd = -1;
    char *interp, *iarg;
    int r;

    if (script_parse(buf, &interp, &iarg) < 0)
        return fail(rep, -ENOEXEC, "%s: its #! line names no interpreter, or one that is cut off after %d bytes",
                    script, SCRIPT_BUF - 1);
    if (p->path_inaccessible)
        return fail(rep, -ENOENT, "%s: a script on a close-on-exec descriptor cannot be opened by its interpreter",
                    script);
    r = splice_argv(p, b, script, interp, iarg);
    if (r < 0)
        return fail_args(rep, script, r);
    script = p->argv[iarg ? 2 : 1]; /* the old name may have been argv[0] */

    fd = open_interpreter(interp, open_fn, arg, &abs_path);
    if (fd < 0)
        return fail(rep, fd, "%s: its interpreter %s: %s", script, interp, errno_text(fd));
    r = check_file(fd, script, ": its interpreter ", interp, rep, size);
    if (r < 0)
        return r;

    free(p->exec_path);
    p->exec_path = steal_ptr(&abs_path);
    host(SYS_close, p->fd);
    p->fd = steal_fd(&fd);
    return 0;
}

static int fail_machine(const struct report *rep, int err, const char *name, const char *what,
                        const struct elf_image *img)
{
    const char *arch = elf_machine_name(img);

    if (arch)
        return fail(rep, err, "%s: %sa program for %s, not for x86_64", name, what, arch);
    return fail(rep, err, "%s: %sa program for architecture number %u, not for x86_64", name, what, img->machine);
}

static bool is_native(const struct elf_image *img)
{
    return img->machine == EM_X86_64 && !img->class32 && !img->big_endian;
}

elf_translator *program_translator;

/* argv becomes args… argv[0] path argv[1]…; args, a vector, and path are taken over. */
static int translate_argv(struct program *p, char **args, char *path)
{
    int n = vector_count(args);
    char **v = calloc((size_t) (n + p->argc) + 2, sizeof *v);

    if (!v)
        return -ENOMEM;
    memcpy(v, args, (size_t) n * sizeof *v);
    v[n] = p->argv[0];
    v[n + 1] = path;
    memcpy(v + n + 2, p->argv + 1, (size_t) p->argc * sizeof *v); /* with the NULL */
    free(args);
    free(p->argv);
    p->argv = v;
    p->argc += n + 1;
    p->hidden = (unsigned) n;
    return 0;
}

/* The program in p->fd, called `name`, is for another architecture: load its translator. */
static int translate(struct program *p, const char *name, const struct report *rep, uint64_t *size)
{
    char **args = NULL, *path, missing[256] = "";
    const char *why = NULL;
    int r;

    if (p->path_inaccessible)
        return fail(rep, -ENOENT, "%s: a program on a close-on-exec descriptor cannot be opened by its translator",
                    name);
    r = program_translator ? program_translator(p->fd, &p->image, p->envp, &args, missing, sizeof missing) : -ENOEXEC;
    if (r < 0)
        return *missing ? fail(rep, r, "%s: %s", name, missing) : fail_machine(rep, r, name, "", &p->image);
    p->exe_fd = p->fd;
    p->fd = r;
    r = check_file(p->fd, name, ": its translator ", args[0], rep, size);
    /* A copy, for it may be argv[0]; and one that is no option to the translator. */
    if (asprintf(&path, "%s%s", name[0] == '-' ? "./" : "", name) < 0)
        path = NULL;
    if (r == 0 && (!path || translate_argv(p, args, path) < 0))
        r = fail_nomem(rep, name);
    if (r < 0) {
        vector_free(args);
        free(path);
        return r;
    }
    memset(&p->image, 0, offsetof(struct elf_image, segment));
    r = elf_parse(pread_fd, &p->fd, &p->image, &why);
    if (r < 0)
        return fail(rep, r, "%s: its translator %s: %s", path, p->argv[0], why);
    if (!is_native(&p->image))
        return fail_machine(rep, -ELIBBAD, path, "its translator is ", &p->image);
    return 0;
}

/* PT_INTERP: read its name, open it, parse it. */
static int open_interp(struct program *p, const char *name, exec_open *open_fn, void *arg, const struct report *rep)
{
    autofree char *abs_path = NULL;
    const char *why = NULL;
    char head[sizeof(Elf64_Ehdr)];
    uint64_t size;
    int64_t n;
    int r;

    n = pread_fd(&p->fd, p->interp_path, p->image.interp_size, p->image.interp_off);
    if (n != (int64_t) p->image.interp_size) {
        p->interp_path[0] = '\0';
        return fail(rep, n < 0 ? (int) n : -EIO, "%s: the name of its interpreter is cut off", name);
    }
    if (p->interp_path[n - 1] != '\0') {
        p->interp_path[0] = '\0';
        return fail(rep, -ENOEXEC, "%s: the name of its interpreter has no end", name);
    }

    p->interp_fd = open_interpreter(p->interp_path, open_fn, arg, &abs_path);
    if (p->interp_fd < 0) {
        r = p->interp_fd;
        p->interp_fd = -1;
        return fail(rep, r, "%s: its interpreter %s: %s", name, p->interp_path, errno_text(r));
    }
    r = check_file(p->interp_fd, name, ": its interpreter ", p->interp_path, rep, &size);
    if (r < 0)
        return r;

    n = pread_fd(&p->interp_fd, head, sizeof head, 0);
    if (n != (int64_t) sizeof head)
        return fail(rep, n < 0 ? (int) n : -EIO, "%s: its interpreter %s is cut off", name, p->interp_path);
    r = elf_parse(pread_fd, &p->interp_fd, &p->interp, &why);
    if (r == -ENOEXEC && p->interp.type) {
        /* Only the type is wrong, which the kernel finds out too late to tell. */
        p->interp.doom = -ENOEXEC;
        p->interp.doom_why = "its interpreter is of a type that cannot be run";
        return 0;
    }
    if (r == -ENOEXEC)
        return fail(rep, -ELIBBAD, "%s: its interpreter %s: %s", name, p->interp_path, why);
    if (r < 0)
        return fail(rep, r, "%s: its interpreter %s: %s", name, p->interp_path, why);
    if (!is_native(&p->interp))
        return fail_machine(rep, -ELIBBAD, name, "its interpreter is ", &p->interp);
    return 0;
}

static bool ends_early(const struct elf_image *img, uint64_t size)
{
    for (unsigned i = 0; i < img->segments; i++) {
        const struct elf_segment *s = &img->segment[i];

        if (s->filesz && (s->offset > size || size - s->offset < s->filesz))
            return true;
    }
    return false;
}

/* ---- the whole ---- */

int program_open(struct program *p, const char *path, int fd, exec_open *open_fn, void *arg, char *why, size_t bufsize)
{
    const struct report rep = {why, bufsize};
    const char *name = path;
    char buf[SCRIPT_BUF] = {0};
    struct budget budget;
    const char *reason = NULL;
    uint64_t size = 0;
    int64_t n;
    int r;

    p->fd = fd;
    if (!p->execfn)
        p->execfn = strdup(path);
    if (!p->execfn)
        return fail_nomem(&rep, path);
    if (fd < 0) {
        r = open_fn(arg, path, &p->exec_path);
        if (r < 0)
            return fail(&rep, r, "%s: %s", path, errno_text(r));
        p->fd = r;
    }
    r = check_file(p->fd, "", "", path, &rep, &size);
    if (r < 0)
        return r;
    r = count_args(p, &budget);
    if (r == -E2BIG && p->args_checked)
        r = 0;
    if (r < 0)
        return fail_args(&rep, path, r);

    for (int depth = 0;; depth++) {
        if (depth > SCRIPT_DEPTH)
            return fail(&rep, -ELOOP, "%s: scripts nested more than %d deep", path, SCRIPT_DEPTH);
        memset(buf, 0, sizeof buf);
        n = pread_fd(&p->fd, buf, sizeof buf, 0);
        if (n < 0)
            return fail(&rep, (int) n, "%s: cannot be read: %s", name, errno_text((int) n));
        if (!script_is(buf))
            break;
        r = follow_script(p, buf, name, &budget, open_fn, arg, &rep, &size);
        if (r < 0)
            return r;
        name = p->argv[0];
    }
    if (n == 0)
        return fail(&rep, -ENOEXEC, "%s: empty, not a program", name);

    r = elf_parse(pread_fd, &p->fd, &p->image, &reason);
    if (r == -ENOEXEC && memcmp(buf, ELFMAG, SELFMAG) != 0)
        return fail(&rep, r, "%s: neither an ELF program nor a script that starts with #!", name);
    if (r < 0)
        return fail(&rep, r, "%s: %s", name, reason);
    if (!is_native(&p->image)) {
        r = translate(p, name, &rep, &size);
        if (r < 0)
            return r;
    }
    p->truncated = ends_early(&p->image, size);

    if (p->image.interp_size)
        return open_interp(p, name, open_fn, arg, &rep);
    return 0;
}

void program_comm(const struct program *p, char comm[16])
{
    const char *name = p->execfn ? p->execfn : "";
    const char *slash = strrchr(name, '/');

    memset(comm, 0, 16);
    if (slash)
        name = slash + 1;
    memcpy(comm, name, strnlen(name, 15));
}

void program_free(struct program *p)
{
    if (p->fd >= 0)
        host(SYS_close, p->fd);
    if (p->exe_fd >= 0)
        host(SYS_close, p->exe_fd);
    if (p->interp_fd >= 0)
        host(SYS_close, p->interp_fd);
    free(p->exec_path);
    free(p->execfn);
    vector_free(p->argv);
    vector_free(p->envp);
    p->fd = p->exe_fd = p->interp_fd = -1;
    p->hidden = 0;
    p->exec_path = p->execfn = NULL;
    p->argv = p->envp = NULL;
    p->argc = p->envc = 0;
    p->image.segments = p->interp.segments = 0;
    p->image.interp_size = 0;
    p->interp_path[0] = '\0';
    p->path_inaccessible = p->args_checked = p->truncated = false;
}
