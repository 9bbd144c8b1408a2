#include "base/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include "base/fds.h"
#include "base/raw.h"

static int root = AT_FDCWD;

int procfs_open(void)
{
    struct statfs fs;
    fds_create_lock();
    int fd = (int) host(SYS_openat, AT_FDCWD, "/proc", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    int r = fd < 0 ? fd : (int) host(SYS_fstatfs, fd, &fs);
    if (r == 0 && fs.f_type != PROC_SUPER_MAGIC)
        r = -ENOENT;
    if (r && fd >= 0)
        host(SYS_close, fd);
    if (r == 0)
        r = fd = fds_adopt_fd(fd, true);
    fds_create_unlock();
    if (r < 0)
        return r;
    root = fd;
    return 0;
}

void procfs_adopt(int fd)
{
    fds_mark_used(fd);
    root = fd;
}

int procfs_fd(void)
{
    return root;
}

const char *procfs_path(const char *path)
{
    return root == AT_FDCWD ? path : path + sizeof "/proc/" - 1;
}
