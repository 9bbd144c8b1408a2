/* covers: stat fstat lstat newfstatat statx */
#include "t.h"
#include <sys/sysmacros.h>

struct sx { /* struct statx, as every library knows it differently */
    uint32_t mask, blksize;
    uint64_t attributes;
    uint32_t nlink, uid, gid;
    uint16_t mode, pad;
    uint64_t ino, size, blocks, attributes_mask;
    int64_t times[8];
    uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
    uint64_t spare[14];
};

static void compare(const char *what, const struct stat *a, const struct stat *b)
{
    CHECK(a->st_ino == b->st_ino && a->st_dev == b->st_dev);
    CHECK(a->st_size == b->st_size && a->st_nlink == b->st_nlink && a->st_mode == b->st_mode);
    CHECK(a->st_mtim.tv_nsec == b->st_mtim.tv_nsec && a->st_mtim.tv_sec == b->st_mtim.tv_sec);
    printf("%s: mode %o size %ld links %ld uid %u gid %u\n", what, a->st_mode, (long) a->st_size, (long) a->st_nlink,
           a->st_uid, a->st_gid);
}

int main(void)
{
    struct stat a, b;
    struct sx x = {0};
    int fd, dir;

    scratch();
    put_file("file", "twelve bytes");
    MUST(symlink("file", "link") == 0);
    fd = open("file", O_RDONLY);
    dir = open(".", O_RDONLY | O_DIRECTORY);
    MUST(fd >= 0 && dir >= 0);

    MUST(raw(stat, "file", &a) == 0);
    MUST(raw(fstat, fd, &b) == 0);
    compare("fstat", &a, &b);
    MUST(raw(stat, "link", &b) == 0);
    compare("through link", &a, &b);
    MUST(raw(newfstatat, dir, "file", &b, 0) == 0);
    compare("newfstatat", &a, &b);
    MUST(raw(newfstatat, fd, "", &b, AT_EMPTY_PATH) == 0);
    compare("empty path", &a, &b);
    MUST(raw(lstat, "link", &a) == 0);
    MUST(raw(newfstatat, dir, "link", &b, AT_SYMLINK_NOFOLLOW) == 0);
    printf("link: type %o size %ld\n", a.st_mode & S_IFMT, (long) a.st_size);
    CHECK(a.st_ino == b.st_ino && S_ISLNK(b.st_mode));

    MUST(raw(stat, "file", &a) == 0);
    MUST(raw(statx, dir, "link", 0, 0x7ff, &x) == 0);
    CHECK(x.ino == a.st_ino && x.size == 12 && x.mode == a.st_mode && x.uid == a.st_uid);
    CHECK(major(a.st_dev) == x.dev_major && minor(a.st_dev) == x.dev_minor);
    printf("statx basic bits %x\n", x.mask & 0x7ff);
    MUST(raw(statx, AT_FDCWD, "/dev/null", 0, 0x7ff, &x) == 0);
    printf("null device %u:%u mode %o\n", x.rdev_major, x.rdev_minor, x.mode);
    show("statx reserved mask", raw(statx, dir, "file", 0, 1u << 31, &x));
    show("statx bad flags", raw(statx, dir, "file", 0x40000000, 0x7ff, &x));
    show("statx sync both", raw(statx, dir, "file", 0x6000, 0x7ff, &x));
    show("statx EFAULT", raw(statx, dir, "file", 0, 0x7ff, BAD_PTR));

    show("absent", raw(stat, "absent", &a));
    show("empty", raw(stat, "", &a));
    show("empty without flag", raw(newfstatat, fd, "", &a, 0));
    show("below file", raw(stat, "file/x", &a));
    show("slash after link to file", raw(lstat, "link/", &a));
    show("null path with a flag", raw(newfstatat, fd, 0, &a, AT_EMPTY_PATH));
    show("null path without", raw(newfstatat, fd, 0, &a, 0));
    show("statx null path with a flag", raw(statx, fd, 0, AT_EMPTY_PATH, 0x7ff, &x));
    show("bad flag", raw(newfstatat, dir, "file", &a, 0x40000000));
    show("stat EFAULT", raw(stat, "file", BAD_PTR));
    show("stat path EFAULT", raw(stat, BAD_KERNEL, &a));
    show("fstat EFAULT", raw(fstat, fd, BAD_HOLE));
    show("fstat bad fd", raw(fstat, 99, &a));
    show("fstat at edge", raw(fstat, fd, at_edge(sizeof(a))));
    show("fstat over edge", raw(fstat, fd, (char *) at_edge(sizeof(a) - 8)));
    return t_end();
}
