/* What /proc tells a guest about itself and about other guest processes: the guest's program, memory and limits,
 * never those of the host process around it. The system-call handlers call these hooks around their host calls;
 * nothing here serves a call by itself. See docs/internals/proc.md. */
#ifndef FS_PROC_H
#define FS_PROC_H

#include <sys/resource.h>
#include <sys/uio.h>

#include "base/base.h"
#include "fs/path.h"

struct process;
struct thread;

/* What the layer above knows and /proc has to tell. Set at start; a NULL one leaves the host's answer. */
struct proc_ops {
    int (*limit)(int resource,
                 struct rlimit64 *out); /* getrlimit(2) as the guest would see it: 0 or a negative errno */
    bool (*ids)(uint32_t id[8]);        /* --user: uid, euid, suid, fsuid, and the same for gid; false without */
    /* Variables that are read in other guest processes, where they lie at the same place: the limit of descriptors, and
     * by resource the hard limits that the guest has set. */
    const struct rlimit64 *nofile;
    const uint64_t *hard;
    const bool *hard_known;
};
extern struct proc_ops proc_ops;

/* Once for each program that starts: the process it runs in, and its file, an open descriptor that must stay (in the
 * window) as long as the program runs, or -1. A forked child inherits both. */
void fs_proc_init(struct process *p, int exe_fd);

/* True when an open of `at` with `flags` would change the file of the running program: ETXTBSY, which the host does
 * not see. To be asked before the open, which may cut the file short. */
bool fs_proc_busy(const struct fs_at *at, uint64_t flags);

/* To be asked before the open where other threads could use the new number before fs_proc_filter() has had it: when
 * `at` is the memory of a guest process, true, and *fd a descriptor like the one that the filter would put there, or a
 * negative errno. `resolve`: as for openat2(2). */
bool fs_proc_memory(const struct fs_at *at, uint64_t flags, uint64_t resolve, int *fd);

/* After a successful host open with `flags`, which gave `fd`: swaps a file that would tell of the host
 * process for the guest's, in place, same number; a device that is refused (fs/device.h) is ENXIO. Returns the descriptor, or a negative errno
 * with `fd` closed.
 * Costs one fstat for every other file. */
int64_t fs_proc_filter(struct thread *t, int fd, uint64_t flags);

/* readlink(2) of `at` (resolved with FS_NOFOLLOW) where the host's answer would be wrong: exe, cwd, root, fd/N.
 * Returns the length put into `buf` (host memory, never NUL-terminated), a negative errno, or 0: not ours, ask the
 * host. */
int64_t fs_proc_readlink(struct thread *t, const struct fs_at *at, char *buf, size_t size);

/* True when `at` lies on the mount at /proc. */
bool fs_proc_holds(const struct fs_at *at);

/* True for what fs_proc_filter() put in a file's place: mmap(2) of a file in /proc is ENODEV. */
bool fs_proc_is_text(int fd);

/* True when `fd` is a directory whose listing has to go through fs_proc_getdents(), in a buffer of the supervisor:
 * fd, fdinfo, task. */
bool fs_proc_lists(int fd);

/* After host call `nr` (SYS_getdents64 or SYS_getdents) on `fd` put `n` > 0 bytes into `buf` of `size` bytes,
 * supervisor memory: drops the window's numbers, and threads of the kernel's. Reads on when nothing is left. Returns
 * the new length; 0 only at the end of the directory. */
int64_t fs_proc_getdents(struct thread *t, long nr, int fd, void *buf, size_t size, int64_t n);

/* /proc/PID/mem: descriptors that only the supervisor can serve. fs_special() is for every read, write, pread,
 * pwrite, their vector forms and lseek(SEEK_END) to ask first; it is one load when the process has no such
 * descriptor. */
bool fs_special(int fd);
/* `iov` are host addresses (mem_hva, mem_iov_user); `off` < 0 means the file position, which moves. Bytes or a
 * negative errno. */
int64_t fs_special_read(struct thread *t, int fd, const struct iovec *iov, int n, int64_t off);
int64_t fs_special_write(struct thread *t, int fd, const struct iovec *iov, int n, int64_t off);

#endif
