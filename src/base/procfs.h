/* The host's procfs, by a descriptor that is taken before any guest runs: what somebody mounts over /proc later, or over a file in it, does not
 * change what the supervisor is told, nor what it executes. Its process numbers are those of the pid namespace that the
 * first process was started in, and hold for all that came of it. */
#ifndef BASE_PROCFS_H
#define BASE_PROCFS_H

#include "base/base.h"

/* First process: take it, into the window. 0, or a negative errno: no procfs on /proc. */
int procfs_open(void);
/* After exec: it is the inherited window descriptor `fd`. */
void procfs_adopt(int fd);
int procfs_fd(void); /* AT_FDCWD before either */

/* The two path arguments of an at-call for `path`, which starts with "/proc/". */
#define PROCFS(path) procfs_fd(), procfs_path(path)
const char *procfs_path(const char *path);

/* A file of it that is the supervisor's to read, `path` as above: by no magic link, whatever is mounted upon it, and without waiting. A descriptor, born at
 * a number that the guest can see, or a negative errno. */
int procfs_file(const char *path, int flags);

/* What it calls this process, or a negative errno. */
int procfs_self(void);
/* What it calls the process or thread that is `pid` in the caller's pid namespace. -ESRCH: nobody; -EACCES: it knows nothing of that namespace; or what
 * pidfd_open(2) says, of a thread before Linux 6.9 that is in another one than procfs's. */
int procfs_number(int pid);

/* Open `path` from `dir` as openat2(2) does, and without its restrictions where the host has no openat2: for looking at what is there. A descriptor, born
 * at a number that the guest can see, or a negative errno. */
struct open_how;
int procfs_hold(int dir, const char *path, const struct open_how *how);

/* The process behind pidfd `fd`, by its number there; 0: it is gone. -EBADF: no pidfd. -EACCES: it is of a namespace that ours knows nothing of. The caller
 * holds the creation lock, or has no use for what it opens to be out of sight. */
int procfs_pidfd(int fd);
/* How many threads of it have not been reaped, a first one that has ended included; or a negative errno. Opens nothing, takes no lock. */
int procfs_threads(int pid);
/* The parent of process `pid`, or a negative errno. */
int procfs_parent(int pid);
/* The letter of its state, or 0. */
char procfs_state(int pid);
/* How it ended, as wait(2) tells it, while it is a zombie; -ECHILD: it is none. */
int procfs_end(int pid);

#endif
