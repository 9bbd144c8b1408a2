/* covers: stat open read write ioctl readv writev select getitimer setitimer nanosleep connect accept sendto recvfrom sendmsg
 * recvmsg bind getsockname getpeername socketpair setsockopt getsockopt uname semop msgsnd msgrcv fcntl truncate getdents getcwd
 * chdir rename mkdir rmdir creat link unlink symlink readlink chmod chown lchown gettimeofday getrlimit getrusage sysinfo times
 * setxattr getxattr listxattr removexattr sched_setaffinity sched_getaffinity getdents64 timer_create clock_gettime clock_getres
 * epoll_wait epoll_ctl utimes mq_open inotify_add_watch openat mkdirat newfstatat unlinkat renameat linkat symlinkat readlinkat
 * fchmodat faccessat pselect6 ppoll utimensat timerfd_settime signalfd4 preadv pwritev recvmmsg prlimit64 sendmmsg
 * name_to_handle_at sched_setattr sched_getattr renameat2 getrandom memfd_create statx openat2 faccessat2 rt_sigaction
 * rt_sigprocmask rt_sigpending rt_sigtimedwait sigaltstack mincore mprotect munmap madvise */
#include "t.h"

/* clang-format off */
#define CALLS(X)                                                                                                       \
    X(stat) X(lstat) X(open) X(read) X(write) X(ioctl) X(readv) X(writev) X(access) X(pipe) X(select) X(mincore)       \
    X(mprotect) X(munmap) X(madvise) X(msync) X(mlock) X(getitimer) X(setitimer) X(nanosleep) X(connect) X(accept)     \
    X(sendto) X(recvfrom) X(sendmsg) X(recvmsg) X(bind) X(getsockname) X(getpeername) X(socketpair) X(setsockopt)      \
    X(getsockopt) X(uname) X(semop) X(msgsnd) X(msgrcv) X(fcntl) X(truncate) X(getdents) X(getcwd) X(chdir) X(rename)  \
    X(mkdir) X(rmdir) X(creat) X(link) X(unlink) X(symlink) X(readlink) X(chmod) X(chown) X(lchown) X(gettimeofday)    \
    X(getrlimit) X(setrlimit) X(getrusage) X(sysinfo) X(times) X(statfs) X(fstatfs) X(setxattr) X(getxattr)            \
    X(listxattr) X(removexattr) X(sched_setaffinity) X(sched_getaffinity) X(getdents64) X(timer_create)                \
    X(timer_settime) X(clock_gettime) X(clock_getres) X(clock_nanosleep) X(epoll_wait) X(epoll_ctl) X(utimes) X(utime) \
    X(mknod) X(mq_open) X(mq_unlink) X(mq_timedsend) X(inotify_add_watch) X(openat) X(mkdirat) X(mknodat) X(fchownat)  \
    X(newfstatat) X(unlinkat) X(renameat) X(linkat) X(symlinkat) X(readlinkat) X(fchmodat) X(faccessat) X(pselect6)    \
    X(ppoll) X(splice) X(tee) X(vmsplice) X(utimensat) X(signalfd) X(timerfd_settime) X(timerfd_gettime)               \
    X(signalfd4) X(pipe2) X(preadv) X(pwritev) X(recvmmsg) X(prlimit64) X(name_to_handle_at) X(sendmmsg)               \
    X(sched_setattr) X(sched_getattr) X(renameat2) X(getrandom) X(memfd_create) X(copy_file_range) X(preadv2)          \
    X(pwritev2) X(statx) X(openat2) X(faccessat2) X(epoll_pwait2) X(rt_sigaction) X(rt_sigprocmask) X(rt_sigpending)   \
    X(rt_sigtimedwait) X(sigaltstack) X(getgroups) X(setgroups) X(capget) X(capset) X(sendfile) X(adjtimex)            \
    X(getresuid) X(sched_getparam) X(sched_rr_get_interval) X(mq_getsetattr) X(add_key) X(request_key) X(execve)       \
    X(execveat) X(get_mempolicy) X(set_mempolicy) X(flistxattr) X(lgetxattr)           \
    X(semtimedop) X(getcpu) X(wait4) X(waitid) X(process_vm_readv) X(close_range) X(get_robust_list) X(mremap) X(mmap)
/* clang-format on */

#undef pread64
#define X(n) {#n, SYS_##n},
static const struct {
    const char *name;
    long nr;
} calls[] = {CALLS(X)};

static void sweep(const char *what, long v)
{
    printf("-- %s\n", what);
    for (unsigned i = 0; i < ARRAY_SIZE(calls); i++)
        show_ok(calls[i].name, syscall(calls[i].nr, v, v, v, v, v, v));
}

/* The same senseless value in every argument, each sweep in a child of its own. */
int main(void)
{
    static const struct {
        const char *what;
        long v;
    } values[] = {
        {"zero page", 100},
        {"kernel half", (long) 0xffff888000001000ul},
        {"not canonical", 0x0000900000000000},
        {"last byte of user space", 0x00007fffffffffff},
        {"minus one", -1},
        {"most negative", LONG_MIN},
    };

    scratch();
    MUST(signal(SIGALRM, SIG_IGN) != SIG_ERR);
    for (unsigned i = 0; i < ARRAY_SIZE(values); i++) {
        pid_t pid = fork();
        MUST(pid >= 0);
        if (pid == 0) {
            sweep(values[i].what, values[i].v);
            _exit(0);
        }
        show_wait("child", pid);
    }
    return t_end();
}
