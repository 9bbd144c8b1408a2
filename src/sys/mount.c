/* fsconfig: the only call of the mount family whose value depends on its command; the others are generic. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>

#include "base/fds.h"
#include "sys/handlers.h"

#define BINARY_MAX (1u << 20)

static int64_t config_path(struct thread *t, const uint64_t a[6], const char *key)
{
    int flags = (uint32_t) a[1] == FSCONFIG_SET_PATH_EMPTY ? FS_EMPTY_OK : 0;
    struct sys_path p;
    int64_t ret;

    if (fds_reserved((int) a[4]))
        return -EBADF;
    ret = sys_path(t, (int) a[4], a[3], flags, &p);
    if (ret < 0)
        return ret;
    ret = host(SYS_fsconfig, (int) a[0], (int) a[1], key, p.host, p.dirfd);
    sys_path_done(&p);
    return ret;
}

int64_t sys_fsconfig(struct thread *t, const uint64_t a[6])
{
    char *key, *value = NULL;
    struct pin p;
    int64_t ret = sys_str(t, a[2], &key);

    if (ret < 0)
        return ret;
    switch ((uint32_t) a[1]) {
    case FSCONFIG_SET_STRING:
        ret = sys_str(t, a[3], &value);
        if (ret >= 0)
            ret = host(SYS_fsconfig, (int) a[0], (int) a[1], key, value, (int) a[4]);
        sys_str_free(value);
        break;
    case FSCONFIG_SET_BINARY:
        ret = pin(t, &p, a[3], (int) a[4] > 0 ? MIN((uint32_t) a[4], BINARY_MAX) : 0, PIN_IN);
        if (ret >= 0) {
            ret = host(SYS_fsconfig, (int) a[0], (int) a[1], key, p.hva, (int) a[4]);
            pin_done(t, &p, 0);
        }
        break;
    case FSCONFIG_SET_PATH:
    case FSCONFIG_SET_PATH_EMPTY:
        ret = config_path(t, a, key);
        break;
    case FSCONFIG_SET_FD:
        ret = fds_reserved((int) a[4])
                  ? -EBADF
                  : host(SYS_fsconfig, (int) a[0], (int) a[1], key, a[3] ? BAD_PTR : NULL, (int) a[4]);
        break;
    default:
        /* Those without a value, which must be NULL. */
        ret = host(SYS_fsconfig, (int) a[0], (int) a[1], key, a[3] ? BAD_PTR : NULL, (int) a[4]);
        break;
    }
    sys_str_free(key);
    return ret;
}
