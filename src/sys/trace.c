/* One line a call. The line is built whole and leaves in a single write, so lines of threads and processes never mix. */
#include "sys/trace.h"

#include <asm/prctl.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "base/fds.h"
#include "sys/ioctl.h"

#define STRING_MAX 32
#define LINE_MAX_BYTES 1024

static int trace_out = -1;

int trace_open(const char *file)
{
    fds_create_lock();
    int fd = file ? (int) host(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666)
                  : (int) host(SYS_fcntl, 2, F_DUPFD_CLOEXEC, 0);

    if (fd >= 0)
        fd = fds_adopt_fd(fd, true);
    fds_create_unlock();
    if (fd < 0)
        return fd;
    trace_out = fd;
    return 0;
}

void trace_adopt(int fd)
{
    trace_out = fd;
}

int trace_fd(void)
{
    return trace_out;
}

/* ---- flag names ---- */

struct flag {
    uint64_t bits;
    const char *name;
};

#define FLAG(name)                                                                                                     \
    {                                                                                                                  \
        name, #name                                                                                                    \
    }

static const struct flag open_flags[] = {
    FLAG(O_CREAT),     FLAG(O_EXCL),     FLAG(O_NOCTTY),           FLAG(O_TRUNC),
    FLAG(O_APPEND),    FLAG(O_NONBLOCK), {04010000, "O_SYNC"},     FLAG(O_DSYNC),
    FLAG(O_ASYNC),     FLAG(O_DIRECT),   {0100000, "O_LARGEFILE"}, {020200000, "O_TMPFILE"},
    FLAG(O_DIRECTORY), FLAG(O_NOFOLLOW), FLAG(O_NOATIME),          FLAG(O_CLOEXEC),
    FLAG(O_PATH),
};
static const struct flag newfd_flags[] = {FLAG(O_NONBLOCK), FLAG(O_CLOEXEC)};
static const struct flag prot_flags[] = {
    FLAG(PROT_READ), FLAG(PROT_WRITE), FLAG(PROT_EXEC), FLAG(PROT_GROWSDOWN), FLAG(PROT_GROWSUP),
};
static const struct flag map_flags[] = {
    {MAP_SHARED_VALIDATE, "MAP_SHARED_VALIDATE"},
    FLAG(MAP_SHARED),
    FLAG(MAP_PRIVATE),
    FLAG(MAP_FIXED),
    FLAG(MAP_ANONYMOUS),
    FLAG(MAP_GROWSDOWN),
    FLAG(MAP_DENYWRITE),
    FLAG(MAP_EXECUTABLE),
    FLAG(MAP_LOCKED),
    FLAG(MAP_NORESERVE),
    FLAG(MAP_POPULATE),
    FLAG(MAP_NONBLOCK),
    FLAG(MAP_STACK),
    FLAG(MAP_HUGETLB),
    FLAG(MAP_FIXED_NOREPLACE),
    FLAG(MAP_SYNC),
    {0x40, "MAP_32BIT"},
};
static const struct flag mremap_flags[] = {FLAG(MREMAP_MAYMOVE), FLAG(MREMAP_FIXED), {4, "MREMAP_DONTUNMAP"}};
static const struct flag clone_flags[] = {
    FLAG(CLONE_VM),
    FLAG(CLONE_FS),
    FLAG(CLONE_FILES),
    FLAG(CLONE_SIGHAND),
    FLAG(CLONE_PIDFD),
    FLAG(CLONE_PTRACE),
    FLAG(CLONE_VFORK),
    FLAG(CLONE_PARENT),
    FLAG(CLONE_THREAD),
    FLAG(CLONE_NEWNS),
    FLAG(CLONE_SYSVSEM),
    FLAG(CLONE_SETTLS),
    FLAG(CLONE_PARENT_SETTID),
    FLAG(CLONE_CHILD_CLEARTID),
    FLAG(CLONE_UNTRACED),
    FLAG(CLONE_CHILD_SETTID),
    FLAG(CLONE_NEWCGROUP),
    FLAG(CLONE_NEWUTS),
    FLAG(CLONE_NEWIPC),
    FLAG(CLONE_NEWUSER),
    FLAG(CLONE_NEWPID),
    FLAG(CLONE_NEWNET),
    FLAG(CLONE_IO),
};

/* Values, not bits: the low bits are one of these. */
static const struct flag open_modes[] = {{0, "O_RDONLY"}, {1, "O_WRONLY"}, {2, "O_RDWR"}, {3, "O_ACCMODE"}};
static const struct flag sighow_values[] = {{0, "SIG_BLOCK"}, {1, "SIG_UNBLOCK"}, {2, "SIG_SETMASK"}};
static const struct flag fcntl_values[] = {
    FLAG(F_DUPFD),         FLAG(F_GETFD),      FLAG(F_SETFD),      FLAG(F_GETFL),     FLAG(F_SETFL),
    FLAG(F_GETLK),         FLAG(F_SETLK),      FLAG(F_SETLKW),     FLAG(F_SETOWN),    FLAG(F_GETOWN),
    FLAG(F_SETSIG),        FLAG(F_GETSIG),     FLAG(F_SETOWN_EX),  FLAG(F_GETOWN_EX), FLAG(F_OFD_GETLK),
    FLAG(F_OFD_SETLK),     FLAG(F_OFD_SETLKW), FLAG(F_SETLEASE),   FLAG(F_GETLEASE),  FLAG(F_NOTIFY),
    FLAG(F_DUPFD_CLOEXEC), FLAG(F_SETPIPE_SZ), FLAG(F_GETPIPE_SZ), FLAG(F_ADD_SEALS), FLAG(F_GET_SEALS),
};
static const struct flag futex_values[] = {
    FLAG(FUTEX_WAIT),        FLAG(FUTEX_WAKE),        FLAG(FUTEX_REQUEUE),         FLAG(FUTEX_CMP_REQUEUE),
    FLAG(FUTEX_WAKE_OP),     FLAG(FUTEX_LOCK_PI),     FLAG(FUTEX_UNLOCK_PI),       FLAG(FUTEX_TRYLOCK_PI),
    FLAG(FUTEX_WAIT_BITSET), FLAG(FUTEX_WAKE_BITSET), FLAG(FUTEX_WAIT_REQUEUE_PI), FLAG(FUTEX_CMP_REQUEUE_PI),
    FLAG(FUTEX_LOCK_PI2),
};
static const struct flag futex_flags[] = {FLAG(FUTEX_PRIVATE_FLAG), FLAG(FUTEX_CLOCK_REALTIME)};
static const struct flag prctl_values[] = {
    FLAG(PR_SET_PDEATHSIG),
    FLAG(PR_GET_PDEATHSIG),
    FLAG(PR_GET_DUMPABLE),
    FLAG(PR_SET_DUMPABLE),
    FLAG(PR_SET_NAME),
    FLAG(PR_GET_NAME),
    FLAG(PR_SET_KEEPCAPS),
    FLAG(PR_CAPBSET_READ),
    FLAG(PR_SET_SECCOMP),
    FLAG(PR_SET_TIMERSLACK),
    FLAG(PR_SET_CHILD_SUBREAPER),
    FLAG(PR_SET_NO_NEW_PRIVS),
    FLAG(PR_CAP_AMBIENT),
    FLAG(PR_SET_VMA),
    FLAG(PR_SET_MM),
};

/* How one kind of flags reads: `values` names what `mask` leaves, `bits` the rest. */
static const struct flag_set {
    uint64_t mask;
    const struct flag *values, *bits;
    unsigned nvalues, nbits;
} flag_sets[] = {
#define VALUES(t) .values = t, .nvalues = ARRAY_SIZE(t)
#define BITS(t) .bits = t, .nbits = ARRAY_SIZE(t)
    [F_HEX] = {0},
    [F_OPEN] = {.mask = 3, VALUES(open_modes), BITS(open_flags)},
    [F_NEWFD] = {BITS(newfd_flags)},
    [F_PROT] = {BITS(prot_flags)},
    [F_MAP] = {BITS(map_flags)},
    [F_MREMAP] = {BITS(mremap_flags)},
    [F_CLONE] = {BITS(clone_flags)},
    [F_SIGHOW] = {.mask = ~0ull, VALUES(sighow_values)},
    [F_FCNTL] = {.mask = ~0ull, VALUES(fcntl_values)},
    [F_FUTEX] = {.mask = 127, VALUES(futex_values), BITS(futex_flags)},
    [F_PRCTL] = {.mask = ~0ull, VALUES(prctl_values)},
    [F_IOCTL] = {0},
};

/* ---- the line ---- */

struct line {
    char text[LINE_MAX_BYTES];
    size_t len;
};

__attribute__((format(printf, 2, 3))) static void put(struct line *l, const char *fmt, ...)
{
    size_t room = sizeof l->text - 1 - l->len; /* one for the newline */
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(l->text + l->len, room, fmt, ap);
    va_end(ap);
    if (n > 0)
        l->len += MIN((size_t) n, room - 1);
}

static void put_bytes(struct line *l, const unsigned char *s, size_t n)
{
    static const char plain[] = "\a\b\t\n\v\f\r";

    put(l, "\"");
    for (size_t i = 0; i < n; i++) {
        const char *esc = s[i] ? strchr(plain, s[i]) : NULL;

        if (s[i] == '"' || s[i] == '\\')
            put(l, "\\%c", s[i]);
        else if (esc)
            put(l, "\\%c", "abtnvfr"[esc - plain]);
        else if (s[i] < ' ' || s[i] > '~')
            put(l, i + 1 < n && s[i + 1] >= '0' && s[i + 1] <= '9' ? "\\%03o" : "\\%o", s[i]);
        else
            put(l, "%c", s[i]);
    }
    put(l, "\"");
}

static void put_string(struct line *l, struct thread *t, uint64_t va)
{
    unsigned char buf[STRING_MAX + 1] = {0};
    int64_t n = va ? copy_in_str(t->proc->space, (char *) buf, gva(va), sizeof buf) : -EFAULT;

    if (n == -ENAMETOOLONG) {
        put_bytes(l, buf, STRING_MAX);
        put(l, "...");
    } else if (n >= 0) {
        put_bytes(l, buf, (size_t) n);
    } else if (va) {
        put(l, "0x%llx", (unsigned long long) va);
    } else {
        put(l, "NULL");
    }
}

static void put_buffer(struct line *l, struct thread *t, uint64_t va, uint64_t size)
{
    unsigned char buf[STRING_MAX];

    if (va && copy_in(t->proc->space, buf, gva(va), MIN(size, sizeof buf)) == 0) {
        put_bytes(l, buf, MIN(size, sizeof buf));
        if (size > sizeof buf)
            put(l, "...");
    } else if (va) {
        put(l, "0x%llx", (unsigned long long) va);
    } else {
        put(l, "NULL");
    }
}

static void put_flags(struct line *l, unsigned set, uint64_t v)
{
    const struct flag_set *f = &flag_sets[set];
    const char *sep = "";
    bool named = false;

    if (set == F_IOCTL) {
        const char *name = ioctl_name((uint32_t) v);

        if (name)
            put(l, "%s", name);
        else
            put(l, "0x%x", (uint32_t) v);
        return;
    }
    for (unsigned i = 0; i < f->nvalues; i++) {
        if ((v & f->mask) != f->values[i].bits)
            continue;
        put(l, "%s", f->values[i].name);
        sep = "|";
        named = true;
        v &= ~f->mask;
        break;
    }
    for (unsigned i = 0; i < f->nbits; i++) {
        if (!f->bits[i].bits || (v & f->bits[i].bits) != f->bits[i].bits)
            continue;
        put(l, "%s%s", sep, f->bits[i].name);
        sep = "|";
        named = true;
        v &= ~f->bits[i].bits;
    }
    if (v || !named)
        put(l, "%s%s%llx", sep, v ? "0x" : "", (unsigned long long) v);
}

static void put_arg(struct line *l, struct thread *t, const struct sys_row *row, unsigned i, int64_t ret, bool done)
{
    const struct sys_arg *arg = &row->arg[i];
    uint64_t v = t->args[i];

    switch ((enum arg_kind) arg->kind) {
    case K_DIRFD:
        if ((int) v == AT_FDCWD) {
            put(l, "AT_FDCWD");
            break;
        }
        /* fall through */
    case K_INT:
    case K_FD:
    case K_SIG:
    case K_PID:
    case K_CLOCK:
        put(l, "%d", (int) v);
        break;
    case K_UINT:
        put(l, "%u", (unsigned) v);
        break;
    case K_LONG:
    case K_OFF:
        put(l, "%lld", (long long) v);
        break;
    case K_SIZE:
        put(l, "%llu", (unsigned long long) v);
        break;
    case K_MODE:
        put(l, "%#o", (unsigned) v);
        break;
    case K_FLAGS:
        put_flags(l, arg->x, v);
        break;
    case K_PATH:
    case K_PATH_NF:
    case K_STR:
        put_string(l, t, v);
        break;
    case K_INBUF:
        if (SYS_COUNT_SIZE(arg->x) == 1) {
            put_buffer(l, t, v, t->args[SYS_COUNT_INDEX(arg->x)]);
            break;
        }
        put(l, "0x%llx", (unsigned long long) v);
        break;
    case K_OUTBUF:
        if (done && ret >= 0 && SYS_COUNT_SIZE(arg->x) == 1 && !SYS_COUNT_WHOLE(arg->x)) {
            put_buffer(l, t, v, MIN((uint64_t) ret, t->args[SYS_COUNT_INDEX(arg->x)]));
            break;
        }
        /* fall through */
    default:
        if (v)
            put(l, "0x%llx", (unsigned long long) v);
        else
            put(l, arg->kind == K_HEX || arg->kind == K_ATFLAGS ? "0" : "NULL");
        break;
    }
}

static void put_call(struct line *l, struct thread *t, const struct sys_row *row, int64_t ret, bool done)
{
    unsigned n = row->flags & S_DENIED ? 6 : row->nargs;

    put(l, "%d %s(", t->tid, row->name);
    for (unsigned i = 0; i < n; i++) {
        put(l, i ? ", " : "");
        if (row->flags & S_DENIED)
            put(l, "0x%llx", (unsigned long long) t->args[i]);
        else
            put_arg(l, t, row, i, ret, done);
    }
    put(l, ")");
}

static void put_result(struct line *l, const struct sys_row *row, int64_t ret)
{
    static const struct {
        int code;
        const char *text;
    } restarts[] = {
        {ERESTARTSYS, "ERESTARTSYS (To be restarted if SA_RESTART is set)"},
        {ERESTARTNOINTR, "ERESTARTNOINTR (To be restarted)"},
        {ERESTARTNOHAND, "ERESTARTNOHAND (To be restarted if no handler)"},
        {ERESTART_RESTARTBLOCK, "ERESTART_RESTARTBLOCK (Interrupted by signal)"},
    };

    for (unsigned i = 0; i < ARRAY_SIZE(restarts); i++) {
        if (ret == -restarts[i].code) {
            put(l, " = ? %s", restarts[i].text);
            return;
        }
    }
    if (ret == -ENO_RESULT) {
        put(l, " = ?");
    } else if (ret < 0 && ret > -4096 && errno_name((int) ret)) {
        put(l, " = -1 %s (%s)", errno_name((int) ret), errno_text((int) ret));
    } else if (row->nr == SYS_mmap || row->nr == SYS_brk || row->nr == SYS_mremap || row->nr == SYS_shmat) {
        put(l, " = 0x%llx", (unsigned long long) ret);
    } else {
        put(l, " = %lld", (long long) ret);
    }
}

static void emit(struct line *l)
{
    const uint64_t xfsz = 1ull << (SIGXFSZ - 1);
    const struct timespec now = {0};

    l->text[l->len++] = '\n';
    /* RLIMIT_FSIZE is the guest's: the line is lost, but the signal is not the guest's to have. */
    if (host(SYS_write, trace_out, l->text, l->len) == -EFBIG)
        host(SYS_rt_sigtimedwait, &xfsz, NULL, &now, sizeof xfsz);
}

void trace_before(struct thread *t, const struct sys_row *row)
{
    struct line l = {.len = 0};

    switch (row->nr) {
    case SYS_exit:
    case SYS_exit_group:
        put_call(&l, t, row, 0, false);
        put(&l, " = ?");
        emit(&l);
        break;
    case SYS_execve:
    case SYS_execveat:
        put_call(&l, t, row, 0, false);
        emit(&l);
        break;
    default:
        break;
    }
}

void trace_after(struct thread *t, const struct sys_row *row, int64_t ret)
{
    struct line l = {.len = 0};

    put_call(&l, t, row, ret, true);
    put_result(&l, row, ret);
    emit(&l);
}
