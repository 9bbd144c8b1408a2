#include "sys/tracee.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "base/fds.h"
#include "base/nspid.h"
#include "base/procfs.h"
#include "base/raw.h"
#include "fs/target.h"
#include "fs/text.h"
#include "sys/tracee_table.h"
#include "task/clone.h"
#include "task/signal.h"

#ifndef __WNOTHREAD
#define __WNOTHREAD 0x20000000
#endif

/* ---- the table ---- */

static struct tracee *find(struct process *p, int tid)
{
    struct tracee *tr = p->tracer.list;
    while (tr && tr->tid != tid)
        tr = tr->next;
    return tr;
}

struct tracee *tracee_add(struct process *p, int tid, uint64_t at)
{
    struct tracee *tr = find(p, tid);
    if (!tr) {
        tr = calloc(1, sizeof *tr);
        if (!tr)
            return NULL;
        tr->tid = tid;
        tr->pid = tid;
        tr->next = p->tracer.list;
        p->tracer.list = tr;
        __atomic_add_fetch(&p->tracer.count, 1, __ATOMIC_RELAXED);
    }
    if (at)
        tr->at = at;
    return tr;
}

void tracee_drop(struct process *p, struct tracee *tr)
{
    struct tracee **at = &p->tracer.list;
    while (*at && *at != tr)
        at = &(*at)->next;
    if (!*at)
        return;
    *at = tr->next;
    __atomic_sub_fetch(&p->tracer.count, 1, __ATOMIC_RELAXED);
    if (tr->end)
        fds_close(tr->end);
    free(tr);
}

/* A new image has no other threads. */
static void drop_other_threads(struct process *p, int pid)
{
    struct tracee *tr, *next;
    for (tr = p->tracer.list; tr; tr = next) {
        next = tr->next;
        if (tr->pid == pid && tr->tid != pid)
            tracee_drop(p, tr);
    }
}

int tracee_locate(int tid, struct traced *b, uint64_t *at, int *pid)
{
    struct target g;
    struct thread copy = {0};
    uint64_t next = 0;
    int r = target_of(tid, &g);
    if (r <= 0)
        return r ? r : -ESRCH;
    if (g.self)
        return -EPERM;
    g.tid = tid;
    *at = 0;
    do {
        autofree int *tids = NULL;
        r = target_threads_at(&g, &tids, &copy, at);
    } while (!*at && target_next_guest(&g, &next));
    if (!*at)
        return r < 0 ? r : -ESRCH;
    *b = copy.trace;
    *at += offsetof(struct thread, trace);
    *pid = g.proc.pid;
    return b->magic == TRACED_MAGIC && b->tid == tid ? 0 : -EAGAIN;
}

static bool alive(const struct tracee *tr)
{
    return host(SYS_tgkill, tr->pid, tr->tid, 0) != -ESRCH;
}

static bool is_ours(const struct process *p, const struct tracee *tr, const struct traced *b)
{
    return b->magic == TRACED_MAGIC && b->tid == tr->tid && b->tracer_pid == p->pid;
}

static void met(struct process *p, struct tracee *tr, const struct traced *b)
{
    int yes = 1;
    tr->tracer_tid = b->tracer_tid;
    if (host(SYS_tgkill, p->pid, tr->tracer_tid, 0)) { /* its parent was born to the tracer before that one's exec */
        tr->tracer_tid = p->pid;
        traced_poke(tr->tid, tr->at + offsetof(struct traced, tracer_tid), &p->pid, sizeof p->pid);
    }
    tr->reported = b->seq - (b->state != TRACED_RUNS);
    tr->expected = tr->reported;
    traced_poke(tr->tid, tr->at + offsetof(struct traced, known), &yes, sizeof yes);
}

int tracee_read(struct process *p, struct tracee *tr, struct traced *b)
{
    int r = tr->at ? traced_peek(tr->tid, tr->at, b, sizeof *b) : -EFAULT;
    if (r == -ESRCH)
        return r;
    if (r || !is_ours(p, tr, b) || !b->known) { /* not found yet, or another image of it, maybe at the same address */
        uint64_t at, before = tr->at;
        int pid;
        if (!alive(tr))
            return -ESRCH;
        if (tracee_locate(tr->tid, b, &at, &pid) || !is_ours(p, tr, b))
            return -EAGAIN;
        tr->at = at;
        tr->pid = pid;
        met(p, tr, b);
        if (before && tr->tid == tr->pid)
            drop_other_threads(p, tr->pid);
    }
    if (b->pid)
        tr->pid = b->pid;
    tr->child = b->by_parent;
    return 0;
}

/* `tid` into the table, if we trace it. */
static struct tracee *meet(struct process *p, int tid)
{
    struct traced b;
    uint64_t at;
    int pid;
    if (tracee_locate(tid, &b, &at, &pid) || b.tracer_pid != p->pid)
        return NULL;
    struct tracee *tr = tracee_add(p, tid, at);
    if (!tr)
        return NULL;
    tr->pid = pid;
    tr->child = b.by_parent;
    met(p, tr, &b);
    return tr;
}

/* ---- strangers ---- */

/* `number` is what procfs calls it, `depth` our pid namespace's from there. */
static void meet_child(struct process *p, int number, int depth)
{
    struct target g;
    int pid = depth > 1 ? nspid_at(number, depth) : number;
    uint64_t next = 0;
    if (pid <= 0 || target_of(pid, &g) <= 0 || g.self)
        return;
    do {
        autofree int *tids = NULL;
        int n = g.proc.traced ? target_threads(&g, &tids, NULL) : 0;
        for (int i = 0; i < n; i++)
            if (!find(p, tids[i]))
                meet(p, tids[i]);
    } while (target_next_guest(&g, &next));
}

/* Who made itself a tracee is a child of one of our host threads. */
static void meet_children(struct process *p)
{
    struct dirent64 *d;
    char buf[4096], path[64];
    int depth = nspid_depth();
    fds_create_lock();
    autofd dir = (int) host(SYS_openat, PROCFS("/proc/self/task"), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    for (long n; dir >= 0 && (n = host(SYS_getdents64, dir, buf, sizeof buf)) > 0;) {
        for (long at = 0; at < n; at += d->d_reclen) {
            d = (struct dirent64 *) (buf + at);
            if (*d->d_name == '.')
                continue;
            struct text t = {0};
            snprintf(path, sizeof path, "/proc/self/task/%.16s/children", d->d_name);
            autofd file = (int) host(SYS_openat, PROCFS(path), O_RDONLY | O_CLOEXEC, 0);
            if (file >= 0)
                text_read(&t, file);
            char *rest = t.p;
            for (char *name; rest && (name = strsep(&rest, " "));)
                if (*name)
                    meet_child(p, atoi(name), depth);
            free(t.p);
        }
    }
    if (dir >= 0)
        host(SYS_close, steal_fd(&dir));
    fds_create_unlock();
}

struct tracee *tracee_find(struct thread *t, int tid)
{
    struct tracee *tr = find(t->proc, tid);
    if (!tr)
        tr = meet(t->proc, tid);
    return tr && tr->tracer_tid == t->tid ? tr : NULL;
}

void tracee_go(struct tracee *tr)
{
    int runs = TRACED_RUNS;
    traced_poke(tr->tid, tr->at + offsetof(struct traced, state), &runs, sizeof runs);
    traced_notify(tr->pid, tr->tid, TRACE_RING);
}

/* ---- waiting ---- */

static bool eligible(struct thread *t, const struct tracee_wait *w, const struct tracee *tr)
{
    if ((w->options & __WNOTHREAD) && tr->tracer_tid != t->tid)
        return false;
    switch (w->type) {
    case P_ALL:
        return true;
    case P_PID:
        return tr->tid == w->id;
    case P_PGID:
        return host(SYS_getpgid, tr->tid) == (w->id ? w->id : host(SYS_getpgid, 0));
    case P_PIDFD:
        return tr->tid == procfs_pidfd(w->id);
    }
    return false;
}

static bool has_threads(const struct process *p, const struct tracee *leader)
{
    for (const struct tracee *o = p->tracer.list; o; o = o->next)
        if (o->pid == leader->pid && o != leader && o->tid != o->pid)
            return true;
    return false;
}

/* struct pidfd_info, the part that all kernels have which tell of an end, since Linux 6.15. */
struct end_info {
    uint64_t mask, cgroup;
    uint32_t ids[11];
    int32_t exit_code;
};
#define END_INFO_EXIT 8u
#define END_INFO_GET 0xc040ff0b /* PIDFD_GET_INFO of 64 bytes */

/* What procfs tells of a zombie's end, then, when its parent has reaped it, a pidfd that was there before. Where neither does: it had no time
 * to say, so it was killed. */
static int end_of_stranger(const struct process *p, const struct tracee *tr)
{
    struct end_info info = {.mask = END_INFO_EXIT};
    const struct tracee *o = p->tracer.list;
    while (o && (o->pid != tr->pid || !o->end))
        o = o->next;
    int number = o ? procfs_pidfd(o->end) : 0;
    int status = number > 0 ? procfs_end(number) : -ESRCH;
    if (status < 0 && o && host(SYS_ioctl, o->end, END_INFO_GET, &info) == 0 && (info.mask & END_INFO_EXIT))
        status = info.exit_code;
    return status < 0 ? SIGKILL : status;
}

/* How a process ended that is gone without a word. */
static int end_status(const struct process *p, const struct tracee *tr)
{
    siginfo_t si = {0};
    if (host(SYS_waitid, P_PID, tr->pid, &si, WEXITED | WNOHANG | WNOWAIT | __WALL, NULL) || !si.si_pid)
        return end_of_stranger(p, tr);
    return si.si_code == CLD_EXITED ? si.si_status << 8 : si.si_status | (si.si_code == CLD_DUMPED ? 0x80 : 0);
}

static bool is_leader(const struct tracee *tr)
{
    return tr->tid == tr->pid;
}

enum end { END_SILENT, END_TOLD, END_NEAR };

/* Of one that is gone without a word: does its tracer hear of that? Its process was killed, or is about to end of that as its memory is still there;
 * or it is a thread of one that has made an exec. */
static enum end tells_end(struct process *p, struct tracee *tr)
{
    struct traced b;
    if (!is_leader(tr)) {
        int r = traced_peek(tr->pid, tr->at, &b, sizeof b);
        return r == -ESRCH ? END_TOLD : r == 0 && is_ours(p, tr, &b) ? END_NEAR : END_SILENT;
    }
    if (has_threads(p, tr))
        return END_NEAR;
    siginfo_t si = {0};
    bool told = tr->at ? !tr->child /* else never heard of: a child of ours? */
                       : host(SYS_waitid, P_PID, tr->pid, &si, WEXITED | WNOHANG | WNOWAIT | __WALL, NULL) < 0;
    return told ? END_TOLD : END_SILENT;
}

static int gone(struct process *p, struct tracee *tr, bool keep, struct tracee_news *out)
{
    enum end end = tells_end(p, tr);
    bool news = end == END_TOLD;
    if (end == END_NEAR)
        return 0;
    if (news)
        *out = (struct tracee_news){.tid = tr->tid, .status = end_status(p, tr), .uid = (unsigned) host(SYS_getuid)};
    /* A thread that became the leader by exec is met as that one, before it is forgotten. */
    if (!is_leader(tr) && !news && !find(p, tr->pid) && !meet(p, tr->pid))
        return 0;
    if (!news || !keep)
        tracee_drop(p, tr);
    return news ? 1 : -ECHILD; /* the host tells of its own children */
}

static void send_sigchld(struct process *p, const struct traced *b)
{
    const struct ksigaction *act = &p->sighand->action[SIGCHLD];
    bool ended = b->state == TRACED_ENDED;
    if (act->handler == KSIG_IGN || (!ended && (act->flags & SA_NOCLDSTOP)))
        return;
    siginfo_t si = {.si_signo = SIGCHLD};
    si.si_pid = b->tid;
    si.si_uid = b->uid;
    if (ended) {
        si.si_code = b->status & 0x7f ? b->status & 0x80 ? CLD_DUMPED : CLD_KILLED : CLD_EXITED;
        si.si_status = b->status & 0x7f ? b->status & 0x7f : b->status >> 8;
    } else {
        si.si_code = b->group_stop ? CLD_STOPPED : CLD_TRAPPED;
        si.si_status = b->status & 0x7f;
    }
    /* By the number of this thread, which stands for its process: only from there may such a code come. */
    host(SYS_rt_sigqueueinfo, host(SYS_gettid), SIGCHLD, &si);
}

/* A traced child that the box tells of, in an event or without one. */
static void expect_children(struct process *p, struct tracee *tr, const struct traced *b)
{
    int event = b->status >> 8, tid = b->born;
    bool fresh = b->state == TRACED_STOPPED && b->seq != tr->expected;
    bool told = fresh && (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE);
    if (fresh)
        tr->expected = b->seq;
    if (told)
        tid = (int) b->message;
    if (!tid)
        return;
    bool known = find(p, tid);
    struct tracee *child = tracee_add(p, tid, 0);
    if (child && !known) {
        child->tracer_tid = tr->tracer_tid;
        if (b->bears_thread)
            child->pid = tr->pid;
    }
    if (!told) {
        int none = 0;
        traced_poke(tr->tid, tr->at + offsetof(struct traced, born), &none, sizeof none);
        traced_notify(tr->pid, tr->tid, TRACE_RING);
    }
}

/* ---- the ends of those that are no children, and of threads ---- */

static void ring_waiting(struct process *p, int except)
{
    struct thread *o;
    pthread_mutex_lock(&p->lock);
    LIST_FOREACH (o, &p->threads, link)
        if (__atomic_load_n(&o->in_wait, __ATOMIC_RELAXED) && thread_id(o) != except)
            traced_notify(p->pid, thread_id(o), TRACE_RING);
    pthread_mutex_unlock(&p->lock);
}

void tracer_child(struct process *p)
{
    ring_waiting(p, 0);
}

/* No guest's: waits where the host's wait4 cannot. */
static void *watcher(void *arg)
{
    struct process *p = arg;
    int fd = p->tracer.watch;
    struct epoll_event e;
    signal_block_every();
    for (;;)
        if (host(SYS_epoll_wait, fd, &e, 1, -1) > 0) {
            ring_waiting(p, 0);
            if (traced_notify(p->pid, (int) e.data.u32, TRACE_RING) == -ESRCH)
                traced_notify(p->pid, 0, TRACE_RING);
        }
    return NULL;
}

static int adopted(long fd)
{
    return fd < 0 ? (int) fd : fds_adopt_fd((int) fd, false);
}

static bool watch_open(struct process *p)
{
    pthread_t thread;
    pthread_attr_t attr;
    if (p->tracer.watch)
        return true;
    int fd = adopted(host(SYS_epoll_create1, EPOLL_CLOEXEC));
    if (fd < 0)
        return false;
    p->tracer.watch = fd;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, HOST_STACK);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&thread, &attr, watcher, p)) {
        p->tracer.watch = 0;
        fds_close(fd);
    }
    pthread_attr_destroy(&attr);
    signal_reclaim(p->sighand);
    return p->tracer.watch;
}

static void watch_end(struct process *p, struct tracee *tr)
{
    struct tracee *leader = find(p, tr->pid);
    if (leader)
        tr = leader; /* its threads may all end before */
    for (const struct tracee *o = p->tracer.list; o; o = o->next)
        if (o->pid == tr->pid && o->end)
            return;
    fds_create_lock();
    int fd = watch_open(p) ? adopted(host(SYS_pidfd_open, tr->pid, 0)) : -EAGAIN;
    struct epoll_event e = {.events = EPOLLIN | EPOLLONESHOT, .data.u32 = (uint32_t) tr->tracer_tid};
    if (fd >= 0 && host(SYS_epoll_ctl, p->tracer.watch, EPOLL_CTL_ADD, fd, &e) == 0)
        tr->end = fd;
    else if (fd >= 0)
        fds_close(fd);
    fds_create_unlock();
}

void tracer_forget(struct process *p)
{
    while (p->tracer.list) {
        p->tracer.lock = (struct lock){0};
        tracee_drop(p, p->tracer.list);
    }
    if (p->tracer.watch)
        fds_close(p->tracer.watch);
    p->tracer = (struct tracer){0};
}

/* ---- news ---- */

/* As the kernel tells the tracer, before it waits. True: a wait may have something now. */
static bool look_at(struct process *p, struct tracee *tr)
{
    struct traced b;
    int r = tracee_read(p, tr, &b);
    if (r == -ESRCH && !tr->end_told && tells_end(p, tr) == END_TOLD) {
        tr->end_told = true;
        if (is_leader(tr))
            send_sigchld(p, &(struct traced){.tid = tr->tid, .state = TRACED_ENDED, .status = end_status(p, tr)});
        return true;
    }
    if (r)
        return r == -ESRCH;
    if (!tr->child || !is_leader(tr))
        watch_end(p, tr);
    expect_children(p, tr, &b);
    if (b.state == TRACED_RUNS || b.told == b.seq)
        return false;
    send_sigchld(p, &b);
    traced_poke(tr->tid, tr->at + offsetof(struct traced, told), &b.seq, sizeof b.seq);
    return true;
}

static bool look_at_all(struct process *p)
{
    bool news = false;
    int before;
    if (__atomic_exchange_n(&p->tracer.strangers, 0, __ATOMIC_ACQ_REL))
        meet_children(p);
    do { /* those that are met on the way are looked at, too */
        before = p->tracer.count;
        for (struct tracee *tr = p->tracer.list; tr; tr = tr->next)
            news |= look_at(p, tr);
    } while (p->tracer.count > before);
    return news;
}

static bool traces(const struct process *p)
{
    return __atomic_load_n(&p->tracer.count, __ATOMIC_RELAXED) ||
           __atomic_load_n(&p->tracer.strangers, __ATOMIC_RELAXED);
}

void tracer_attend(struct thread *t)
{
    struct process *p = t->proc;
    if (!traces(p))
        return;
    lock_take(&p->tracer.lock);
    bool news = look_at_all(p);
    lock_drop(&p->tracer.lock);
    if (news)
        ring_waiting(p, t->tid);
}

/* 1: *out; 0: none; -ECHILD: there is no such tracee any more. */
static int news_of(struct process *p, struct tracee *tr, const struct tracee_wait *w, struct tracee_news *out)
{
    struct traced b;
    int r = tracee_read(p, tr, &b);
    bool keep = w->options & WNOWAIT;
    if (r == -ESRCH)
        return gone(p, tr, keep, out);
    if (r)
        return 0;
    if (b.state == TRACED_STOPPED && b.seq != tr->reported) {
        *out =
            (struct tracee_news){.tid = tr->tid, .status = b.status, .stopped = true, .uid = b.uid, .usage = b.usage};
        if (!keep) {
            const int none = 0;
            tr->reported = b.seq;
            traced_poke(tr->tid, tr->at + offsetof(struct traced, signal), &none, sizeof none);
        }
        return 1;
    }
    if (b.state != TRACED_ENDED || !(w->options & WEXITED) || (is_leader(tr) && has_threads(p, tr)))
        return 0;
    *out = (struct tracee_news){.tid = tr->tid, .status = b.status, .uid = b.uid, .usage = b.usage};
    if (!keep) {
        tracee_go(tr);
        tracee_drop(p, tr);
    }
    return 1;
}

int tracee_news(struct thread *t, const struct tracee_wait *w, struct tracee_news *out)
{
    struct process *p = t->proc;
    int r = -ECHILD;
    if (!traces(p))
        return r;
    lock_take(&p->tracer.lock);
    look_at_all(p);
    for (int own = 1; own >= 0; own--) { /* children first, as do_wait() of the kernel */
        struct tracee *tr, *next;
        for (tr = p->tracer.list; tr && r <= 0; tr = next) {
            next = tr->next;
            if ((tr->child && is_leader(tr)) != own || !eligible(t, w, tr))
                continue;
            int n = news_of(p, tr, w, out);
            r = MAX(r, n);
            if (n == 0)
                next = tr->next; /* the other threads of its old image may be gone */
        }
    }
    lock_drop(&p->tracer.lock);
    return r;
}

void tracee_wait_begin(struct thread *t)
{
    __atomic_store_n(&t->in_wait, 1, __ATOMIC_RELAXED); /* before the lock, under which it looks */
    if (!traced_has_work(t))
        __atomic_fetch_and(&t->sig_taken, ~SIG_NOTICE, __ATOMIC_RELAXED);
}

void tracee_wait_end(struct thread *t)
{
    __atomic_store_n(&t->in_wait, 0, __ATOMIC_RELAXED);
}

bool tracee_only_noticed(const struct thread *t, int64_t ret)
{
    return (ret == -EINTR || ret == -ERESTARTNOINTR) && t->sig_taken == SIG_NOTICE && !traced_has_work(t);
}

/* ---- the end ---- */

void tracee_leave_all(struct process *p, int tracer_tid)
{
    if (!p->tracer.count)
        return;
    lock_take(&p->tracer.lock);
    for (struct tracee *tr = p->tracer.list, *next; tr; tr = next) {
        struct traced b;
        int detach = PTRACE_DETACH, none = 0;
        const bool unread = (tracer_tid && tr->tracer_tid != tracer_tid) || tracee_read(p, tr, &b);
        next = tr->next; /* which the reading may have dropped before */
        if (unread)
            continue;
        if (b.options & PTRACE_O_EXITKILL) {
            host(SYS_kill, tr->pid, SIGKILL);
            continue;
        }
        traced_poke(tr->tid, tr->at + offsetof(struct traced, resume), &detach, sizeof detach);
        traced_poke(tr->tid, tr->at + offsetof(struct traced, known), &none, sizeof none);
        traced_poke(tr->tid, tr->at + offsetof(struct traced, tracer_pid), &none, sizeof none);
        tracee_go(tr);
        tracee_drop(p, tr);
    }
    lock_drop(&p->tracer.lock);
}
