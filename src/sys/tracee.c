#include "sys/tracee.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "base/raw.h"
#include "fs/target.h"
#include "sys/tracee_table.h"
#include "task/signal.h"

#ifndef __WNOTHREAD
#define __WNOTHREAD 0x20000000
#endif

/* ---- the table ---- */

struct tracee *tracee_add(struct process *p, int tid, uint64_t at)
{
    struct tracee *tr = p->tracer.list;
    while (tr && tr->tid != tid)
        tr = tr->next;
    if (!tr) {
        tr = calloc(1, sizeof *tr);
        if (!tr)
            return NULL;
        tr->tid = tid;
        tr->pid = tid;
        tr->next = p->tracer.list;
        p->tracer.list = tr;
        p->tracer.count++;
    }
    if (at)
        tr->at = at;
    return tr;
}

static void drop(struct process *p, struct tracee *tr)
{
    struct tracee **at = &p->tracer.list;
    while (*at && *at != tr)
        at = &(*at)->next;
    if (!*at)
        return;
    *at = tr->next;
    p->tracer.count--;
    free(tr);
}

void tracee_drop(struct process *p, struct tracee *tr)
{
    drop(p, tr);
}

int tracee_read(const struct process *p, struct tracee *tr, struct traced *b)
{
    if (!tr->at)
        return host(SYS_kill, tr->tid, 0) == -ESRCH ? -ESRCH : -EAGAIN;
    int r = traced_peek(tr->tid, tr->at, b, sizeof *b);
    if (r)
        return r == -ESRCH ? r : -EAGAIN;
    if (b->magic != TRACED_MAGIC || b->tid != tr->tid || b->tracer_pid != p->pid)
        return -EAGAIN;
    if (b->pid)
        tr->pid = b->pid;
    tr->child = b->by_parent;
    return 0;
}

/* A new image has no other threads. */
static void drop_other_threads(struct process *p, int pid)
{
    struct tracee *tr, *next;
    for (tr = p->tracer.list; tr; tr = next) {
        next = tr->next;
        if (tr->pid == pid && tr->tid != pid)
            drop(p, tr);
    }
}

/* Those who told of themselves. */
void tracee_meet(struct process *p)
{
    struct tracer *me = &p->tracer;
    if (!__atomic_exchange_n(&me->any_met, 0, __ATOMIC_ACQ_REL))
        return;
    for (unsigned i = 0; i < ARRAY_SIZE(me->met); i++) {
        int tid = __atomic_load_n(&me->met[i].tid, __ATOMIC_ACQUIRE);
        if (tid <= 0)
            continue;
        uint64_t at = me->met[i].at;
        struct traced b;
        __atomic_store_n(&me->met[i].tid, 0, __ATOMIC_RELEASE);
        if (traced_peek(tid, at, &b, sizeof b) || b.magic != TRACED_MAGIC || b.tid != tid || b.tracer_pid != p->pid ||
            b.known) /* told twice, and met already: it may have ended since */
            continue;
        struct tracee *tr = tracee_add(p, tid, at);
        if (!tr)
            continue;
        tr->tracer_tid = b.tracer_tid;
        tr->pid = b.pid ? b.pid : tid;
        tr->child = b.by_parent;
        tr->reported = b.seq - (b.state != TRACED_RUNS);
        if (b.status >> 8 == PTRACE_EVENT_EXEC || tr->pid == tid)
            drop_other_threads(p, b.status >> 8 == PTRACE_EVENT_EXEC ? tid : -1);
        int yes = 1;
        traced_poke(tid, at + offsetof(struct traced, known), &yes, sizeof yes);
    }
}

static struct tracee *find(struct process *p, int tid)
{
    struct tracee *tr = p->tracer.list;
    while (tr && tr->tid != tid)
        tr = tr->next;
    return tr;
}

struct tracee *tracee_find(struct thread *t, int tid)
{
    tracee_meet(t->proc);
    struct tracee *tr = find(t->proc, tid);
    return tr && tr->tracer_tid == t->tid ? tr : NULL;
}

void tracee_go(struct tracee *tr)
{
    int runs = TRACED_RUNS;
    traced_poke(tr->tid, tr->at + offsetof(struct traced, state), &runs, sizeof runs);
    traced_notify(tr->pid, tr->tid, 0);
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
        return tr->tid == target_pidfd_number(w->id);
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

/* How a process ended that is gone: its parent can still be asked; of another it is known only that it had no time to say. */
static int end_status(const struct tracee *tr)
{
    siginfo_t si = {0};
    if (host(SYS_waitid, P_PID, tr->pid, &si, WEXITED | WNOHANG | WNOWAIT | __WALL, NULL) || !si.si_pid)
        return SIGKILL;
    return si.si_code == CLD_EXITED ? si.si_status << 8 : si.si_status | (si.si_code == CLD_DUMPED ? 0x80 : 0);
}

/* It is gone without a word: killed, or the thread of a process that has made an exec. */
static bool gone(struct process *p, struct tracee *tr, bool keep, struct tracee_news *out)
{
    struct traced b;
    bool dead = traced_peek(tr->pid, tr->at, &b, sizeof b) == -ESRCH, leader = tr->tid == tr->pid;
    if (leader && has_threads(p, tr))
        return false;
    bool news = leader ? !tr->child : dead;
    if (leader && !tr->at) {
        siginfo_t si = {0}; /* never heard of: a child of ours? */
        news = host(SYS_waitid, P_PID, tr->pid, &si, WEXITED | WNOHANG | WNOWAIT | __WALL, NULL) < 0;
    }
    if (news)
        *out = (struct tracee_news){.tid = tr->tid, .status = end_status(tr)};
    if (!news || !keep)
        drop(p, tr);
    return news;
}

static void expect_child(struct process *p, const struct tracee *tr, const struct traced *b)
{
    int event = b->status >> 8;
    if (event != PTRACE_EVENT_FORK && event != PTRACE_EVENT_VFORK && event != PTRACE_EVENT_CLONE)
        return;
    bool known = find(p, (int) b->message);
    struct tracee *child = tracee_add(p, (int) b->message, 0);
    if (!child || known)
        return;
    child->tracer_tid = tr->tracer_tid;
    if (event == PTRACE_EVENT_CLONE)
        child->pid = tr->pid;
}

static bool news_of(struct process *p, struct tracee *tr, const struct tracee_wait *w, struct tracee_news *out)
{
    struct traced b;
    int r = tracee_read(p, tr, &b);
    bool keep = w->options & WNOWAIT;
    if (r == -ESRCH)
        return gone(p, tr, keep, out);
    if (r)
        return false;
    if (b.state == TRACED_STOPPED && b.seq != tr->reported) {
        *out = (struct tracee_news){.tid = tr->tid, .status = b.status, .stopped = true};
        expect_child(p, tr, &b);
        if (!keep)
            tr->reported = b.seq;
        return true;
    }
    if (b.state != TRACED_ENDED || !(w->options & WEXITED) || (tr->tid == tr->pid && has_threads(p, tr)))
        return false;
    *out = (struct tracee_news){.tid = tr->tid, .status = b.status};
    if (!keep) {
        tracee_go(tr);
        drop(p, tr);
    }
    return true;
}

int tracee_news(struct thread *t, const struct tracee_wait *w, struct tracee_news *out, bool *others)
{
    struct process *p = t->proc;
    int r = -ECHILD;
    *others = false;
    if (!p->tracer.count && !p->tracer.any_met)
        return r;
    lock_take(&p->tracer.lock);
    tracee_meet(p);
    struct tracee *tr, *next;
    for (tr = p->tracer.list; tr && r <= 0; tr = next) {
        next = tr->next;
        if (!eligible(t, w, tr))
            continue;
        r = 0;
        *others |= !tr->child;
        if (news_of(p, tr, w, out))
            r = 1;
    }
    lock_drop(&p->tracer.lock);
    return r;
}

void tracee_wait_begin(struct thread *t)
{
    struct tracer *me = &t->proc->tracer;
    __atomic_fetch_and(&t->sig_taken, ~SIG_NOTICE, __ATOMIC_RELAXED);
    t->in_wait = 1;
    for (unsigned i = 0; i < ARRAY_SIZE(me->waiting); i++) {
        int none = 0;
        if (__atomic_compare_exchange_n(&me->waiting[i], &none, t->tid, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            break;
    }
}

void tracee_wait_end(struct thread *t)
{
    struct tracer *me = &t->proc->tracer;
    t->in_wait = 0;
    for (unsigned i = 0; i < ARRAY_SIZE(me->waiting); i++) {
        int self = t->tid;
        if (__atomic_compare_exchange_n(&me->waiting[i], &self, 0, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            break;
    }
}

bool tracee_only_noticed(const struct thread *t, int64_t ret)
{
    return (ret == -EINTR || ret == -ERESTARTNOINTR) && !(t->sig_taken & ~SIG_NOTICE) && !t->trace.look_command &&
           (t->sig_taken & SIG_NOTICE);
}

/* ---- stops ---- */

static bool stop_own(struct thread *t, int tid, int sig)
{
    struct process *p = t->proc;
    struct thread *o, *to = NULL;
    if (!p->traced)
        return false;
    pthread_mutex_lock(&p->lock);
    LIST_FOREACH (o, &p->threads, link)
        if (o->trace.active && (tid ? o->tid == tid : !to || o == t))
            to = o;
    if (to) {
        __atomic_add_fetch(sig == SIGSTOP ? &to->trace.stop_asked : &to->trace.cont_asked, 1, __ATOMIC_ACQ_REL);
        traced_notify(p->pid, to->tid, 0);
    }
    pthread_mutex_unlock(&p->lock);
    return to;
}

bool tracee_stop_signal(struct thread *t, int pid, int tid, int sig)
{
    struct target g;
    if (pid <= 0)
        return false;
    if (pid == t->proc->pid || (tid && tid == t->tid))
        return stop_own(t, tid, sig) && sig == SIGSTOP;
    if (target_of(tid ? tid : pid, &g) <= 0 || !g.proc.traced || host(SYS_kill, pid, 0))
        return false;
    g.tid = tid ? tid : pid;
    autofree int *tids = NULL;
    struct thread copy = {0};
    uint64_t at = 0;
    if (target_threads_at(&g, &tids, &copy, &at) < 0 || !at || !copy.trace.tracer_pid)
        return false;
    size_t field = sig == SIGSTOP ? offsetof(struct traced, stop_asked) : offsetof(struct traced, cont_asked);
    int asked = (sig == SIGSTOP ? copy.trace.stop_asked : copy.trace.cont_asked) + 1;
    if (traced_poke(g.tid, at + offsetof(struct thread, trace) + field, &asked, sizeof asked))
        return false;
    traced_notify(copy.trace.pid ? copy.trace.pid : g.tid, g.tid, 0);
    return sig == SIGSTOP;
}

void tracee_leave_all(struct process *p)
{
    for (struct tracee *tr = p->tracer.list, *next; tr; tr = next) {
        struct traced b;
        int detach = PTRACE_DETACH, none = 0;
        next = tr->next;
        if (tracee_read(p, tr, &b))
            continue;
        if (b.options & PTRACE_O_EXITKILL) {
            host(SYS_kill, tr->pid, SIGKILL);
            continue;
        }
        traced_poke(tr->tid, tr->at + offsetof(struct traced, resume), &detach, sizeof detach);
        traced_poke(tr->tid, tr->at + offsetof(struct traced, signal), &none, sizeof none);
        traced_poke(tr->tid, tr->at + offsetof(struct traced, tracer_pid), &none, sizeof none);
        tracee_go(tr);
    }
}
