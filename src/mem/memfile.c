#include "mem/memfile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "base/fault.h"
#include "base/fds.h"
#include "base/fsize.h"
#include "base/raw.h"
#include "mem/region.h"

#define PIECE (64ul << 10)

/* Without O_TMPFILE: in a directory that nobody else can enter, both names gone at once. */
static int create_named(int dir)
{
    char name[48];
    uint64_t random[2];
    if (getrandom(random, sizeof random, 0) != sizeof random)
        return -EIO;
    snprintf(name, sizeof name, ".elfuse-%016lx%016lx", random[0], random[1]);
    int fd = (int) host(SYS_mkdirat, dir, name, 0700);
    if (fd)
        return fd;
    int inner = (int) host(SYS_openat, dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
    fd = inner < 0 ? inner
                   : (int) host(SYS_openat, inner, "m", O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0)
        host(SYS_unlinkat, inner, "m", 0);
    if (inner >= 0)
        host(SYS_close, inner);
    host(SYS_unlinkat, dir, name, AT_REMOVEDIR);
    return fd;
}

int memfile_create(int dir, uint64_t size)
{
    struct rlimit64 limit;
    if (!fsize_lift(size, &limit))
        return -EFBIG;
    fds_create_lock();
    int fd = fault(FAULT_FORK_UNNAMED);
    if (fd == 0)
        fd = (int) host(SYS_openat, dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd == -EOPNOTSUPP || fd == -EISDIR || fd == -ENOENT)
        fd = create_named(dir);
    int r = fd < 0 ? fd : (int) host(SYS_ftruncate, fd, size);
    if (fd >= 0 && r)
        host(SYS_close, fd);
    if (r == 0)
        r = fds_adopt_fd(fd, false);
    fds_create_unlock();
    fsize_restore(size, &limit);
    return r;
}

int memfile_clone(int from, int to, uint64_t size)
{
    struct rlimit64 limit;
    int r = fault(FAULT_FORK_CLONE);
    if (r)
        return r;
    if (!fsize_lift(size, &limit))
        return -EFBIG;
    r = (int) host(SYS_ioctl, to, FICLONE, from);
    fsize_restore(size, &limit);
    return r;
}

int memfile_probe(int dir)
{
    int a = memfile_create(dir, PAGE_SIZE);
    int b = a < 0 ? a : memfile_create(dir, PAGE_SIZE);
    int r = b < 0 ? b : (int) host(SYS_ioctl, b, FICLONE, a);
    fds_close(a);
    fds_close(b);
    return r;
}

int memfile_punch(struct space *sp, const uint8_t *hva, uint64_t size)
{
    return (int) host(SYS_fallocate, sp->memfile, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, hva - sp->slab.base,
                      size);
}

int memfile_copy(struct space *sp, const uint8_t *from, uint8_t *to, uint64_t size)
{
    uint64_t at = (uint64_t) (from - sp->slab.base), end = at + size, shift = (uint64_t) (to - sp->slab.base) - at;
    autofree char *buf = malloc(PIECE);
    struct rlimit64 limit;
    if (!buf || !fsize_lift(end + shift, &limit))
        return -ENOMEM;
    long r = 0;
    while (r >= 0 && at < end) {
        long data = host(SYS_lseek, sp->memfile, at, SEEK_DATA);
        if (data == -ENXIO || data >= (long) end)
            break;
        at = data < 0 ? at : page_down((uint64_t) data);
        r = host(SYS_pread64, sp->memfile, buf, MIN(PIECE, end - at), at);
        if (r > 0)
            r = host(SYS_pwrite64, sp->memfile, buf, r, at + shift);
        if (r > 0)
            at += (uint64_t) r;
        else if (r == 0)
            r = -EIO;
    }
    fsize_restore(end + shift, &limit);
    return r < 0 ? (int) r : 0;
}

long memfile_map(struct space *sp, uint8_t *hva, uint64_t size, int prot, int map_flags)
{
    return host(SYS_mmap, hva, size, prot, MAP_FIXED | MAP_SHARED | MAP_NORESERVE | map_flags, sp->memfile,
                hva - sp->slab.base);
}
