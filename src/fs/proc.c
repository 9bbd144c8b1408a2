#include "fs/proc.h"

void fs_proc_init(struct process *p, int exe_fd)
{
    (void) p, (void) exe_fd;
}

int64_t fs_proc_filter(struct thread *t, int fd, const struct fs_at *at, uint64_t flags)
{
    (void) t, (void) at, (void) flags;
    return fd;
}

int64_t fs_proc_readlink(struct thread *t, const struct fs_at *at, char *buf, size_t size)
{
    (void) t, (void) at, (void) buf, (void) size;
    return 0;
}

bool fs_proc_lists_fds(int fd)
{
    (void) fd;
    return false;
}

int64_t fs_proc_getdents(struct thread *t, long nr, int fd, void *buf, size_t size, int64_t n)
{
    (void) t, (void) nr, (void) fd, (void) buf, (void) size;
    return n;
}

bool fs_special(int fd)
{
    (void) fd;
    return false;
}

int64_t fs_special_read(struct thread *t, int fd, const struct iovec *iov, int n, int64_t off)
{
    (void) t, (void) fd, (void) iov, (void) n, (void) off;
    return 0;
}

int64_t fs_special_write(struct thread *t, int fd, const struct iovec *iov, int n, int64_t off)
{
    (void) t, (void) fd, (void) iov, (void) n, (void) off;
    return 0;
}
