/* Extended attributes whose arguments lie in a structure; all other calls of the family are generic. */
#include <errno.h>
#include <fcntl.h>

#include "sys/handlers.h"

/* struct xattr_args of linux/xattr.h (6.13). */
struct xattr_args {
    uint64_t value;
    uint32_t size;
    uint32_t flags;
};

static int64_t xattr_at(struct thread *t, long nr, const uint64_t a[6], enum pin_dir dir)
{
    int flags = (a[2] & AT_SYMLINK_NOFOLLOW ? FS_NOFOLLOW : 0) | (a[2] & AT_EMPTY_PATH ? FS_EMPTY_OK : 0);
    uint8_t raw[PAGE_SIZE] __attribute__((aligned(8)));
    struct xattr_args *args = (void *) raw;
    struct pin value;
    struct sys_path p;
    char *name;
    int64_t ret;

    if (a[5] < sizeof *args)
        return -EINVAL;
    if (a[5] > sizeof raw)
        return -E2BIG;
    if (copy_in(t->proc->space, raw, gva(a[4]), a[5]) < 0)
        return -EFAULT;
    ret = sys_path(t, (int) a[0], a[1], flags, &p);
    if (ret < 0)
        return ret;
    ret = sys_str(t, a[3], &name);
    if (ret < 0)
        goto path;
    ret = pin(t, &value, args->value, MIN(args->size, XATTR_SIZE_MAX), dir);
    if (ret < 0)
        goto name;
    args->value = (uint64_t) value.hva;
    ret = host(nr, p.dirfd, p.host, a[2], name, raw, a[5]);
    if (pin_done(t, &value, ret > 0 ? (size_t) ret : 0) < 0)
        ret = -EFAULT;
name:
    sys_str_free(name);
path:
    sys_path_done(&p);
    return ret;
}

int64_t sys_setxattrat(struct thread *t, const uint64_t a[6])
{
    return xattr_at(t, 463, a, PIN_IN);
}

int64_t sys_getxattrat(struct thread *t, const uint64_t a[6])
{
    return xattr_at(t, 464, a, PIN_OUT);
}
