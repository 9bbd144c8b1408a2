/* Structures, as strace(1) shows them. What an argument points at is told by the table: K_ADDR by its x, the other kinds by name and size. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "sys/trace_line.h"

#define ARRAY_SHOWN 32 /* elements */

/* One argument that is to be shown. */
struct shown {
    struct thread *t;
    uint64_t va;
    int64_t ret;
    const uint64_t *args;
};

static bool take(const struct shown *s, void *to, size_t size)
{
    return copy_in(s->t->proc->space, to, gva(s->va), size) == 0;
}

/* ---- numbers ---- */

static bool show_int(struct line *l, const struct shown *s)
{
    int v;
    if (!take(s, &v, sizeof v))
        return false;
    line_put(l, "[%d]", v);
    return true;
}

static bool show_off(struct line *l, const struct shown *s)
{
    int64_t v;
    if (!take(s, &v, sizeof v))
        return false;
    line_put(l, "[%lld]", (long long) v);
    return true;
}

static bool show_pair(struct line *l, const struct shown *s)
{
    int v[2];
    if (!take(s, v, sizeof v))
        return false;
    line_put(l, "[%d, %d]", v[0], v[1]);
    return true;
}

static bool show_wait(struct line *l, const struct shown *s)
{
    int v;
    if (s->ret <= 0 || !take(s, &v, sizeof v))
        return false;
    if (WIFEXITED(v)) {
        line_put(l, "[{WIFEXITED(s) && WEXITSTATUS(s) == %d}]", WEXITSTATUS(v));
    } else if (WIFSIGNALED(v)) {
        line_put(l, "[{WIFSIGNALED(s) && WTERMSIG(s) == ");
        line_signal(l, WTERMSIG(v));
        line_put(l, "%s}]", WCOREDUMP(v) ? " && WCOREDUMP(s)" : "");
    } else if (WIFSTOPPED(v)) {
        line_put(l, "[{WIFSTOPPED(s) && WSTOPSIG(s) == ");
        line_signal(l, WSTOPSIG(v));
        line_put(l, "}]");
    } else if (WIFCONTINUED(v)) {
        line_put(l, "[{WIFCONTINUED(s)}]");
    } else {
        line_put(l, "[%#x]", v);
    }
    return true;
}

/* ---- time ---- */

static bool show_times(struct line *l, const struct shown *s, unsigned n, const char *part, const char *first,
                       const char *second)
{
    int64_t v[4];
    if (!take(s, v, n * 16ul))
        return false;
    line_put(l, first ? "{" : n > 1 ? "[" : "");
    for (unsigned i = 0; i < n; i++) {
        line_put(l, "%s%s%s{tv_sec=%lld, tv_%s=%lld}", i ? ", " : "", first ? (i ? second : first) : "",
                 first ? "=" : "", (long long) v[2ul * i], part, (long long) v[2ul * i + 1]);
    }
    line_put(l, first ? "}" : n > 1 ? "]" : "");
    return true;
}

static bool show_timespec(struct line *l, const struct shown *s)
{
    return show_times(l, s, 1, "nsec", NULL, NULL);
}

static bool show_timespecs(struct line *l, const struct shown *s)
{
    return show_times(l, s, 2, "nsec", NULL, NULL);
}

static bool show_timeval(struct line *l, const struct shown *s)
{
    return show_times(l, s, 1, "usec", NULL, NULL);
}

static bool show_itimerspec(struct line *l, const struct shown *s)
{
    return show_times(l, s, 2, "nsec", "it_interval", "it_value");
}

static bool show_itimerval(struct line *l, const struct shown *s)
{
    return show_times(l, s, 2, "usec", "it_interval", "it_value");
}

/* futex(2): for some operations the argument is a number. */
static bool show_futex_time(struct line *l, const struct shown *s)
{
    int op = (int) s->args[1] & 127;
    if (op == 3 || op == 4 || op == 5 || op == 12) { /* FUTEX_REQUEUE, CMP_REQUEUE, WAKE_OP, CMP_REQUEUE_PI */
        line_put(l, "%d", (int) s->va);
        return true;
    }
    return show_timespec(l, s);
}

/* ---- files ---- */

static bool show_stat(struct line *l, const struct shown *s)
{
    struct stat st;
    if (!take(s, &st, sizeof st))
        return false;
    line_put(l, "{st_mode=");
    line_flags(l, F_IFMT, st.st_mode);
    if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
        line_put(l, ", st_rdev=makedev(%#x, %#x), ...}", major(st.st_rdev), minor(st.st_rdev));
    else
        line_put(l, ", st_size=%lld, ...}", (long long) st.st_size);
    return true;
}

static bool show_statx(struct line *l, const struct shown *s)
{
    struct statx st;
    if (!take(s, &st, sizeof st))
        return false;
    line_put(l, "{stx_mask=%#x, stx_mode=", st.stx_mask);
    line_flags(l, F_IFMT, st.stx_mode);
    line_put(l, ", stx_size=%llu, ...}", (unsigned long long) st.stx_size);
    return true;
}

static bool show_uname(struct line *l, const struct shown *s)
{
    struct utsname u;
    if (!take(s, &u, sizeof u))
        return false;
    line_put(l, "{sysname=");
    line_bytes(l, u.sysname, strnlen(u.sysname, sizeof u.sysname));
    line_put(l, ", nodename=");
    line_bytes(l, u.nodename, strnlen(u.nodename, sizeof u.nodename));
    line_put(l, ", ...}");
    return true;
}

static void limit_value(struct line *l, uint64_t v)
{
    if (v == RLIM_INFINITY)
        line_put(l, "RLIM64_INFINITY");
    else if (v > 1024 && v % 1024 == 0)
        line_put(l, "%llu*1024", (unsigned long long) v / 1024);
    else
        line_put(l, "%llu", (unsigned long long) v);
}

static bool show_rlimit(struct line *l, const struct shown *s)
{
    struct rlimit64 lim;
    if (!take(s, &lim, sizeof lim))
        return false;
    line_put(l, "{rlim_cur=");
    limit_value(l, lim.rlim_cur);
    line_put(l, ", rlim_max=");
    limit_value(l, lim.rlim_max);
    line_put(l, "}");
    return true;
}

static bool show_open_how(struct line *l, const struct shown *s)
{
    uint64_t how[3];
    if (!take(s, how, sizeof how))
        return false;
    line_put(l, "{flags=");
    line_flags(l, F_OPEN, how[0]);
    if (how[1])
        line_put(l, ", mode=%#llo", (unsigned long long) how[1]);
    line_put(l, ", resolve=%#llx}", (unsigned long long) how[2]);
    return true;
}

/* ---- programs ---- */

static bool show_argv(struct line *l, const struct shown *s)
{
    struct shown at = *s;
    uint64_t p;
    for (unsigned i = 0; i <= ARRAY_SHOWN; i++, at.va += sizeof p) {
        if (!take(&at, &p, sizeof p)) {
            if (!i)
                return false;
            line_put(l, ", ...");
            break;
        }
        if (!i)
            line_put(l, "[");
        if (!p)
            break;
        line_put(l, i ? ", " : "");
        if (i == ARRAY_SHOWN)
            line_put(l, "...");
        else
            line_string(l, s->t, p, STRING_SHOWN);
    }
    line_put(l, "]");
    return true;
}

static bool show_envp(struct line *l, const struct shown *s)
{
    struct shown at = *s;
    uint64_t p = 1;
    unsigned n = 0;
    while (n < 100000 && take(&at, &p, sizeof p) && p) {
        n++;
        at.va += sizeof p;
    }
    if (p)
        return false;
    line_put(l, "%#llx /* %u vars */", (unsigned long long) s->va, n);
    return true;
}

static bool show_clone3(struct line *l, const struct shown *s)
{
    uint64_t a[8]; /* flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls */
    if (s->args[1] < sizeof a || !take(s, a, sizeof a))
        return false;
    line_put(l, "{flags=");
    line_flags(l, F_CLONE_FLAGS, a[0]);
    line_put(l, ", exit_signal=");
    line_signal(l, (int) a[4]);
    line_put(l, ", stack=");
    line_pointer(l, a[5]);
    line_put(l, ", stack_size=%#llx, ...}", (unsigned long long) a[6]);
    return true;
}

/* ---- signals ---- */

static void set_of(struct line *l, uint64_t set)
{
    const char *sep = "";
    unsigned members = 0;
    for (uint64_t left = set; left; left &= left - 1)
        members++;
    bool most = members > 48;
    line_put(l, most ? "~[" : "[");
    set = most ? ~set : set;
    for (int sig = 1; sig <= 64; sig++) {
        if (!(set >> (sig - 1) & 1))
            continue;
        line_put(l, "%s", sep);
        size_t at = l->len;
        line_signal(l, sig);
        if (l->len > at + 3 && memcmp(l->text + at, "SIG", 3) == 0) { /* without SIG, as strace */
            memmove(l->text + at, l->text + at + 3, l->len - at - 3);
            l->len -= 3;
        }
        sep = " ";
    }
    line_put(l, "]");
}

static bool show_sigset(struct line *l, const struct shown *s)
{
    uint64_t set;
    if (!take(s, &set, sizeof set))
        return false;
    set_of(l, set);
    return true;
}

static bool show_sigaction(struct line *l, const struct shown *s)
{
    uint64_t a[4]; /* handler, flags, restorer, mask */
    if (!take(s, a, sizeof a))
        return false;
    line_put(l, "{sa_handler=");
    if (a[0] <= 1)
        line_put(l, a[0] ? "SIG_IGN" : "SIG_DFL");
    else
        line_put(l, "%#llx", (unsigned long long) a[0]);
    line_put(l, ", sa_mask=");
    set_of(l, a[3]);
    line_put(l, ", sa_flags=");
    line_flags(l, F_SA, (uint32_t) a[1]);
    if (a[1] & 0x04000000) /* SA_RESTORER */
        line_put(l, ", sa_restorer=%#llx", (unsigned long long) a[2]);
    line_put(l, "}");
    return true;
}

void line_siginfo(struct line *l, const siginfo_t *info)
{
    int sig = info->si_signo, code = info->si_code;
    line_put(l, "{si_signo=");
    line_signal(l, sig);
    line_put(l, ", si_code=");
    if (code <= 0 || code == SI_KERNEL)
        line_flags(l, F_SI, (uint32_t) code);
    else if (sig == SIGCHLD)
        line_flags(l, F_CLD, (uint32_t) code);
    else if (sig == SIGSEGV)
        line_flags(l, F_SEGV, (uint32_t) code);
    else
        line_put(l, "%d", code);
    if (code > 0 && (sig == SIGSEGV || sig == SIGBUS || sig == SIGILL || sig == SIGFPE || sig == SIGTRAP)) {
        line_put(l, ", si_addr=");
        line_pointer(l, (uint64_t) info->si_addr);
    } else if (sig == SIGCHLD && code > 0) {
        line_put(l, ", si_pid=%d, si_uid=%u, si_status=", info->si_pid, info->si_uid);
        if (code == CLD_EXITED)
            line_put(l, "%d", info->si_status);
        else
            line_signal(l, info->si_status);
    } else if (code <= 0) {
        line_put(l, ", si_pid=%d, si_uid=%u", info->si_pid, info->si_uid);
    }
    line_put(l, "}");
}

/* ---- waiting ---- */

static bool show_pollfds(struct line *l, const struct shown *s)
{
    struct pollfd p[ARRAY_SHOWN];
    unsigned n = (unsigned) s->args[1], shown = MIN(n, (unsigned) ARRAY_SHOWN);
    if (!take(s, p, shown * sizeof *p))
        return false;
    line_put(l, "[");
    for (unsigned i = 0; i < shown; i++) {
        line_put(l, "%s{fd=%d, events=", i ? ", " : "", p[i].fd);
        line_flags(l, F_POLL, (uint16_t) p[i].events);
        if (p[i].revents && s->ret > 0) {
            line_put(l, ", revents=");
            line_flags(l, F_POLL, (uint16_t) p[i].revents);
        }
        line_put(l, "}");
    }
    line_put(l, shown < n ? ", ...]" : "]");
    return true;
}

static bool show_fd_set(struct line *l, const struct shown *s)
{
    uint8_t bits[128];
    unsigned n = MIN((unsigned) s->args[0], 8 * (unsigned) sizeof bits);
    const char *sep = "";
    if ((int) s->args[0] < 0 || !take(s, bits, (size_t) (n + 63) / 64 * 8))
        return false;
    line_put(l, "[");
    for (unsigned fd = 0; fd < n; fd++)
        if (bits[fd / 8] >> (fd % 8) & 1) {
            line_put(l, "%s%u", sep, fd);
            sep = " ";
        }
    line_put(l, "]");
    return true;
}

static void epoll_event(struct line *l, const struct epoll_event *e)
{
    line_put(l, "{events=");
    line_flags(l, F_EPOLL, e->events);
    line_put(l, ", data=%#llx}", (unsigned long long) e->data.u64);
}

static bool show_epoll_event(struct line *l, const struct shown *s)
{
    struct epoll_event e;
    if (!take(s, &e, sizeof e))
        return false;
    epoll_event(l, &e);
    return true;
}

static bool show_epoll_events(struct line *l, const struct shown *s)
{
    struct epoll_event e[ARRAY_SHOWN];
    unsigned n = (unsigned) s->ret, shown = MIN(n, (unsigned) ARRAY_SHOWN);
    if (!take(s, e, shown * sizeof *e))
        return false;
    line_put(l, "[");
    for (unsigned i = 0; i < shown; i++) {
        line_put(l, i ? ", " : "");
        epoll_event(l, &e[i]);
    }
    line_put(l, shown < n ? ", ...]" : "]");
    return true;
}

static bool show_entries(struct line *l, const struct shown *s)
{
    struct shown at = *s;
    unsigned n = 0;
    uint16_t size;
    for (int64_t left = s->ret; left > 0; left -= size, at.va += size, n++) {
        struct shown length = at;
        length.va += 16; /* d_reclen, after d_ino and d_off */
        if (!take(&length, &size, sizeof size) || !size)
            return false;
    }
    line_put(l, "%#llx /* %u entries */", (unsigned long long) s->va, n);
    return true;
}

/* ---- sockets ---- */

static void sockaddr(struct line *l, const void *bytes, size_t n)
{
    const struct sockaddr_in *in = bytes;
    const struct sockaddr_in6 *in6 = bytes;
    const struct sockaddr_un *un = bytes;
    char text[INET6_ADDRSTRLEN];
    if (n < sizeof(sa_family_t)) {
        line_bytes(l, bytes, n);
        return;
    }
    line_put(l, "{sa_family=");
    line_flags(l, F_DOMAIN, in->sin_family);
    if (in->sin_family == AF_INET && n >= sizeof *in) {
        inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
        line_put(l, ", sin_port=htons(%u), sin_addr=inet_addr(\"%s\")", ntohs(in->sin_port), text);
    } else if (in->sin_family == AF_INET6 && n >= sizeof *in6) {
        inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof text);
        line_put(l, ", sin6_port=htons(%u), inet_pton(AF_INET6, \"%s\", &sin6_addr)", ntohs(in6->sin6_port), text);
    } else if (in->sin_family == AF_UNIX && n > sizeof(sa_family_t)) {
        size_t len = n - sizeof(sa_family_t);
        bool abstract = !un->sun_path[0];
        line_put(l, abstract ? ", sun_path=@" : ", sun_path=");
        line_bytes(l, un->sun_path + abstract, abstract ? len - 1 : strnlen(un->sun_path, len));
    } else if (n > sizeof(sa_family_t)) {
        line_put(l, ", sa_data=");
        line_bytes(l, (const char *) bytes + sizeof(sa_family_t), n - sizeof(sa_family_t));
    }
    line_put(l, "}");
}

static bool show_sockaddr(struct line *l, const struct shown *s, size_t size)
{
    struct sockaddr_storage a = {0};
    if (size > sizeof a || !take(s, &a, size))
        return false;
    sockaddr(l, &a, size);
    return true;
}

static void iovec(struct line *l, struct thread *t, uint64_t va, uint64_t n, int64_t filled)
{
    struct iovec iov[ARRAY_SHOWN];
    unsigned shown = (unsigned) MIN(n, (uint64_t) ARRAY_SHOWN);
    if (copy_in(t->proc->space, iov, gva(va), shown * sizeof *iov)) {
        line_pointer(l, va);
        return;
    }
    line_put(l, "[");
    for (unsigned i = 0; i < shown; i++) {
        uint64_t len = iov[i].iov_len;
        line_put(l, "%s{iov_base=", i ? ", " : "");
        if (filled < 0 || len)
            line_buffer(l, t, (uint64_t) iov[i].iov_base, filled < 0 ? len : MIN(len, (uint64_t) filled));
        else
            line_pointer(l, (uint64_t) iov[i].iov_base);
        line_put(l, ", iov_len=%llu}", (unsigned long long) len);
        if (filled >= 0)
            filled -= (int64_t) MIN(len, (uint64_t) filled);
    }
    line_put(l, shown < n ? ", ...]" : "]");
}

/* sendmsg: what it sends; recvmsg: what came. */
static bool show_msghdr(struct line *l, const struct shown *s)
{
    struct msghdr m;
    bool receives = s->t->nr == SYS_recvmsg;
    if (!take(s, &m, sizeof m))
        return false;
    line_put(l, "{msg_name=");
    struct shown name = *s;
    name.va = (uint64_t) m.msg_name;
    if (!m.msg_name || !m.msg_namelen || !show_sockaddr(l, &name, m.msg_namelen))
        line_pointer(l, (uint64_t) m.msg_name);
    line_put(l, ", msg_namelen=%u, msg_iov=", m.msg_namelen);
    iovec(l, s->t, (uint64_t) m.msg_iov, m.msg_iovlen, receives ? MAX(s->ret, (int64_t) 0) : -1);
    line_put(l, ", msg_iovlen=%zu, msg_controllen=%zu, msg_flags=", m.msg_iovlen, m.msg_controllen);
    line_flags(l, F_MSG, (uint32_t) m.msg_flags);
    line_put(l, "}");
    return true;
}

/* ---- which is which ---- */

typedef bool show_fn(struct line *l, const struct shown *s);

static const struct {
    show_fn *show;
    bool after; /* filled in by the call */
} by_type[] = {
    [T_SIGACTION] = {show_sigaction, false},
    [T_SIGACTION_OUT] = {show_sigaction, true},
    [T_SIGSET] = {show_sigset, false},
    [T_SIGSET_OUT] = {show_sigset, true},
    [T_TIMESPEC] = {show_timespec, false},
    [T_TIMESPEC_OUT] = {show_timespec, true},
    [T_TIMEVAL] = {show_timeval, false},
    [T_FUTEX_TIME] = {show_futex_time, false},
    [T_WAIT] = {show_wait, true},
    [T_RLIMIT] = {show_rlimit, false},
    [T_RLIMIT_OUT] = {show_rlimit, true},
    [T_ARGV] = {show_argv, false},
    [T_ENVP] = {show_envp, false},
    [T_POLLFDS] = {show_pollfds, false},
    [T_FD_SET] = {show_fd_set, false},
    [T_MSGHDR] = {show_msghdr, false},
    [T_MSGHDR_OUT] = {show_msghdr, true},
    [T_OPEN_HOW] = {show_open_how, false},
    [T_CLONE3] = {show_clone3, false},
};

/* Kinds that say their size themselves: by name, unless another structure of the same size has it. */
static const struct {
    const char *name;
    uint16_t size, nr; /* nr: only of this call, 0: of all */
    show_fn *show;
} by_name[] = {
    {"buf", 144, 0, show_stat},
    {"buf", 256, SYS_statx, show_statx},
    {"buf", 390, 0, show_uname},
    {"fds", 8, 0, show_pair},
    {"limit", 16, 0, show_rlimit},
    {"event", 12, 0, show_epoll_event},
    {"tv", 16, 0, show_timeval},
    {"value", 32, SYS_setitimer, show_itimerval},
    {"value", 32, SYS_getitimer, show_itimerval},
    {"old", 32, SYS_setitimer, show_itimerval},
    {"value", 32, 0, show_itimerspec},
    {"old", 32, 0, show_itimerspec},
    {"times", 32, SYS_utimensat, show_timespecs},
    {"time", 16, 0, show_timespec},
    {"res", 16, 0, show_timespec},
    {"interval", 16, 0, show_timespec},
    {"timeout", 16, 0, show_timespec},
    {"addrlen", 4, 0, show_int},
    {"len", 4, 0, show_int},
    {"ruid", 4, 0, show_int},
    {"euid", 4, 0, show_int},
    {"suid", 4, 0, show_int},
    {"rgid", 4, 0, show_int},
    {"egid", 4, 0, show_int},
    {"sgid", 4, 0, show_int},
    {"param", 4, 0, show_int},
    {"timer", 4, 0, show_int},
    {"cpu", 4, 0, show_int},
    {"node", 4, 0, show_int},
    {"offset", 8, 0, show_off},
    {"inoff", 8, 0, show_off},
    {"outoff", 8, 0, show_off},
};

static show_fn *named(const struct sys_row *row, const struct sys_arg *arg)
{
    for (unsigned i = 0; i < ARRAY_SIZE(by_name); i++)
        if (by_name[i].size == arg->x && strcmp(by_name[i].name, arg->name) == 0 &&
            (!by_name[i].nr || by_name[i].nr == row->nr))
            return by_name[i].show;
    return NULL;
}

bool line_struct(struct line *l, struct thread *t, const struct sys_row *row, unsigned i, int64_t ret, bool done)
{
    const struct sys_arg *arg = &row->arg[i];
    const struct shown s = {t, t->args[i], ret, t->args};
    bool good = done && ret >= 0;
    show_fn *show;
    uint32_t n;
    if (!s.va && !(arg->kind == K_ADDR && arg->x == T_FUTEX_TIME))
        return false;
    switch (arg->kind) {
    case K_ADDR:
        if (arg->x >= ARRAY_SIZE(by_type) || !by_type[arg->x].show || (by_type[arg->x].after && !good))
            return false;
        return by_type[arg->x].show(l, &s);
    case K_OUT:
        show = good ? named(row, arg) : NULL;
        return show && show(l, &s);
    case K_IN:
    case K_INOUT:
        show = named(row, arg);
        return show && show(l, &s);
    case K_INBUF:
        return strcmp(arg->name, "addr") == 0 && show_sockaddr(l, &s, t->args[SYS_COUNT_INDEX(arg->x)]);
    case K_OUTLEN:
        return good && strcmp(arg->name, "addr") == 0 &&
               copy_in(t->proc->space, &n, gva(t->args[arg->x]), sizeof n) == 0 && show_sockaddr(l, &s, n);
    case K_OUTBUF:
        if (good && strcmp(arg->name, "events") == 0)
            return show_epoll_events(l, &s);
        return good && (row->nr == SYS_getdents64 || row->nr == SYS_getdents) && show_entries(l, &s);
    case K_IOV_IN:
    case K_IOV_OUT:
        if (arg->kind == K_IOV_OUT && !good)
            return false;
        iovec(l, t, s.va, t->args[arg->x], arg->kind == K_IOV_OUT ? ret : -1);
        return true;
    default:
        return false;
    }
}
