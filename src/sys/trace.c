/* One line a call. The line is built whole and leaves in a single write, so lines of threads and processes do not mix: in a file never, in a pipe where
 * they have PIPE_BUF bytes (4096) at most. */
#include "sys/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fds.h"
#include "sys/trace_line.h"
#include "task/signal.h"

#define RESULT_COLUMN 40 /* where "= 0" stands in a short line */

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
    trace_adopt(fd);
    return 0;
}

void trace_adopt(int fd)
{
    trace_out = fd;
    signal_watch = trace_signal;
    signal_tell_deaths = true;
}

int trace_fd(void)
{
    return trace_out;
}

/* ---- the line ---- */

void line_put(struct line *l, const char *fmt, ...)
{
    size_t room = l->room - l->len;
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(l->text + l->len, room, fmt, ap);
    va_end(ap);
    if (n < 0)
        return;
    l->cut = l->cut || (size_t) n >= room;
    l->len += MIN((size_t) n, room - 1);
}

/* What follows ends the line: it has the room that was kept for it. */
static void line_end(struct line *l)
{
    l->room += LINE_END_BYTES;
    line_put(l, l->cut ? "..." : "");
}

void line_pointer(struct line *l, uint64_t va)
{
    if (va)
        line_put(l, "0x%llx", (unsigned long long) va);
    else
        line_put(l, "NULL");
}

void line_bytes(struct line *l, const void *bytes, size_t n)
{
    static const char plain[] = "\a\b\t\n\v\f\r";
    const unsigned char *s = bytes;

    line_put(l, "\"");
    for (size_t i = 0; i < n; i++) {
        const char *esc = s[i] ? strchr(plain, s[i]) : NULL;

        if (s[i] == '"' || s[i] == '\\')
            line_put(l, "\\%c", s[i]);
        else if (esc)
            line_put(l, "\\%c", "abtnvfr"[esc - plain]);
        else if (s[i] < ' ' || s[i] > '~')
            line_put(l, i + 1 < n && s[i + 1] >= '0' && s[i + 1] <= '9' ? "\\%03o" : "\\%o", s[i]);
        else
            line_put(l, "%c", s[i]);
    }
    line_put(l, "\"");
}

void line_string(struct line *l, struct thread *t, uint64_t va, size_t max)
{
    char buf[PATH_MAX + 1] = {0};
    int64_t n;

    max = MIN(max, (size_t) PATH_MAX);
    n = va ? copy_in_str(t->proc->space, buf, gva(va), max + 1) : -EFAULT;
    if (n == -ENAMETOOLONG)
        n = (int64_t) max;
    if (n < 0) {
        line_pointer(l, va);
        return;
    }
    line_bytes(l, buf, (size_t) n);
    if (n == (int64_t) max)
        line_put(l, "...");
}

void line_buffer(struct line *l, struct thread *t, uint64_t va, uint64_t size)
{
    unsigned char buf[STRING_SHOWN];

    if (!va || copy_in(t->proc->space, buf, gva(va), MIN(size, sizeof buf))) {
        line_pointer(l, va);
        return;
    }
    line_bytes(l, buf, MIN(size, sizeof buf));
    if (size > sizeof buf)
        line_put(l, "...");
}

void line_signal(struct line *l, int sig)
{
    static const char *const names[] = {
        "0",         "SIGHUP",  "SIGINT",    "SIGQUIT", "SIGILL",   "SIGTRAP", "SIGABRT", "SIGBUS",
        "SIGFPE",    "SIGKILL", "SIGUSR1",   "SIGSEGV", "SIGUSR2",  "SIGPIPE", "SIGALRM", "SIGTERM",
        "SIGSTKFLT", "SIGCHLD", "SIGCONT",   "SIGSTOP", "SIGTSTP",  "SIGTTIN", "SIGTTOU", "SIGURG",
        "SIGXCPU",   "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO",   "SIGPWR",  "SIGSYS",
    };

    if (sig >= 0 && sig < (int) ARRAY_SIZE(names))
        line_put(l, "%s", names[sig]);
    else if (sig >= 32 && sig <= 64)
        line_put(l, sig > 32 ? "SIGRT_%d" : "SIGRTMIN", sig - 32);
    else
        line_put(l, "%d", sig);
}

static void put_arg(struct line *l, struct thread *t, const struct sys_row *row, unsigned i, int64_t ret, bool done)
{
    const struct sys_arg *arg = &row->arg[i];
    uint64_t v = t->args[i];

    if (line_struct(l, t, row, i, ret, done))
        return;
    switch ((enum arg_kind) arg->kind) {
    case K_DIRFD:
        if ((int) v == AT_FDCWD)
            line_put(l, "AT_FDCWD");
        else
            line_put(l, "%d", (int) v);
        break;
    case K_INT:
    case K_FD:
    case K_PID:
        if (arg->x == F_SOCKOPT && (int) t->args[1] == 6)
            line_flags(l, F_TCPOPT, (uint32_t) v);
        else if (arg->x && arg->kind == K_INT && (arg->x != F_SOCKOPT || (int) t->args[1] == SOL_SOCKET))
            line_flags(l, arg->x, (uint32_t) v);
        else
            line_put(l, "%d", (int) v);
        break;
    case K_SIG:
        line_signal(l, (int) v);
        break;
    case K_CLOCK:
        line_flags(l, F_CLOCK, (uint32_t) v);
        break;
    case K_UINT:
        line_put(l, "%u", (unsigned) v);
        break;
    case K_LONG:
    case K_OFF:
        line_put(l, "%lld", (long long) v);
        break;
    case K_SIZE:
        line_put(l, "%llu", (unsigned long long) v);
        break;
    case K_MODE:
        line_put(l, "%#03o", (unsigned) v);
        break;
    case K_FLAGS:
        line_flags(l, arg->x, v);
        break;
    case K_ATFLAGS:
        line_flags(l, F_AT, (uint32_t) v);
        break;
    case K_PATH:
    case K_PATH_NF:
    case K_STR:
        line_string(l, t, v, PATH_MAX);
        break;
    case K_INBUF:
        if (SYS_COUNT_SIZE(arg->x) == 1)
            line_buffer(l, t, v, t->args[SYS_COUNT_INDEX(arg->x)]);
        else
            line_pointer(l, v);
        break;
    case K_OUTBUF:
        if (done && ret >= 0 && SYS_COUNT_SIZE(arg->x) == 1 && !SYS_COUNT_WHOLE(arg->x))
            line_buffer(l, t, v, MIN((uint64_t) ret, t->args[SYS_COUNT_INDEX(arg->x)]));
        else
            line_pointer(l, v);
        break;
    case K_HEX:
        if (arg->x)
            line_flags(l, arg->x, (uint32_t) v);
        else
            line_put(l, "%#llx", (unsigned long long) v);
        break;
    default:
        line_pointer(l, v);
        break;
    }
}

/* The mode of an open that makes no file is not looked at. */
static unsigned args_of(const struct thread *t, const struct sys_row *row)
{
    unsigned flags = row->nr == SYS_openat ? 2 : 1;

    if (row->flags & S_DENIED)
        return 6;
    if ((row->nr == SYS_open || row->nr == SYS_openat) && !(t->args[flags] & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))))
        return row->nargs - 1;
    return row->nargs;
}

static void put_call(struct line *l, struct thread *t, const struct sys_row *row, int64_t ret, bool done)
{
    unsigned n = args_of(t, row);

    line_put(l, "%d %s(", t->tid, row->name);
    for (unsigned i = 0; i < n; i++) {
        line_put(l, i ? ", " : "");
        if (row->flags & S_DENIED)
            line_put(l, "%#llx", (unsigned long long) t->args[i]);
        else
            put_arg(l, t, row, i, ret, done);
    }
    line_end(l);
    line_put(l, ")");
    if (l->len < RESULT_COLUMN)
        line_put(l, "%*s", (int) (RESULT_COLUMN - l->len), "");
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
            line_put(l, " = ? %s", restarts[i].text);
            return;
        }
    }
    if (ret == -ENO_RESULT) {
        line_put(l, " = ?");
    } else if (ret < 0 && ret > -4096 && errno_name((int) ret)) {
        line_put(l, " = -1 %s (%s)", errno_name((int) ret), errno_text((int) ret));
    } else if (row->nr == SYS_mmap || row->nr == SYS_brk || row->nr == SYS_mremap || row->nr == SYS_shmat) {
        line_put(l, " = 0x%llx", (unsigned long long) ret);
    } else {
        line_put(l, " = %lld", (long long) ret);
    }
}

static const uint64_t lost = 1ull << (SIGXFSZ - 1) | 1ull << (SIGPIPE - 1);

/* What is lost is lost (past RLIMIT_FSIZE, which is the guest's; nobody reads), but the signal that says so is not the guest's to have. All signals are
 * blocked here; one that waits already stays. */
static void emit(struct line *l)
{
    const struct timespec now = {0};
    uint64_t before = 0, fresh;
    long r;

    l->text[l->len++] = '\n';
    host(SYS_rt_sigpending, &before, sizeof before);
    fresh = lost & ~before;
    r = host(SYS_write, trace_out, l->text, l->len);
    if (r == -EFBIG || r == -EPIPE)
        host(SYS_rt_sigtimedwait, &fresh, NULL, &now, sizeof fresh);
}

void trace_before(struct thread *t, const struct sys_row *row)
{
    struct line l = {.room = LINE_ROOM};

    if (row->nr != SYS_exit && row->nr != SYS_exit_group)
        return;
    put_call(&l, t, row, 0, false);
    line_put(&l, " = ?\n%d +++ exited with %d +++", t->tid, (int) t->args[0] & 0xff);
    emit(&l);
}

void trace_after(struct thread *t, const struct sys_row *row, int64_t ret)
{
    struct line l = {.room = LINE_ROOM};

    put_call(&l, t, row, ret, true);
    put_result(&l, row, ret);
    emit(&l);
}

void trace_start(const char *path, char *const *argv, unsigned envc)
{
    struct line l = {.room = LINE_ROOM};
    uint64_t before;

    line_put(&l, "%ld execve(", host(SYS_getpid));
    line_bytes(&l, path, strlen(path));
    for (unsigned i = 0; argv[i]; i++) {
        size_t n = strlen(argv[i]);

        line_put(&l, i ? ", " : ", [");
        line_bytes(&l, argv[i], MIN(n, (size_t) STRING_SHOWN));
        line_put(&l, n > STRING_SHOWN ? "..." : "");
    }
    line_end(&l);
    line_put(&l, "], /* %u vars */) = 0", envc);
    host(SYS_rt_sigprocmask, SIG_BLOCK, &lost, &before, sizeof lost); /* no guest yet */
    emit(&l);
    host(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);
}

void trace_exec_save(char *text, size_t size)
{
    struct line l = {.room = MIN(size - 1 - LINE_END_BYTES, (size_t) LINE_ROOM)};
    const struct sys_row *row = current ? sys_row_of((uint32_t) current->nr) : NULL;

    *text = '\0';
    if (trace_out < 0 || !row)
        return;
    put_call(&l, current, row, 0, false);
    snprintf(text, size, "%.*s", (int) l.len, l.text);
}

void trace_exec_done(const char *text)
{
    struct line l = {.room = LINE_ROOM};

    if (trace_out < 0 || !*text)
        return;
    line_put(&l, "%s = 0", text);
    emit(&l);
}

void trace_signal(struct thread *t, int sig, const siginfo_t *info)
{
    struct line l = {.room = LINE_ROOM};

    line_put(&l, "%d %s ", t ? t->tid : (int) host(SYS_gettid), info ? "---" : "+++ killed by");
    line_signal(&l, sig);
    if (info) {
        line_put(&l, " ");
        line_siginfo(&l, info);
    }
    line_put(&l, info ? " ---" : " +++");
    emit(&l);
}
