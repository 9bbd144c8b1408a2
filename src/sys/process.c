/* System calls about processes and threads. */
#include <asm/prctl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/fds.h"
#include "fs/execopen.h"
#include "fs/target.h"
#include "sys/handlers.h"
#include "sys/tracee.h"
#include "task/birth.h"
#include "task/exec.h"
#include "task/process.h"
#include "task/signal.h"

int64_t sys_exit(struct thread *t, const uint64_t a[6])
{
    tracee_leave_all(t->proc, t->tid);
    thread_exit(t, (int) (a[0] & 0xff));
}

int64_t sys_exit_group(struct thread *t, const uint64_t a[6])
{
    tracee_leave_all(t->proc, 0);
    process_exit(t, (int) (a[0] & 0xff));
}

int64_t sys_set_tid_address(struct thread *t, const uint64_t a[6])
{
    t->clear_child_tid = gva(a[0]);
    return t->tid;
}

int64_t sys_set_robust_list(struct thread *t, const uint64_t a[6])
{
    if (a[1] != 24)
        return -EINVAL;
    __atomic_store_n(&t->robust_list.v, a[0], __ATOMIC_RELAXED);
    thread_tell_robust_list(t);
    return 0;
}

/* The address that a thread of another process has registered, in its own memory. */
static int64_t robust_list_of(int pid, uint64_t *head)
{
    struct target g;
    struct thread other = {0};
    autofree int *tids = NULL;
    uint64_t at = 0, size;
    int r = target_of(pid, &g);
    if (r == 0)
        return host(SYS_get_robust_list, pid, head, &size);
    if (r < 0)
        return r == -ESRCH ? r : -EPERM;
    g.tid = pid;
    r = target_threads_at(&g, &tids, &other, &at);
    if (r < 0 || !at)
        return r == -EPERM || r == -EACCES ? -EPERM : -ESRCH;
    *head = other.robust_list.v;
    return 0;
}

int64_t sys_get_robust_list(struct thread *t, const uint64_t a[6])
{
    int pid = (int) a[0];
    uint64_t size = 24, head = 0;
    int64_t ret = -ESRCH;
    pthread_mutex_lock(&t->proc->lock);
    struct thread *o;
    LIST_FOREACH (o, &t->proc->threads, link) {
        if (pid == 0 ? o == t : thread_id(o) == pid) {
            head = __atomic_load_n(&o->robust_list.v, __ATOMIC_RELAXED);
            ret = 0;
        }
    }
    pthread_mutex_unlock(&t->proc->lock);
    if (ret)
        ret = robust_list_of(pid, &head);
    if (ret)
        return ret;
    if (put_user(t->proc->space, gva(a[2]), &size) || put_user(t->proc->space, gva(a[1]), &head))
        return -EFAULT;
    return 0;
}

enum { XTILE_DATA = 18 }; /* XFEATURE_XTILE_DATA */

static int is_vdso(const struct region_info *r, void *arg)
{
    (void) arg;
    return r->name == REGION_VDSO || r->name == REGION_VVAR;
}

int64_t sys_arch_prctl(struct thread *t, const uint64_t a[6])
{
    uint64_t fs = 0, gs;
    int64_t ret;
    switch (a[0]) {
    case ARCH_SET_FS:
    case ARCH_SET_GS:
        if (a[1] >= SPACE_TOP)
            return -EPERM;
        vcpu_set_bases(t->vcpu, a[0] == ARCH_SET_FS ? a[1] : BASE_KEEP, a[0] == ARCH_SET_GS ? a[1] : BASE_KEEP);
        return 0;
    case ARCH_GET_FS:
    case ARCH_GET_GS:
        vcpu_get_bases(t->vcpu, &fs, &gs);
        return put_user(t->proc->space, gva(a[1]), a[0] == ARCH_GET_FS ? &fs : &gs) ? -EFAULT : 0;
    case ARCH_GET_CPUID:
        return 1;
    case ARCH_SET_CPUID:
        return a[1] ? host(SYS_arch_prctl, ARCH_SET_CPUID, 1) : -ENODEV;
    case 0x1021: /* ARCH_GET_XCOMP_SUPP */
    case 0x1022: /* ARCH_GET_XCOMP_PERM */
    case 0x1024: /* ARCH_GET_XCOMP_GUEST_PERM */
        ret = host(SYS_arch_prctl, a[0], &fs);
        fs &= machine_traits(thread_machine(t)).xfeatures;
        return ret < 0 ? ret : put_user(t->proc->space, gva(a[1]), &fs) ? -EFAULT : 0;
    case 0x1023: /* ARCH_REQ_XCOMP_PERM */
    case 0x1025: /* ARCH_REQ_XCOMP_GUEST_PERM: the host says no, and does not get to see what it might give */
        return host(SYS_arch_prctl, a[0], a[1] == XTILE_DATA ? 0 : a[1]);
    case ARCH_MAP_VDSO_32:
    case ARCH_MAP_VDSO_64:
        return space_walk(t->proc->space, gva(0), gva(SPACE_TOP), is_vdso, NULL) ? -EEXIST : -EINVAL;
    }
    return -EINVAL;
}

/* ---- waiting ---- */

static int64_t interrupted(int64_t r)
{
    return r == -EINTR ? -ERESTARTSYS : r;
}

/* Did the host tell of a process that is none for the guest? One of the supervisor's own, or one that has failed to become the guest's. */
static bool is_hidden(struct process *p, const struct tracee_wait *w, long nr, const uint64_t a[5], int64_t r)
{
    int pid = nr == SYS_wait4 ? (int) r : r == 0 ? ((const siginfo_t *) a[2])->si_pid : 0;
    if (pid > 0 && birth_failed(pid, w->options & WNOWAIT))
        return true;
    if (pid > 0 && process_memory_shared() && lock_owner_dead(pid)) /* who slept for it may be late */
        signal_repair_actions(p->sighand, pid);
    if (pid <= 0 || __atomic_load_n(&p->tracer.looker, __ATOMIC_ACQUIRE) != pid)
        return false;
    if (!(w->options & WNOWAIT))
        process_aside_met(&p->tracer.looker);
    return true;
}

/* EINVAL, whatever there is to tell. */
static bool is_invalid(long nr, int options)
{
    const int both = WNOHANG | WCONTINUED | __WNOTHREAD | (int) __WCLONE | __WALL;
    const int kinds = WEXITED | WSTOPPED | WCONTINUED;
    return nr == SYS_wait4 ? options & ~(both | WUNTRACED) : !(options & kinds) || options & ~(both | kinds | WNOWAIT);
}

/* One of the two host calls, `a` as it takes them: first what tracees have to tell, then the host, blocking only where nothing of the former can be
 * missed: a notice ends the wait. 1: *news is the answer. */
static int64_t wait_for(struct thread *t, const struct tracee_wait *w, long nr, const uint64_t a[5],
                        struct tracee_news *news)
{
    if (is_invalid(nr, (int) a[nr == SYS_wait4 ? 2 : 3]))
        return -EINVAL;
    for (;;) {
        tracee_wait_begin(t);
        int64_t r = tracee_news(t, w, news);
        if (r <= 0) {
            bool tracees = r == 0;
            news->tid = 0;
            do
                r = sys_block(t, nr, a[0], a[1], a[2], a[3], a[4], 0);
            while (is_hidden(t->proc, w, nr, a, r));
            if (tracees && r == -ECHILD) /* nobody that the host would tell of */
                r = w->options & WNOHANG ? 0 : sys_block(t, SYS_pause, 0, 0, 0, 0, 0, 0);
        }
        if ((r == -EINTR || r == -ERESTARTNOINTR) && tracee_news(t, w, news) > 0)
            r = 1; /* a signal that came with the news does not hide them */
        tracee_wait_end(t);
        if (!tracee_only_noticed(t, r))
            return r;
    }
}

static struct tracee_wait wait4_wanted(const uint64_t a[6])
{
    int pid = (int) a[0];
    return (struct tracee_wait){.type = pid == -1 ? P_ALL
                                        : pid > 0 ? P_PID
                                                  : P_PGID,
                                .id = pid > 0 ? pid : (int) -(unsigned) pid,
                                .options = (int) a[2] | WEXITED};
}

int64_t sys_wait4(struct thread *t, const uint64_t a[6])
{
    int status = 0;
    struct rusage ru = {0};
    struct tracee_wait w = wait4_wanted(a);
    struct tracee_news news;
    const uint64_t h[5] = {(uint64_t) (int) a[0], a[1] ? (uint64_t) &status : 0, a[2], a[3] ? (uint64_t) &ru : 0};
    int64_t r = wait_for(t, &w, SYS_wait4, h, &news);
    if (r > 0 && news.tid) {
        r = news.tid;
        status = news.stopped ? news.status << 8 | 0x7f : news.status;
        ru = news.usage;
    }
    if (r > 0) {
        /* The child is reaped by now: Linux too loses it when the address is bad. */
        if (a[1] && put_user(t->proc->space, gva(a[1]), &status))
            return -EFAULT;
        if (a[3] && put_user(t->proc->space, gva(a[3]), &ru))
            return -EFAULT;
    }
    return interrupted(r);
}

static void waitid_news(const struct tracee_news *n, siginfo_t *info)
{
    int sig = n->status & 0x7f;
    info->si_signo = SIGCHLD;
    info->si_pid = n->tid;
    info->si_uid = n->uid;
    info->si_code = n->stopped ? CLD_TRAPPED : !sig ? CLD_EXITED : n->status & 0x80 ? CLD_DUMPED : CLD_KILLED;
    info->si_status = n->stopped ? n->status : sig ? sig : n->status >> 8;
}

int64_t sys_waitid(struct thread *t, const uint64_t a[6])
{
    siginfo_t info;
    struct rusage ru = {0};
    memset(&info, 0, sizeof info);
    const bool reserved = (int) a[0] == P_PIDFD && fds_reserved((int) a[1]);
    const uint64_t id = reserved ? INT_MAX : a[1]; /* nobody's: EBADF, after what else is wrong */
    struct tracee_wait w = {.type = (int) a[0], .id = (int) id, .options = (int) a[3]};
    struct tracee_news news;
    const uint64_t h[5] = {a[0], id, (uint64_t) &info, a[3], a[4] ? (uint64_t) &ru : 0};
    long r = wait_for(t, &w, SYS_waitid, h, &news);
    if (r > 0) {
        waitid_news(&news, &info);
        ru = news.usage;
        r = 0;
    }
    if (r >= 0 && info.si_pid && a[4] && put_user(t->proc->space, gva(a[4]), &ru))
        return -EFAULT;
    /* The kernel writes these six words, zeros when there is nothing to tell, whatever its result is, and leaves the rest of the guest's
     * structure alone. */
    const int32_t head[] = {info.si_signo, 0, info.si_code},
                  tail[] = {info.si_pid, (int32_t) info.si_uid, info.si_status};
    if (a[2] && (copy_out(t->proc->space, gva(a[2]), head, sizeof head) ||
                 copy_out(t->proc->space, gva(a[2] + 16), tail, sizeof tail)))
        return -EFAULT;
    return r < 0 ? interrupted(r) : r;
}

/* ---- exec ---- */

#define ARG_STRING_MAX (32 * PAGE_SIZE)
#define ARG_TOTAL_MAX (16ull << 20) /* well above what program_open() will allow: only bounds the work */

static void free_strings(char **v)
{
    for (char **s = v; v && *s; s++)
        free(*s);
    free(v);
}

/* Copy a NULL-terminated vector of strings; NULL itself counts as empty. */
static int copy_strings(struct thread *t, uint64_t va, char ***out, uint64_t *total)
{
    struct space *sp = t->proc->space;
    size_t n = 0, room = 64;
    char **v = calloc(room, sizeof *v);
    autofree char *buf = malloc(ARG_STRING_MAX);
    int r = v && buf ? 0 : -ENOMEM;
    while (r == 0 && va) {
        uint64_t p;
        r = get_user(sp, &p, gva(va + n * 8));
        if (r || !p)
            break;
        int64_t len = copy_in_str(sp, buf, gva(p), ARG_STRING_MAX);
        if (len < 0) {
            r = len == -ENAMETOOLONG ? -E2BIG : (int) len;
            break;
        }
        *total += (uint64_t) len + 1 + 8;
        if (*total > ARG_TOTAL_MAX) {
            r = -E2BIG;
            break;
        }
        if (n + 1 == room) {
            char **more = realloc(v, room * 2 * sizeof *v);
            if (!more) {
                r = -ENOMEM;
                break;
            }
            v = more;
            memset(v + room, 0, room * sizeof *v);
            room *= 2;
        }
        v[n] = malloc((size_t) len + 1);
        if (!v[n]) {
            r = -ENOMEM;
            break;
        }
        memcpy(v[n++], buf, (size_t) len + 1);
    }
    if (r) {
        free_strings(v);
        return r;
    }
    *out = v;
    return 0;
}

#define EXECVE_CHECK 0x10000 /* Linux 6.14: only say whether the file may be executed */

/* -EINVAL: the host's kernel does not know how. */
static int64_t host_exec_check(int fd)
{
    char *argv[] = {"", NULL};
    return host(SYS_execveat, fd, argv[0], argv, argv + 1, AT_EMPTY_PATH | EXECVE_CHECK);
}

static int64_t exec_at(struct thread *t, int dirfd, uint64_t upath, uint64_t uargv, uint64_t uenvp, int flags)
{
    struct program p = PROGRAM_INIT;
    char path[PATH_MAX], execfn[PATH_MAX + 32];
    uint64_t total = 0;
    int64_t r = copy_in_str(t->proc->space, path, gva(upath), sizeof path);
    if (r < 0)
        return r;
    if (!*path && !(flags & AT_EMPTY_PATH))
        return -ENOENT;
    if (flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | EXECVE_CHECK) ||
        (flags & EXECVE_CHECK && host_exec_check(-1) == -EINVAL))
        return -EINVAL;
    /* The file is looked up before the vectors are read. */
    fds_create_lock(); /* needs no room in the guest's table */
    int fd = fs_exec_openat(dirfd, path, flags, &p.exec_path);
    if (fd >= 0)
        fd = fds_adopt_private(fd, true);
    fds_create_unlock();
    if (fd < 0)
        return fd;
    /* As the kernel names it: /dev/fd/N, with the path behind when there is one. */
    if (!*path)
        snprintf(execfn, sizeof execfn, "/dev/fd/%d", dirfd);
    else if (*path == '/' || dirfd == AT_FDCWD)
        snprintf(execfn, sizeof execfn, "%s", path);
    else
        snprintf(execfn, sizeof execfn, "/dev/fd/%d/%s", dirfd, path);
    p.execfn = strdup(execfn);
    p.comm_of_file = !*path;
    p.path_inaccessible = *path != '/' && dirfd >= 0 && (host(SYS_fcntl, dirfd, F_GETFD) & FD_CLOEXEC);
    r = copy_strings(t, uargv, &p.argv, &total);
    if (r == 0)
        r = copy_strings(t, uenvp, &p.envp, &total);
    if (r == 0) {
        if (!p.argv[0]) { /* since 5.18 a program never sees an empty argv */
            p.argv[0] = strdup("");
            r = p.argv[0] ? 0 : -ENOMEM;
        }
    }
    if (r == 0 && !(flags & EXECVE_CHECK) && !sys_can_exec())
        r = -EAGAIN;
    if (r == 0 && flags & EXECVE_CHECK)
        r = host_exec_check(fd);
    else if (r == 0)
        r = exec_replace(t, &p, execfn, steal_fd(&fd));
    fds_close(fd);
    program_free(&p);
    return r;
}

int64_t sys_execve(struct thread *t, const uint64_t a[6])
{
    return exec_at(t, AT_FDCWD, a[0], a[1], a[2], 0);
}

int64_t sys_execveat(struct thread *t, const uint64_t a[6])
{
    return exec_at(t, (int) a[0], a[1], a[2], a[3], (int) a[4]);
}
