/* The stat family: the host's answers, but for the links of /proc/PID/task. There is one for each thread, and some kernels keep threads of their
 * own in a process that runs a VM; programs count their threads by it before they bind themselves. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/fds.h"
#include "fs/procname.h"
#include "fs/target.h"
#include "sys/handlers.h"

/* The threads of the process whose task directory `fd` is, or a negative number: it is none. */
static int threads_of(int fd)
{
    struct proc_name name;
    struct target target;
    int *tids = NULL, n = -1;

    if (proc_name_of_fd(fd, &name) == 1 && name.pid && strcmp(name.rest, "task") == 0 &&
        target_find(name.pid, name.tid, &target) == 1)
        n = target_threads(&target, &tids, NULL);
    free(tids);
    return n;
}

static int threads_at(struct thread *t, int dirfd, uint64_t path, int flags)
{
    struct sys_path p;
    int n = -1;

    if (flags & AT_EMPTY_PATH) {
        n = threads_of(dirfd);
        if (n >= 0)
            return n;
    }
    if (sys_path(t, dirfd, path, flags & AT_SYMLINK_NOFOLLOW ? FS_NOFOLLOW : 0, &p) < 0)
        return -1;
    fds_create_lock();
    int fd =
        (int) host(SYS_openat, p.dirfd, p.host, O_PATH | O_CLOEXEC | (flags & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW : 0), 0);
    if (fd >= 0) {
        n = threads_of(fd);
        host(SYS_close, fd);
    }
    fds_create_unlock();
    sys_path_done(&p);
    return n;
}

/* What all directories of procfs have in common. */
static bool may_be_task(unsigned mode, uint64_t size, uint64_t links, unsigned dev_major)
{
    return S_ISDIR(mode) && !size && links > 2 && !dev_major;
}

/* `path` 0: of the descriptor. */
static int64_t plain(struct thread *t, uint32_t nr, const uint64_t a[6], int dirfd, uint64_t path, uint64_t buf,
                     int flags)
{
    int64_t ret = sys_pass(t, sys_row_of(nr), a);
    struct stat st;

    if (ret < 0 || copy_in(t->proc->space, &st, gva(buf), sizeof st) < 0 ||
        !may_be_task(st.st_mode, (uint64_t) st.st_size, st.st_nlink, major(st.st_dev)))
        return ret;
    int n = path ? threads_at(t, dirfd, path, flags) : threads_of(dirfd);
    if (n < 0)
        return ret;
    st.st_nlink = (nlink_t) n + 2;
    return put_user(t->proc->space, gva(buf + offsetof(struct stat, st_nlink)), &st.st_nlink);
}

int64_t sys_stat(struct thread *t, const uint64_t a[6])
{
    return plain(t, SYS_stat, a, AT_FDCWD, a[0], a[1], 0);
}

int64_t sys_lstat(struct thread *t, const uint64_t a[6])
{
    return plain(t, SYS_lstat, a, AT_FDCWD, a[0], a[1], AT_SYMLINK_NOFOLLOW);
}

int64_t sys_fstat(struct thread *t, const uint64_t a[6])
{
    return plain(t, SYS_fstat, a, (int) a[0], 0, a[1], 0);
}

int64_t sys_newfstatat(struct thread *t, const uint64_t a[6])
{
    return plain(t, SYS_newfstatat, a, (int) a[0], a[1], a[2], (int) a[3]);
}

int64_t sys_statx(struct thread *t, const uint64_t a[6])
{
    int64_t ret = sys_pass(t, sys_row_of(SYS_statx), a);
    struct statx st;

    if (ret < 0 || copy_in(t->proc->space, &st, gva(a[4]), sizeof st) < 0 ||
        !may_be_task(st.stx_mode, st.stx_size, st.stx_nlink, st.stx_dev_major))
        return ret;
    int n = a[1] ? threads_at(t, (int) a[0], a[1], (int) a[2]) : threads_of((int) a[0]);
    if (n < 0)
        return ret;
    st.stx_nlink = (uint32_t) n + 2;
    return put_user(t->proc->space, gva(a[4] + offsetof(struct statx, stx_nlink)), &st.stx_nlink);
}
