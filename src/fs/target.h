/* The guest process that a file in /proc tells of: this one, or another that runs the same binary, whose structures
 * are then read from outside, without its help. Used by the synthetic files, and by calls that name another process. */
#ifndef FS_TARGET_H
#define FS_TARGET_H

#include <limits.h>

#include "base/base.h"
#include "mem/peek.h"
#include "task/task.h"

struct target {
    int number;          /* what our procfs calls who has its memory: another thread where the first has ended */
    int pid;             /* the same as kill(2) would take it; 0: known by a pidfd only */
    int tid;             /* the thread that is asked for, by its own number, or 0: the process as such */
    bool self;           /* the calling process (its threads included) */
    uint64_t at;         /* address of its struct process, */
    struct process proc; /* and a copy; its pointers are addresses in that process */
    int exe_fd;          /* there: the program's file, or -1 */
    int window_base, window_count;
    int root_fd;    /* there: its root's directory, or -1: the host's */
    uint64_t shift; /* where its globals lie: ours plus this */
    uint64_t image; /* no other program that was executed has this number */
};

/* A process's memory, from its fork or exec to its end or next exec. */
struct target_life {
    uint64_t image, start;
};

void target_init(struct process *p, int exe_fd);
/* The root of this process is another one now. */
void target_rooted(void);

/* 1 and *out when /proc/`pid` of our procfs (a process or thread number; `tid` from /proc/PID/task/TID or 0) is a guest; 0 when it runs another program, so that
 * the host's answer is right; or a negative errno: -ESRCH, nobody, or without memory any more; -EACCES, a guest that the host
 * does not let us look into, or one that cannot be told. */
int target_find(int pid, int tid, struct target *out);
/* The same at once, with whatever errno: a child that has not come up yet is none. */
int target_glance(int pid, int tid, struct target *out);
/* The same of a process or thread by its number in the caller's pid namespace, as system calls take it. Whatever is mounted on /proc. -EPERM: it cannot
 * be told whether it is a guest. */
int target_of(int pid, struct target *out);
/* The same at once: -EAGAIN where it is a child that has not come up yet, for which the others wait; such a child is traced by nobody. */
int target_now(int pid, struct target *out);
/* The same of the process behind a pidfd; -EBADF: it is none. Only target_peek() works on the result. */
int target_of_pidfd(int pidfd, struct target *out);
/* The calling process: 1, 0 before target_init(), or a negative errno. */
int target_self(struct target *out);

/* 0, or a negative errno. */
int target_life(const struct target *g, struct target_life *out);

/* What our procfs calls it, or a negative errno. */
int target_number(const struct target *g);
/* Its /proc/PID/`name`, as procfs_file() opens it. */
int target_file(const struct target *g, const char *name, int flags);

/* Copy from its supervisor's memory (0 or a negative errno), and from its guest memory (bytes, short at the first
 * hole). */
int target_peek(const struct target *g, uint64_t addr, void *buf, size_t size);
size_t target_guest_read(const struct target *g, struct space_view *v, uint64_t va, void *buf, size_t size);

int target_view(const struct target *g, struct space_view *out);
/* Without its regions, and without what its chunks are bound to: never -EAGAIN, and nothing to be freed. */
int target_outline(const struct target *g, struct space_view *out);
/* What has got its memory since then: 0, or a negative errno. */
int target_view_again(const struct target *g, struct space_view *v);

/* Its guest threads: their numbers in *tids (malloc'd), how many, or a negative errno when no consistent reading was
 * had. The kernel counts workers of its own (KVM's) among the threads of the process. With `find` not NULL, *find
 * becomes a copy of the thread g->tid, and *find_at (may be NULL) where it lies. -ESRCH: they have all ended. Takes the lock of a process of our own. */
int target_threads_at(const struct target *g, int **tids, struct thread *find, uint64_t *find_at);
static inline int target_threads(const struct target *g, int **tids, struct thread *find)
{
    return target_threads_at(g, tids, find, NULL);
}

/* How many descriptors the guest has there, and the highest of them (-1: none); or a negative errno. With the creation lock held. */
int target_descriptors(const struct target *g, int *highest);
/* Slots of its table of descriptors, as the kernel would have made it for what the guest has open. Takes the creation lock. */
uint64_t target_slots(const struct target *g);

/* Processes of a program may share its memory (vfork), and only one of them is the target: make *g the next one, by its struct process. False:
 * there are no more. Begins with *next = 0. */
bool target_next_guest(struct target *g, uint64_t *next);

/* A descriptor of its program, opened with `flags`, or a negative errno; and its path as readlink shows it. */
int target_exe_open(const struct target *g, int flags);
int64_t target_exe_path(const struct target *g, char *buf, size_t size);

/* Has it the sysroot that we have, or a root inside of that? */
bool target_is_inside(const struct target *g);
/* The host's path of its root, "" when that is the host's own. 0, or a negative errno. */
int target_root_path(const struct target *g, char root[PATH_MAX]);
/* An O_PATH descriptor of its root, or a negative errno. */
int target_root_open(const struct target *g);

/* True for the file that elfuse itself is, and for the one that this process runs. */
bool target_is_elfuse(uint64_t dev, uint64_t ino);
bool target_is_program(uint64_t dev, uint64_t ino);

#endif
