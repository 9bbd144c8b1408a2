/* Shared by the guest programs: say what was observed, in words that are the same on every run. The runner compares
 * what a program prints natively with what it prints under elfuse, so nothing here knows a right answer; CHECK is for
 * what must hold anywhere. Everything is static: one program, one source file. */
#ifndef T_H
#define T_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define T_UNUSED __attribute__((unused))
#define T_PAGE 4096
#define ARRAY_SIZE(a) (sizeof(a) / sizeof(*(a)))

/* Numbers that the C library's headers may be too old for. */
#ifndef SYS_uretprobe
#define SYS_uretprobe 335
#endif
#ifndef SYS_uprobe
#define SYS_uprobe 336
#endif
#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif
#ifndef SYS_quotactl_fd
#define SYS_quotactl_fd 443
#endif
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif
#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif
#ifndef SYS_process_mrelease
#define SYS_process_mrelease 448
#endif
#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif
#ifndef SYS_set_mempolicy_home_node
#define SYS_set_mempolicy_home_node 450
#endif
#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif
#ifndef SYS_map_shadow_stack
#define SYS_map_shadow_stack 453
#endif
#ifndef SYS_futex_wake
#define SYS_futex_wake 454
#define SYS_futex_wait 455
#define SYS_futex_requeue 456
#endif
#ifndef SYS_statmount
#define SYS_statmount 457
#define SYS_listmount 458
#endif
#ifndef SYS_lsm_get_self_attr
#define SYS_lsm_get_self_attr 459
#define SYS_lsm_set_self_attr 460
#define SYS_lsm_list_modules 461
#endif
#ifndef SYS_mseal
#define SYS_mseal 462
#endif
#ifndef SYS_setxattrat
#define SYS_setxattrat 463
#define SYS_getxattrat 464
#define SYS_listxattrat 465
#define SYS_removexattrat 466
#endif
#ifndef SYS_open_tree_attr
#define SYS_open_tree_attr 467
#endif
#ifndef SYS_file_getattr
#define SYS_file_getattr 468
#define SYS_file_setattr 469
#endif

/* raw(openat, AT_FDCWD, "x", O_RDONLY): the system call itself, whatever the C library wraps it in; -1 and errno. Every
 * argument is widened to a register, so that no upper half is left to chance. */
T_UNUSED static long t_raw(long nr, long a, long b, long c, long d, long e, long f)
{
    return syscall(nr, a, b, c, d, e, f);
}

#define T_PICK(_0, _1, _2, _3, _4, _5, _6, n, ...) n
#define T_L(a) ((long) (a))
#define T_RAW0(nr) t_raw(nr, 0, 0, 0, 0, 0, 0)
#define T_RAW1(nr, a) t_raw(nr, T_L(a), 0, 0, 0, 0, 0)
#define T_RAW2(nr, a, b) t_raw(nr, T_L(a), T_L(b), 0, 0, 0, 0)
#define T_RAW3(nr, a, b, c) t_raw(nr, T_L(a), T_L(b), T_L(c), 0, 0, 0)
#define T_RAW4(nr, a, b, c, d) t_raw(nr, T_L(a), T_L(b), T_L(c), T_L(d), 0, 0)
#define T_RAW5(nr, a, b, c, d, e) t_raw(nr, T_L(a), T_L(b), T_L(c), T_L(d), T_L(e), 0)
#define T_RAW6(nr, a, b, c, d, e, f) t_raw(nr, T_L(a), T_L(b), T_L(c), T_L(d), T_L(e), T_L(f))
#define T_CALL(...) T_PICK(__VA_ARGS__, T_RAW6, T_RAW5, T_RAW4, T_RAW3, T_RAW2, T_RAW1, T_RAW0)(__VA_ARGS__)
#define raw(name, ...) T_CALL(SYS_##name __VA_OPT__(, ) __VA_ARGS__)

/* Addresses that nothing is ever mapped at: in the zero page, past the user half, not canonical. */
#define BAD_PTR ((void *) 16)
#define BAD_KERNEL ((void *) 0xffff888000001000ul)
#define BAD_HOLE ((void *) 0x0000900000000000ul)

static int t_failures T_UNUSED;

/* An invariant. A failure is part of the output and of the exit status of t_end(). */
#define CHECK(cond) t_check(!!(cond), __LINE__, #cond)
T_UNUSED static bool t_check(bool ok, int line, const char *what)
{
    if (!ok) {
        printf("FAIL line %d: %s (errno %d)\n", line, what, errno);
        t_failures++;
    }
    return ok;
}

/* The last line of main(): return t_end(); */
T_UNUSED static int t_end(void)
{
    printf(t_failures ? "FAIL %d checks\n" : "done\n", t_failures);
    return t_failures ? 1 : 0;
}

/* What the rest of the program cannot do without. */
#define MUST(cond)                                                                                                     \
    do {                                                                                                               \
        if (!(cond)) {                                                                                                 \
            printf("FAIL line %d: must: %s (errno %d)\n", __LINE__, #cond, errno);                                     \
            exit(99);                                                                                                  \
        }                                                                                                              \
    } while (0)

/* clang-format off */
#define T_ERRNOS(X)                                                                                                    \
    X(EPERM) X(ENOENT) X(ESRCH) X(EINTR) X(EIO) X(ENXIO) X(E2BIG) X(ENOEXEC) X(EBADF) X(ECHILD) X(EAGAIN) X(ENOMEM)    \
    X(EACCES) X(EFAULT) X(ENOTBLK) X(EBUSY) X(EEXIST) X(EXDEV) X(ENODEV) X(ENOTDIR) X(EISDIR) X(EINVAL) X(ENFILE)      \
    X(EMFILE) X(ENOTTY) X(ETXTBSY) X(EFBIG) X(ENOSPC) X(ESPIPE) X(EROFS) X(EMLINK) X(EPIPE) X(EDOM) X(ERANGE)          \
    X(EDEADLK) X(ENAMETOOLONG) X(ENOLCK) X(ENOSYS) X(ENOTEMPTY) X(ELOOP) X(ENOMSG) X(EIDRM) X(ENODATA) X(ETIME)        \
    X(EPROTO) X(EBADMSG) X(EOVERFLOW) X(EILSEQ) X(EUSERS) X(ENOTSOCK) X(EDESTADDRREQ) X(EMSGSIZE) X(EPROTOTYPE)        \
    X(ENOPROTOOPT) X(EPROTONOSUPPORT) X(ESOCKTNOSUPPORT) X(EOPNOTSUPP) X(EPFNOSUPPORT) X(EAFNOSUPPORT) X(EADDRINUSE)   \
    X(EADDRNOTAVAIL) X(ENETDOWN) X(ENETUNREACH) X(ENETRESET) X(ECONNABORTED) X(ECONNRESET) X(ENOBUFS) X(EISCONN)       \
    X(ENOTCONN) X(ESHUTDOWN) X(ETIMEDOUT) X(ECONNREFUSED) X(EHOSTDOWN) X(EHOSTUNREACH) X(EALREADY) X(EINPROGRESS)      \
    X(ESTALE) X(EREMOTEIO) X(EDQUOT) X(ENOMEDIUM) X(EMEDIUMTYPE) X(ECANCELED) X(ENOKEY) X(EKEYEXPIRED) X(EKEYREVOKED)  \
    X(EKEYREJECTED) X(EOWNERDEAD) X(ENOTRECOVERABLE) X(ERFKILL) X(EHWPOISON) X(ENOTNAM) X(EUCLEAN) X(ENOSR) X(ENOSTR)  \
    X(ELIBBAD) X(ELIBACC) X(ECHRNG) X(EUNATCH) X(EBADFD)
/* clang-format on */

T_UNUSED static const char *errname(int e)
{
    static __thread char other[24];
#define T_X(n)                                                                                                         \
    if (e == n)                                                                                                        \
        return #n;
    T_ERRNOS(T_X)
#undef T_X
    snprintf(other, sizeof(other), "E%d", e);
    return other;
}

T_UNUSED static const char *signame(int s)
{
    static const char *const names[] = {
        "0",         "SIGHUP",  "SIGINT",    "SIGQUIT", "SIGILL",   "SIGTRAP", "SIGABRT", "SIGBUS",
        "SIGFPE",    "SIGKILL", "SIGUSR1",   "SIGSEGV", "SIGUSR2",  "SIGPIPE", "SIGALRM", "SIGTERM",
        "SIGSTKFLT", "SIGCHLD", "SIGCONT",   "SIGSTOP", "SIGTSTP",  "SIGTTIN", "SIGTTOU", "SIGURG",
        "SIGXCPU",   "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO",   "SIGPWR",  "SIGSYS",
    };
    static __thread char other[24];
    if (s >= 0 && s < (int) ARRAY_SIZE(names))
        return names[s];
    snprintf(other, sizeof(other), "SIG%d", s);
    return other;
}

/* "name: 3", or "name: EBADF" when ret is -1. Returns ret. */
T_UNUSED static long show(const char *name, long ret)
{
    if (ret == -1)
        printf("%s: %s\n", name, errname(errno));
    else
        printf("%s: %ld\n", name, ret);
    return ret;
}

/* "name: ok" for any other result than -1: for what differs from run to run. */
T_UNUSED static long show_ok(const char *name, long ret)
{
    printf("%s: %s\n", name, ret == -1 ? errname(errno) : "ok");
    return ret;
}

/* How a child ended, from the status word of wait. */
T_UNUSED static void show_status(const char *name, int status)
{
    if (WIFEXITED(status))
        printf("%s: exit %d\n", name, WEXITSTATUS(status));
    else if (WIFSIGNALED(status))
        printf("%s: killed by %s\n", name, signame(WTERMSIG(status)));
    else if (WIFSTOPPED(status))
        printf("%s: stopped by %s\n", name, signame(WSTOPSIG(status)));
    else if (WIFCONTINUED(status))
        printf("%s: continued\n", name);
    else
        printf("%s: status 0x%x\n", name, status);
}

T_UNUSED static void show_wait(const char *name, pid_t pid)
{
    int status = 0;
    pid_t r;
    do
        r = waitpid(pid, &status, 0);
    while (r < 0 && errno == EINTR);
    if (r < 0)
        printf("%s: %s\n", name, errname(errno));
    else
        show_status(name, status);
}

/* How often to do something: `usual` times, or `full` where the runner was told to take its time (--long). */
T_UNUSED static int how_often(int usual, int full)
{
    return getenv("GUEST_LONG") ? full : usual;
}

/* A line at a time, so that fork never duplicates a buffered line and children's lines stay whole. */
__attribute__((constructor)) static void t_start(void)
{
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
}

static char t_dir[PATH_MAX] T_UNUSED;
static pid_t t_dir_owner T_UNUSED;

T_UNUSED static int t_remove(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void) st;
    (void) kind;
    (void) ftw;
    return remove(path);
}

T_UNUSED static void t_scratch_clean(void)
{
    if (getpid() == t_dir_owner && chdir("/") == 0)
        nftw(t_dir, t_remove, 16, FTW_DEPTH | FTW_PHYS);
}

/* Enter a fresh empty directory that goes away when the calling process exits (not when a signal ends it: the runner
 * removes what that leaves). Returns its path. */
T_UNUSED static const char *scratch(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(t_dir, sizeof(t_dir), "%s/guest.XXXXXX", base && *base ? base : "/tmp");
    MUST(mkdtemp(t_dir));
    MUST(chdir(t_dir) == 0);
    t_dir_owner = getpid();
    atexit(t_scratch_clean);
    return t_dir;
}

/* A file with this text, mode 0644 whatever the umask. */
T_UNUSED static void put_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    size_t n = strlen(text);
    MUST(fd >= 0);
    MUST(write(fd, text, n) == (ssize_t) n);
    MUST(fchmod(fd, 0644) == 0);
    close(fd);
}

/* A whole (small) file into buf, zero-terminated. Returns its length or -1. */
T_UNUSED static ssize_t get_file(const char *path, char *buf, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t n = 0;
    ssize_t r;
    if (fd < 0)
        return -1;
    while (n < size - 1 && (r = read(fd, buf + n, size - 1 - n)) > 0)
        n += (size_t) r;
    buf[n] = 0;
    close(fd);
    return (ssize_t) n;
}

/* `size` writable bytes (at most a page) that end exactly where an inaccessible page begins. */
T_UNUSED static void *at_edge(size_t size)
{
    char *p = mmap(NULL, 2 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED);
    MUST(mprotect(p + T_PAGE, T_PAGE, PROT_NONE) == 0);
    return p + T_PAGE - size;
}

/* Nanoseconds of a clock, through the system call. */
T_UNUSED static int64_t now_ns(int clock)
{
    long ts[2] = {0, 0};
    raw(clock_gettime, clock, ts);
    return ts[0] * 1000000000ll + ts[1];
}

/* A copy of a program, to be executed by another name. */
T_UNUSED static void copy_program(const char *from, const char *to)
{
    char buf[65536];
    ssize_t n;
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    MUST(in >= 0 && out >= 0);
    while ((n = read(in, buf, sizeof buf)) > 0)
        MUST(write(out, buf, (size_t) n) == n);
    close(in);
    close(out);
}

#endif
