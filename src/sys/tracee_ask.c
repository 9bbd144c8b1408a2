/* What is asked of a traced process, wherever it runs: to stop, and to tell of its end before SIGKILL has it. */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/ptrace.h>

#include "base/procfs.h"
#include "base/raw.h"
#include "fs/target.h"
#include "sys/tracee.h"
#include "task/signal.h"

bool tracee_is_held(int tid)
{
    const char state = procfs_state(tid);
    return state == 'T' || state == 't' || state == 'D';
}

/* Which count of the box asks for `sig`; 0: none does, so the host has to see to it. SIGKILL is the host's where no event comes of it, and where
 * one is under way; likewise of one that is not awake to make it. */
static size_t asks_by(const struct traced *b, int sig)
{
    if (sig == SIGSTOP)
        return offsetof(struct traced, stop_asked);
    bool tells =
        b->magic == TRACED_MAGIC && b->active && (b->options & PTRACE_O_TRACEEXIT) && !b->kill_asked && !b->exit_told;
    return tells && !b->deaf && !tracee_is_held(b->tid) ? offsetof(struct traced, kill_asked) : 0;
}

/* In the middle of dying, which the kernel lets no further SIGKILL disturb. */
static bool is_dying(const struct traced *b)
{
    if (b->magic != TRACED_MAGIC || !b->active)
        return false;
    return b->exit_told ? b->exit_told == EXIT_PROCESS && b->state == TRACED_STOPPED
                        : b->kill_asked && !tracee_is_held(b->tid);
}

static bool ask_own(struct thread *t, int tid, const siginfo_t *info)
{
    const int sig = info->si_signo;
    struct process *p = t->proc;
    struct thread *o, *to = NULL;
    if (!p->traced)
        return false;
    pthread_mutex_lock(&p->lock);
    LIST_FOREACH (o, &p->threads, link)
        if (o->trace.active && (tid ? thread_id(o) == tid : !to || o == t))
            to = o;
    const bool dropped = to && sig == SIGKILL && is_dying(&to->trace);
    size_t by = to && !dropped ? asks_by(&to->trace, sig) : 0;
    if (by) {
        if (sig == SIGSTOP)
            to->trace.stop_info = *info;
        __atomic_add_fetch((int *) ((char *) &to->trace + by), 1, __ATOMIC_ACQ_REL);
        traced_notify(p->pid, thread_id(to), TRACE_RING);
    }
    pthread_mutex_unlock(&p->lock);
    return by || dropped;
}

/* Will that box be looked at, or was it? Whoever leaves one says so before it looks for the last time. */
static bool is_heard(int tid, uint64_t at)
{
    struct traced b;
    int r = traced_peek(tid, at, &b, sizeof b);
    return r == -ESRCH || (r == 0 && b.magic == TRACED_MAGIC && b.tid == tid && b.exit_told != EXIT_THREAD);
}

bool tracee_ask(struct thread *t, int pid, int tid, const siginfo_t *info)
{
    const int sig = info->si_signo;
    struct target g;
    if (pid <= 0)
        return false;
    if (pid == t->proc->pid || (tid && tid == t->tid))
        return ask_own(t, tid, info);
    if (target_now(tid ? tid : pid, &g) <= 0 || !g.proc.traced || host(SYS_kill, pid, 0))
        return false;
    g.tid = tid ? tid : pid;
    autofree int *tids = NULL;
    struct thread copy = {0};
    uint64_t at = 0;
    if (target_threads_at(&g, &tids, &copy, &at) < 0 || !at || !copy.trace.tracer_pid)
        return false;
    if (sig == SIGKILL && is_dying(&copy.trace))
        return true;
    size_t by = asks_by(&copy.trace, sig);
    int asked;
    if (!by)
        return false;
    memcpy(&asked, (char *) &copy.trace + by, sizeof asked);
    asked++;
    at += offsetof(struct thread, trace);
    if (sig == SIGSTOP && traced_poke(g.tid, at + offsetof(struct traced, stop_info), info, sizeof *info))
        return false;
    if (traced_poke(g.tid, at + by, &asked, sizeof asked))
        return false;
    traced_notify(copy.trace.pid ? copy.trace.pid : g.tid, g.tid, TRACE_RING);
    return sig != SIGKILL || is_heard(g.tid, at);
}
