/* --trace: one strace-like line a call, made from the table. Called by dispatch; start and exec open the output. */
#ifndef SYS_TRACE_H
#define SYS_TRACE_H

#include <signal.h>

#include "sys/sys.h"

/* How a value is printed (trace.c has a table for each): the x of K_FLAGS, K_INT and K_HEX. */
enum trace_flags {
    F_HEX,
    F_OPEN,
    F_NEWFD,
    F_PROT,
    F_MAP,
    F_MREMAP,
    F_CLONE,
    F_SIGHOW,
    F_FCNTL,
    F_FUTEX,
    F_PRCTL,
    F_IOCTL,
    F_SEEK,
    F_ACCESS,
    F_ADVICE,
    F_FLOCK,
    F_DOMAIN,
    F_SOCKTYPE,
    F_SHUT,
    F_LEVEL,
    F_SOCKOPT, /* by the level before it */
    F_MSG,
    F_RLIMIT,
    F_RUSAGE,
    F_WAIT,
    F_IDTYPE,
    F_EPCTL,
    F_EPOLL,
    F_POLL,
    F_MSYNC,
    F_ITIMER,
    F_TIMER,
    F_SCHED,
    F_GRND,
    F_MFD,
    F_RENAME,
    F_ARCH,
    F_AT,
    F_CLOCK,
    F_CLONE_FLAGS,
    F_SA,
    F_IFMT,
    F_SI,
    F_CLD,
    F_TCPOPT,
    F_SEGV,
};

/* What a K_ADDR argument points at: its x. _OUT: filled in by the call. */
enum trace_type {
    T_NONE,
    T_SIGACTION,
    T_SIGACTION_OUT,
    T_SIGSET,
    T_SIGSET_OUT,
    T_TIMESPEC,
    T_TIMESPEC_OUT,
    T_TIMEVAL,
    T_FUTEX_TIME,
    T_WAIT,
    T_RLIMIT,
    T_RLIMIT_OUT,
    T_ARGV,
    T_ENVP,
    T_POLLFDS,
    T_FD_SET,
    T_MSGHDR,
    T_MSGHDR_OUT,
    T_OPEN_HOW,
    T_CLONE3,
};

/* Send lines to `file` (truncated), or to a duplicate of the present stderr when NULL. The descriptor lies in the window and survives
 * exec: pass trace_fd() on and hand it to trace_adopt() there. 0 or a negative errno. */
int trace_open(const char *file);
void trace_adopt(int fd);
int trace_fd(void); /* -1: not tracing */

/* A program starts, from the command line. */
void trace_start(const char *path, char *const *argv, unsigned envc);
/* The line of the calling thread's execve, which the next image prints when it has come so far; "" when not tracing. */
void trace_exec_save(char *text, size_t size);
void trace_exec_done(const char *text);
/* For signal_watch. */
void trace_signal(struct thread *t, int sig, const siginfo_t *info);

/* Around a call: exit is printed before, every other one when its result is known. */
void trace_before(struct thread *t, const struct sys_row *row);
void trace_after(struct thread *t, const struct sys_row *row, int64_t ret);

#endif
