/* Handlers of their own, one for each OWN row of the table: sys_<name>(t, a), `a` the six argument registers as the guest
 * left them, descriptors already checked against the window; and what several of them share. Only dispatch calls a handler. */
#ifndef SYS_HANDLERS_H
#define SYS_HANDLERS_H

#include "fs/path.h"
#include "sys/sys.h"
#include "task/clock.h"

#define HANDLER_OWN(fn) int64_t fn(struct thread *t, const uint64_t a[6]);
#define HANDLER_PASS(fn)
#define SYSCALL(nr, name, how, flags, ...) HANDLER_##how(sys_##name)
#define DENIED(nr, name, error, reason)
#include "sys/table.def"
#undef HANDLER_OWN
#undef HANDLER_PASS
#undef SYSCALL
#undef DENIED

/* PR_SET_SYSCALL_USER_DISPATCH with these, checked, into *to (prctl.c). */
int64_t sys_user_dispatch(struct user_dispatch *to, uint64_t mode, uint64_t offset, uint64_t len, uint64_t selector);

/* A host address at which every host call fails with EFAULT. */
#define BAD_PTR ((void *) -1l)

/* ---- host pointers for one call (pass.c) ---- */

/* More than any call takes or gives at once but for plain I/O: nothing larger is copied. */
#define PIN_COPY_MAX (32u << 20)

/* PIN_COPY: never in place, since how far the call goes may be more than `size`: told by something that can change before the host's kernel looks. */
/* PIN_ALIGNED: a copy lies in its sector as what it is a copy of, which counts with O_DIRECT; up to a sector of zeros is behind it. */
enum pin_dir { PIN_IN = 1, PIN_OUT = 2, PIN_INOUT = 3, PIN_COPY = 4, PIN_ALIGNED = 8 };
#define PIN_SECTOR 512

/* Guest bytes made addressable for a host call: in place when they are contiguous in host memory, else through a copy. */
struct pin {
    void *hva;    /* what to hand to the host: NULL stays NULL, a bad address stays bad */
    void *bounce; /* the mapping that the copy is in, or NULL */
    size_t map_size;
    gva_t va;
    size_t size;
    enum pin_dir dir;
};

/* Returns 0 or -ENOMEM. Every pin() that returned 0 is ended by pin_done(), which copies `out` bytes out of a bounce (of PIN_OUT
 * and PIN_INOUT) and frees it; 0 or -EFAULT. */
int pin(struct thread *t, struct pin *p, uint64_t va, size_t size, enum pin_dir dir);
int pin_done(struct thread *t, struct pin *p, size_t out);

/* ---- paths ---- */

struct sys_path {
    const char *host; /* what to hand to the host, with `dirfd` */
    int dirfd;
    struct fs_at at;
};

/* Copy the path at `va` and resolve it with FS_* `flags`. A path that cannot be read is no error here: `host` is then something that
 * makes the host call fail with EFAULT or ENAMETOOLONG in its own order of checks. Returns 0 or fs_resolve()'s errno;
 * sys_path_done() after the host call in the first case. */
int sys_path(struct thread *t, int dirfd, uint64_t va, int flags, struct sys_path *out);
/* The same, but where nothing is found `host` is something that the host does not find either, for the same reason: a call that only hands the path
 * on then says first what is wrong with its other arguments, as Linux does. */
int sys_path_or_alike(struct thread *t, int dirfd, uint64_t va, int flags, struct sys_path *out);
void sys_path_done(struct sys_path *p);

/* The object at a path, for a look at it before a host call on the same: *out names it by an O_PATH descriptor in the window, which no guest thread
 * can exchange, and as a link to follow. `flags`: O_NOFOLLOW, O_DIRECTORY; `resolve`: as for openat2(2). fs_at_done() after 0. */
int sys_hold(int dirfd, const char *path, uint64_t flags, uint64_t resolve, struct fs_at *out);

/* Copy a NUL-terminated string that is no path: malloc'd, or NULL / BAD_PTR / an overlong string (not to be freed), so that
 * the host call fails by itself. sys_str_free() knows which is which. -ENOMEM or 0. */
int sys_str(struct thread *t, uint64_t va, char **out);
void sys_str_free(char *s);

/* ---- results ---- */

/* What -EINTR of a call on `fd` becomes: a socket with a timeout is never restarted (signal(7)). */
int64_t sys_interrupted(int fd, bool receiving);

/* Whether close(2) may wait for what has not been sent: SO_LINGER (socket.c), if this process has ever set it. */
bool sys_lingers(int fd);

/* ---- waiting (poll.c, time.c) ---- */

/* For the time of a call the guest's mask is `mask`. False: a signal that the old one lets in came before, and the call is made again after it
 * (-ERESTARTNOINTR). sys_mask_end() puts the old one back unless the call was interrupted: then
 * signal delivery does, after the handler's frame has saved it. */
bool sys_mask_begin(struct thread *t, ksigset_t mask);
void sys_mask_end(struct thread *t, bool interrupted);

/* Whether a new image could run: not where it would have no worker thread of the VM (ns.c). */
bool sys_can_exec(void);

#endif
