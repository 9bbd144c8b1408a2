/* System calls: the table, dispatch, and what handlers use. One handler a row; a row without its own handler is served by
 * sys_pass(), which translates each argument by its kind and makes the host call (docs/internals/syscalls.md). */
#ifndef SYS_SYS_H
#define SYS_SYS_H

#include "base/base.h"
#include "base/raw.h"
#include "mem/access.h"
#include "task/task.h"

/* Kind of an argument. `x` is a size in bytes (K_IN, K_OUT, K_INOUT) or the index of the argument that counts
 * (bytes for *BUF, elements for K_IOV_*). */
enum arg_kind {
    K_NONE,
    K_INT, K_UINT, K_LONG, K_SIZE, K_OFF, K_HEX, K_MODE, K_SIG, K_PID, K_CLOCK, K_FLAGS,
    K_FD,    /* refused with EBADF when it lies in the window */
    K_DIRFD, /* the same; AT_FDCWD allowed; goes with the next K_PATH */
    K_PATH,  /* resolved by fs; K_PATH_NF: a final symlink is not followed */
    K_PATH_NF,
    K_STR,   /* a string that is no path: copied, at most PATH_MAX */
    K_ADDR,  /* guest address that only a handler of its own understands; printed in hex */
    K_IN, K_OUT, K_INOUT,   /* x bytes; NULL stays NULL */
    K_INBUF, K_OUTBUF,      /* as many bytes as argument x says */
    K_IOV_IN, K_IOV_OUT,    /* struct iovec[argument x] that the call reads from / writes into */
};

struct sys_arg {
    uint8_t kind;
    uint16_t x;
    const char *name;
};

/* Row flags. */
enum {
    S_BLOCK = 1,    /* may block: the host call runs in the signal window */
    S_RESTART = 2,  /* -EINTR becomes a restart under SA_RESTART (ERESTARTSYS); without: always EINTR */
    S_NOHAND = 4,   /* restarted unless a handler ran (ERESTARTNOHAND) */
    S_FDLOCK = 8,   /* closes, duplicates, maps or passes on a descriptor: holds fds_use_lock() */
    S_ANY = 16,     /* may be made from any host thread, not only the guest thread's own */
    S_DENIED = 32,  /* a row that always fails, with errno in `x` of argument 0's place: see table.def */
};

struct sys_row {
    const char *name;
    int64_t (*fn)(struct thread *t, const uint64_t a[6]); /* NULL: sys_pass */
    uint16_t nr;      /* x86-64 number */
    uint16_t flags;
    uint8_t nargs;
    int16_t error;    /* S_DENIED: what it fails with */
    struct sys_arg arg[6];
};

extern const struct sys_row sys_rows[];
extern const unsigned sys_row_count;

/* Serve the call in t->nr, t->args; the result goes to rax. */
void sys_dispatch(struct thread *t);

/* The generic service of a row. Handlers that only check or adjust something first end with it. */
int64_t sys_pass(struct thread *t, const struct sys_row *row, const uint64_t a[6]);
const struct sys_row *sys_row_of(uint64_t nr);

/* Host call that may block: lets the guest's unblocked signals in; -EINTR when one was taken. `mask` replaces the guest's mask for the
 * time of the call (ppoll and friends): set t->saved_mask/restore_mask before. */
long sys_block(struct thread *t, long nr, ...);

/* Internal results, never seen by the guest: dispatch and signal delivery turn them into EINTR or a restart. */
#define ERESTARTSYS 512
#define ERESTARTNOINTR 513
#define ERESTARTNOHAND 514
#define ERESTART_RESTARTBLOCK 516
#define ENO_RESULT 600 /* registers are already what the guest shall see (rt_sigreturn, execve) */

#endif
