#include "base/nspid.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fds.h"
#include "base/lines.h"
#include "base/procfs.h"
#include "base/raw.h"

/* Of line NSpid in `procfs`: how many there are, field `depth`, and the last one. 0: it is gone, or has none there. */
struct fields {
    int count, at, last;
};

static struct fields read_fields(int procfs, int number, int depth)
{
    const struct open_how how = {.flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC,
                                 .resolve = RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS};
    char path[32] = "self/status";
    struct fields f = {0, 0, 0};
    if (number)
        snprintf(path, sizeof path, "%d/status", number);
    fds_create_lock();
    struct lines l = {.fd = procfs_hold(procfs, path, &how)};
    for (char *line; l.fd >= 0 && !f.count && (line = lines_next(&l));)
        if (strncmp(line, "NSpid:", 6) == 0)
            for (char *s = strchr(line, '\t'); s; s = strchr(s + 1, '\t')) {
                f.last = atoi(s + 1);
                if (++f.count == depth)
                    f.at = f.last;
            }
    lines_close(&l);
    fds_create_unlock();
    return f;
}

int nspid_depth(void)
{
    return read_fields(procfs_fd(), 0, 0).count;
}

int nspid_at(int number, int depth)
{
    return read_fields(procfs_fd(), number, depth).at;
}

int nspid_here(int procfs, int number, int *own)
{
    const struct fields f = read_fields(procfs, number, read_fields(procfs, 0, 0).count);
    *own = f.last;
    return f.at;
}

int nspid_own(int number)
{
    return read_fields(procfs_fd(), number, 0).last;
}
