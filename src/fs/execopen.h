/* How exec finds the files it loads: exec_open of elf/elf.h on top of path resolution. Used by launch and execve. */
#ifndef FS_EXECOPEN_H
#define FS_EXECOPEN_H

#include "base/base.h"

/* An exec_open: `arg` is unused, a relative path starts at the working directory. The descriptor is readable,
 * O_CLOEXEC and of a regular file (EACCES for others). *abs_path, malloc'd, is what /proc/self/exe shows. */
int fs_exec_open(void *arg, const char *path, char **abs_path);

/* The file that execveat(2) names: `at_flags` AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW (a final symlink is ELOOP). For
 * program_open()'s `fd`. */
int fs_exec_openat(int dirfd, const char *path, int at_flags, char **abs_path);

/* Why `path` gives EACCES, when that is no matter of the execute permission: words for a person, or NULL. */
const char *fs_exec_denied(const char *path);

#endif
