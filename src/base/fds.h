/* The descriptor window: a fixed range of numbers that holds every descriptor of the supervisor. Guests get EBADF for
 * any number in it; it is hidden from /proc/self/fd and skipped by close_range (docs/internals/descriptors.md). */
#ifndef BASE_FDS_H
#define BASE_FDS_H

#include <sys/resource.h>

#include "base/lock.h"

#define FDS_WINDOW 1088 /* 1,024 vCPUs and what a process needs besides */
#define FDS_SPARE                                                                                                      \
    64 /* numbers between the soft limit and the window: programs raise their limit a little for themselves */

/* A descriptor table, and a process that uses one. Processes that share memory have tables of their own, or one table (CLONE_FILES); those that share
 * one without sharing memory have it in a page of its own. Limits are always a process's own. */
#define FDS_USERS 16
#define FDS_PRIVATE 0x80 /* and 1 + the one user whose it is, also among processes of one memory: fds_set_private() */

struct fds_table {
    struct lock writer; /* users; used[] is set under it. Good at any moment: whoever holds it may die */
    struct {
        int pid;          /* 0: nobody; -1: a process of this memory */
        uint32_t readers; /* its threads in fds_use_lock(): a futex */
        uint32_t answer;  /* of one that is being born: a futex, 1 + its errno */
    } user[FDS_USERS];
    uint32_t id; /* which one it is, also after a fork */
    bool apart;  /* users have memories of their own */
    bool
        above; /* whether the guest uses numbers above the window: each free place of it then holds a copy of `filler`, */
    uint8_t founder;          /* apart: the user whose descriptors the others rely on */
    int filler;               /* so that the host, which hands out the lowest free number, cannot choose one */
    uint8_t used[FDS_WINDOW]; /* 0, or 1 + the user whose it is (of one memory: the first), or FDS_PRIVATE */
};

struct fds_user {
    struct fds_table *table;
    uint8_t slot, owner;
    struct rlimit64 limit; /* the guest's RLIMIT_NOFILE; under the lock of the table */
    struct fds_table own;
    struct fds_table at_fork; /* what `table`, apart, held then: the parent goes on before the child looks */
};

/* Choose the window from RLIMIT_NOFILE (first process), or take over the one that exec passed on. */
int fds_init(void);
void fds_adopt(int base, int count, const struct rlimit64 *guest_limit);
struct fds_user *fds_self(void);
uint32_t fds_table_id(void);
int fds_base(void);
int fds_count(void);

static inline bool fds_contains(int base, int count, int fd)
{
    return fd >= base && fd < base + count;
}
/* True when a guest must not name `fd`. */
bool fds_reserved(int fd);

/* Move `fd` into the window (O_CLOEXEC unless `inherit`); closes the original. Returns the number there, or -EMFILE. */
int fds_adopt_fd(int fd, bool inherit);
/* The same for what is this process's alone: fds_set_private(). */
int fds_adopt_private(int fd, bool inherit);
/* A copy of the guest's `fd`, there and nowhere else: closing one drops the record locks on its file. */
int fds_copy(int fd);
/* Close a window descriptor and free its place. */
void fds_close(int fd);
/* Is `fd` this process's alone, or of its memory, as at first? What is its own no child with a table of its own keeps (fds_drop_others()), and it is
 * closed when this process ends in a table that others go on with. With the descriptors' lock held. */
void fds_set_private(int fd, bool alone);
/* A new process with a table of its own closes its copies of what is another's or its parent's alone; the rest is its own, as the first user's. */
void fds_drop_others(void);

/* A supervisor descriptor is born at a guest-visible number and then moved. Hold fds_create_lock() from birth to move (it nests); guest calls
 * that make, close, duplicate, map or pass on a descriptor hold the shared side around their host call (table flag FDLOCK). The host's limit is
 * raised meanwhile, so a call that makes a descriptor and may block asks fds_given() of what it got: `fd`, or -EMFILE, closed, when that is
 * beyond the guest's own limit. */
int fds_given(int fd);
void fds_create_lock(void);
void fds_create_unlock(void);
void fds_use_lock(void);
void fds_use_unlock(void);

/* RLIMIT_NOFILE as the guest sees it; the host's soft limit is kept below the window. Either pointer may be NULL. Errors as
 * prlimit(2): -EINVAL, -EPERM. */
int fds_set_limit(const struct rlimit64 *new_limit, struct rlimit64 *old);

/* Numbers above the window become usable when they are first needed. fds_open_up() is true when they were not and now are; fds_is_above()
 * tells that `fd` is below the guest's limit and not below the window. exec carries fds_opened_up(). */
bool fds_open_up(void);
bool fds_opened_up(void);
bool fds_is_above(int fd);
/* Before a call that makes up to `n` descriptors and does not say when it finds no numbers for them: those above the window become usable when one
 * of the last `n` below it is taken, for the host hands out the lowest. */
#define FDS_EXPECTED 256
void fds_expect(int n);

/* The guest's limit itself: /proc reads it in other processes, which run the same binary. */
const struct rlimit64 *fds_limit(void);

/* A child that shares memory. Its parent makes `u` before, with fds_clone_lock(); whichever host thread runs as a process says
 * so, and when the child is gone from this memory, dead or by exec, the parent takes `u` back. */
int fds_child_prepare(struct fds_user *u, bool share_table); /* 0 or -EAGAIN */
void fds_act_for(struct fds_user *u);
void fds_child_gone(struct fds_user *u, int pid);

/* The parent holds the lock around the host's clone: what `u` says is what the child gets. The host's limit is not raised, so that the
 * number of a pidfd is one that the guest may have. The child lets go of it as soon as it runs, and says so before (*let_go), for it may be killed at any
 * instruction; who sleeps for the child does it else. */
void fds_clone_lock(void);
void fds_clone_unlock(struct fds_user *parent, int pid, bool *let_go); /* the child: `pid` is its parent */
void fds_clone_done(bool let_go, int pid);

/* A fork holds the lock from fds_fork_prepare() to fds_fork_parent(). `place`: of the child in the parent's table, or -1: it has one of its own. */
void fds_fork_prepare(void);
void fds_fork_parent(void);
void fds_fork_child(int place);

/* fork with CLONE_FILES: between fds_fork_prepare() and the fork. The child's place in the table or -EAGAIN. The child says how it went (0 or a negative errno), and the parent
 * waits for that: -EAGAIN when process `pid` died before (or is none). */
int fds_fork_share(void);
void fds_fork_answer(int status);
int fds_fork_wait(int place, int pid);

/* exec: `fd` came along from the previous program image. */
void fds_mark_used(int fd);
/* What else came along in the window is nobody's: of another thread's exec, by way of vfork, or of another process in the same table. */
void fds_close_unmarked(void);

#endif
