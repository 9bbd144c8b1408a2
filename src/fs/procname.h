/* Which file of procfs a descriptor is. Asked of the host, so no symlink, relative path or mount can deceive it: a name is believed when the file of that
 * name is the same. Used by path resolution and by the synthetic files. */
#ifndef FS_PROCNAME_H
#define FS_PROCNAME_H

#include "base/base.h"

struct proc_name {
    int pid; /* PID/..., as our procfs calls it; 0: not below a process; -1: of a process that ours knows nothing of */
    int tid; /* PID/task/TID/..., the same, or 0 */
    char rest[64];  /* what follows: "maps", "fd", "fd/5", "" for the directory itself; cut when longer */
    char whole[96]; /* all of it, by the numbers of its own procfs */
};

/* 1 and *out when `fd` lies on procfs, 0 when not, or a negative errno: -EACCES, it is a process's and cannot be told which one's; -ENOENT, the process
 * has ended. */
int proc_name_of_fd(int fd, struct proc_name *out);

/* The same of a path below the root of a procfs. */
void proc_name_parse(const char *name, struct proc_name *out);

/* True when `name` is nothing but digits that make an int: *value. */
bool proc_number(const char *name, size_t len, int *value);

/* Before `name` is looked up in directory *dir, a number of the guest's range: where these are descriptors, ours must not be among them. *dir gets
 * another number when it has the one that is named. 0 or a negative errno. */
int proc_step_aside(int *dir, const char *name);

/* readlink(2) of the calling thread's descriptor `fd`: NUL-terminated text, its length, or a negative errno. */
int64_t proc_fd_link(int fd, char *buf, size_t size);

/* What `fd` lies in, in the mount table of the calling thread: 1, and what of its file system is mounted there ("/", "/dir") in `root`, cut; 0: it has no
 * place there; or a negative errno. With the creation lock held. */
int mount_root_of(int fd, char *root, size_t size);

#endif
