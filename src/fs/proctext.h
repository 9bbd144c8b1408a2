/* The text of each file in /proc/PID that has to tell of the guest. Called by proc.c with fds_create_lock() held,
 * since they open files of the host on the way. */
#ifndef FS_PROCTEXT_H
#define FS_PROCTEXT_H

#include "fs/target.h"
#include "fs/text.h"

/* Put the guest's text into `out`. `fd`: the host's file, open, whose text some keep in part. 0, PROC_TEXT_HOST: the
 * host's is right, or the errno that opening the file gives to the guest. */
#define PROC_TEXT_HOST 1
typedef int proc_text(const struct target *g, int fd, struct text *out);

struct proc_file {
    const char *name;
    proc_text *text; /* NULL: opening fails with `error` */
    int error;
    bool open_to_all; /* anyone may read it of any process: when the host lets us look no further, its own text stays */
};

/* The row for /proc/PID/`rest`, or NULL: the host's file is right. */
const struct proc_file *proc_file_find(const char *rest);

#endif
