#include "fs/procname.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/procfs.h"
#include "base/raw.h"

bool proc_number(const char *name, size_t len, int *value)
{
    int64_t v = 0;
    if (len == 0 || len > 10)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (name[i] < '0' || name[i] > '9')
            return false;
        v = v * 10 + (name[i] - '0');
    }
    if (v > INT_MAX)
        return false;
    *value = (int) v;
    return true;
}

void proc_name_parse(const char *path, struct proc_name *out)
{
    *out = (struct proc_name){0};
    /* The first component that is a number is the process: procfs has no other above it, wherever it is mounted. */
    for (const char *c = path; c; c = strchr(c, '/')) {
        c += *c == '/';
        size_t len = strcspn(c, "/");
        if (!out->pid) {
            proc_number(c, len, &out->pid);
            continue;
        }
        const char *tid = c + 5;
        if (strncmp(c, "task/", 5) == 0 && proc_number(tid, strcspn(tid, "/"), &out->tid)) {
            c = tid + strcspn(tid, "/");
            c += *c == '/';
        }
        snprintf(out->rest, sizeof out->rest, "%s", c);
        return;
    }
    if (!out->pid)
        snprintf(out->rest, sizeof out->rest, "%s", strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
}

int proc_step_aside(int *dir, const char *name)
{
    int n;
    if (!proc_number(name, strlen(name), &n) || n != *dir)
        return 0;
    int other = (int) host(SYS_fcntl, n, F_DUPFD_CLOEXEC, 0);
    if (other < 0)
        return other;
    host(SYS_close, n);
    *dir = other;
    return 0;
}

int64_t proc_fd_link(int fd, char *buf, size_t size)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/thread-self/fd/%d", fd);
    long n = host(SYS_readlinkat, PROCFS(link), buf, size - 1);
    if (n >= 0)
        buf[n] = 0;
    return n;
}

int proc_name_of_fd(int fd, struct proc_name *out)
{
    struct statfs fs;
    long r = host(SYS_fstatfs, fd, &fs);
    if (r < 0 || fs.f_type != PROC_SUPER_MAGIC)
        return (int) MIN(r, 0);
    char path[PATH_MAX];
    int64_t n = proc_fd_link(fd, path, sizeof path);
    if (n < 0)
        return (int) n;
    proc_name_parse(path, out);
    return 1;
}

int mount_root_of(int fd, char *root, size_t size)
{
    struct statx st;
    char buf[4096];
    int r = (int) host(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &st);
    if (r || !(st.stx_mask & STATX_MNT_ID))
        return r ? r : -ENOSYS;
    const int table = (int) host(SYS_openat, PROCFS("/proc/thread-self/mountinfo"), O_RDONLY | O_CLOEXEC, 0);
    int64_t n = table;
    uint64_t number = 0; /* a line: ID PARENT MAJOR:MINOR ROOT ... */
    unsigned field = 0;
    size_t len = 0;
    bool ours = false, done = false;
    while (!done && table >= 0 && (n = host(SYS_read, table, buf, sizeof buf)) > 0) {
        for (int64_t i = 0; i < n && !done; i++) {
            if (buf[i] == '\n') {
                done = ours;
                number = field = 0;
            } else if (buf[i] == ' ') {
                ours = field ? ours : number == st.stx_mnt_id;
                field++;
            } else if (field == 0) {
                number = number * 10 + (uint64_t) (buf[i] - '0');
            } else if (ours && field == 3 && len + 1 < size) {
                root[len++] = buf[i];
            }
        }
    }
    root[len] = 0;
    if (table >= 0)
        host(SYS_close, table);
    return n < 0 ? (int) n : done;
}
