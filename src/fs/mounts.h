/* The host's mount table as it is seen from inside a root. Pure text work, for the synthetic files. */
#ifndef FS_MOUNTS_H
#define FS_MOUNTS_H

#include "fs/text.h"

enum mounts_kind { MOUNTS_TAB, MOUNTS_INFO, MOUNTS_STATS }; /* /proc/PID/mounts, mountinfo, mountstats */

/* Add the lines of `host` (NUL-terminated) that a process whose root is host directory `root` can reach, named as it
 * names them: those inside without the prefix, `root` itself, if it is one, as "/". With a `sysroot` "/" is the mount that holds it in any case, and
 * /proc, /dev and /sys are there. */
void mounts_text(const char *host, enum mounts_kind kind, const char *root, bool sysroot, struct text *out);

#endif
