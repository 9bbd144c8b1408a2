/* The stat family: the host's answers, but for two figures of a process that procfs gives its directories. /proc/PID/task has a link for each
 * thread, and some kernels keep threads of their own in a process that runs a VM; the size of /proc/PID/fd is how many descriptors there are
 * (Linux 6.2), the supervisor's among them. Programs count by either. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/fds.h"
#include "fs/procname.h"
#include "fs/target.h"
#include "sys/handlers.h"

/* Negative: the host's is right. */
struct figures {
    int64_t links, size;
};

/* What all directories of procfs have in common, and one of these two. */
static bool may_differ(unsigned mode, uint64_t size, uint64_t links, unsigned dev_major)
{
    return S_ISDIR(mode) && !dev_major && (size ? links == 2 && (mode & 07777) == 0500 : links > 2);
}

static bool name_at(struct thread *t, int dirfd, uint64_t path, int flags, struct proc_name *name)
{
    struct sys_path p;
    struct fs_at at;
    bool found = false;

    if (!path)
        return proc_name_of_fd(dirfd, name) == 1;
    if (sys_path(t, dirfd, path, flags & AT_SYMLINK_NOFOLLOW ? FS_NOFOLLOW : 0, &p) < 0)
        return false;
    if (sys_hold(p.dirfd, p.host, flags & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW : 0, 0, &at) == 0) {
        found = proc_name_of_fd(at.owned, name) == 1;
        fs_at_done(&at);
    }
    sys_path_done(&p);
    return found;
}

/* `path` 0: of the descriptor. */
static struct figures figures_of(struct thread *t, int dirfd, uint64_t path, int flags)
{
    struct figures f = {-1, -1};
    struct proc_name name;
    struct target target;
    int *tids = NULL, n;
    char first;

    if (path && flags & AT_EMPTY_PATH && copy_in(t->proc->space, &first, gva(path), 1) == 0 && !first)
        path = 0;
    if (!name_at(t, dirfd, path, flags, &name) || !name.pid)
        return f;
    fds_create_lock();
    if (target_find(name.pid, name.tid, &target) != 1) {
        /* the host's */
    } else if (strcmp(name.rest, "task") == 0) {
        n = target_threads(&target, &tids, NULL);
        f.links = n < 0 ? n : n + 2;
    } else if (strcmp(name.rest, "fd") == 0) {
        f.size = target_descriptors(&target, &n);
    }
    fds_create_unlock();
    free(tids);
    return f;
}

static int64_t plain(struct thread *t, uint32_t nr, const uint64_t a[6], int dirfd, uint64_t path, uint64_t buf,
                     int flags)
{
    int64_t ret = sys_pass(t, sys_row_of(nr), a);
    struct stat st;

    if (ret < 0 || copy_in(t->proc->space, &st, gva(buf), sizeof st) < 0 ||
        !may_differ(st.st_mode, (uint64_t) st.st_size, st.st_nlink, major(st.st_dev)))
        return ret;
    struct figures f = figures_of(t, dirfd, path, flags);
    if (f.links >= 0)
        st.st_nlink = (nlink_t) f.links;
    if (f.size >= 0)
        st.st_size = f.size;
    return f.links < 0 && f.size < 0 ? ret : copy_out(t->proc->space, gva(buf), &st, sizeof st);
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
        !may_differ(st.stx_mode, st.stx_size, st.stx_nlink, st.stx_dev_major))
        return ret;
    struct figures f = figures_of(t, (int) a[0], a[1], (int) a[2]);
    if (f.links >= 0)
        st.stx_nlink = (uint32_t) f.links;
    if (f.size >= 0)
        st.stx_size = (uint64_t) f.size;
    return f.links < 0 && f.size < 0 ? ret : copy_out(t->proc->space, gva(a[4]), &st, sizeof st);
}
