/* System calls: the table, dispatch, and what handlers use. One handler a row; a row without its own handler is served by
 * sys_pass(), which translates each argument by its kind and makes the host call (docs/internals/syscalls.md). */
#ifndef SYS_SYS_H
#define SYS_SYS_H

#include "base/base.h"
#include "base/raw.h"
#include "mem/access.h"
#include "task/signal.h"
#include "task/task.h"

/* Kind of an argument, and what its `x` means there. */
enum arg_kind {
    K_NONE,
    K_INT,
    K_UINT,
    K_LONG,
    K_SIZE,
    K_OFF,
    K_HEX,
    K_MODE,
    K_SIG,
    K_PID,
    K_CLOCK,
    K_FLAGS,   /* x: enum trace_flags, how to print it */
    K_ATFLAGS, /* AT_* flags: AT_SYMLINK_NOFOLLOW, AT_SYMLINK_FOLLOW and AT_EMPTY_PATH change how the path is resolved */
    K_FD,      /* refused with EBADF when it lies in the window */
    K_DIRFD,   /* the same; AT_FDCWD allowed; goes with the next K_PATH */
    K_PATH,    /* resolved by fs with x as FS_* flags; K_PATH_NF: a final symlink is not followed */
    K_PATH_NF,
    K_STR,  /* a string that is no path: copied, at most PATH_MAX */
    K_ADDR, /* guest address that only a handler of its own understands; printed in hex */
    K_IN,
    K_OUT,
    K_INOUT,  /* x bytes; NULL stays NULL */
    K_INBUF,  /* as many bytes as x says: SYS_COUNT */
    K_OUTBUF, /* the same; the call's result counts what it wrote, unless SYS_WHOLE */
    K_OUTLEN, /* as many bytes as the 32-bit word says that argument x points at */
    K_IOV_IN,
    K_IOV_OUT, /* struct iovec[argument x] that the call reads from / writes into */
};

/* x of K_INBUF and K_OUTBUF: the argument that counts, the size of what it counts, and whether all of it is written. */
#define SYS_COUNT(index, size) ((index) | (size) << 3)
#define SYS_WHOLE(index, size) (SYS_COUNT(index, size) | 1 << 15)
#define SYS_COUNT_INDEX(x) ((x) &7)
#define SYS_COUNT_SIZE(x) ((x) >> 3 & 0xfff)
#define SYS_COUNT_WHOLE(x) ((x) >> 15)

struct sys_arg {
    uint8_t kind;
    uint16_t x;
    const char *name;
};

/* Row flags. */
enum {
    S_BLOCK = 1,   /* may block: the host call runs in the signal window */
    S_RESTART = 2, /* -EINTR becomes a restart under SA_RESTART (ERESTARTSYS); without: always EINTR */
    S_NOHAND = 4,  /* restarted unless a handler ran (ERESTARTNOHAND) */
    S_FDLOCK =
        8,      /* makes (without blocking), closes, duplicates, maps or passes on a descriptor: holds fds_use_lock() */
    S_ANY = 16, /* may be made from any host thread, not only the guest thread's own */
    S_OPEN = 64,   /* signals may come while it is served; true of S_ANY, too */
    S_GIVES = 128, /* the result is a descriptor, made without the lock, since a path is resolved: fds_given() */
    S_DENIED = 32, /* a row that always fails, with `error` */
    S_IO = S_BLOCK | S_RESTART | S_ANY,
};

struct sys_row {
    const char *name;
    int64_t (*fn)(struct thread *t, const uint64_t a[6]); /* NULL: sys_pass */
    uint16_t nr;                                          /* x86-64 number */
    uint16_t flags;
    uint8_t nargs;
    int16_t error;    /* S_DENIED: what it fails with, positive */
    const char *note; /* S_DENIED: why */
    struct sys_arg arg[6];
};

extern const struct sys_row sys_rows[];
extern const unsigned sys_row_count;

/* Write the last calls, oldest first, to `fd`. Async-signal-safe: for the crash report. */
void sys_crash_calls(int fd);

/* The generic service of a row. Handlers that only check or adjust something first end with it. */
int64_t sys_pass(struct thread *t, const struct sys_row *row, const uint64_t a[6]);
const struct sys_row *sys_row_of(uint64_t nr);

#endif
