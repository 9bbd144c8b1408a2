#include "sys/pending.h"

#include <errno.h>
#include <linux/sched.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/raw.h"
#include "task/process.h"
#include "task/signal.h"

#define CHUNK 32
#define ROOM_MAX (1u << 20)
#define HANDLER_LOOKS 1000
#define SYNC_SIGNALS (KSIG_BIT(SIGSEGV) | KSIG_BIT(SIGBUS))

struct search {
    const struct tracee *tracee;
    int tid;
    bool shared;
    uint64_t off, seen; /* `seen` are passed, or in `found` */
    uint32_t nr, room;
    int64_t count; /* or a negative errno */
    siginfo_t *found;
    siginfo_t chunk[CHUNK];
};

/* False: enough. */
static bool add(struct search *s, const siginfo_t *info)
{
    if (info->si_code == TRACE_NOTICE && (info->si_signo == SIGBUS || info->si_signo == SIGSEGV))
        return true;
    if (s->seen++ < s->off)
        return true;
    if (s->count == s->room)
        return false;
    siginfo_t *to = &s->found[s->count++];
    *to = *info;
    if ((info->si_signo == SIGBUS || info->si_signo == SIGSEGV) && (unsigned) info->si_code >> 30 == 2)
        to->si_code &= 0x7fffffff; /* signal_code_by_hand() */
    return true;
}

/* ---- in a process of its own ---- */

static long stop_host_thread(int tid)
{
    long r = host(SYS_ptrace, PTRACE_SEIZE, tid, 0, 0);
    if (r == 0)
        r = host(SYS_ptrace, PTRACE_INTERRUPT, tid, 0, 0);
    while (r >= 0) {
        int status = 0;
        r = host(SYS_wait4, tid, &status, __WALL, NULL);
        if (r > 0 && !WIFSTOPPED(status))
            return -ESRCH;
        if (r > 0 && status >> 16 == PTRACE_EVENT_STOP)
            return 0;
        if (r > 0) /* a notice that was faster */
            r = host(SYS_ptrace, PTRACE_CONT, tid, 0, WSTOPSIG(status));
    }
    return r;
}

/* What its supervisor has taken from the host already. Of one that interrupted a call it is not known whose it was: what tgkill(2) sent is
 * the thread's. */
static int add_taken(struct search *s)
{
    const struct tracee *tr = s->tracee;
    struct thread t;
    struct process p;
    int r = traced_peek(tr->tid, tr->at - offsetof(struct thread, trace), &t, sizeof t);
    if (r == 0)
        r = traced_peek(tr->tid, (uint64_t) t.proc, &p, sizeof p);
    if (r)
        return r;
    const struct sync_signals *sync = s->shared ? &p.sync : &t.sync;
    for (int i = 0; i < 2; i++)
        if (sync_taken(sync) >> i & 1)
            add(s, &sync->info[i]);
    if ((t.sig_taken & 1) && (t.sig_info.si_code == SI_TKILL) != s->shared)
        add(s, &t.sig_info);
    return 0;
}

#ifndef PTRACE_GETSIGMASK
#define PTRACE_GETSIGMASK 0x420a
#endif

/* Stop it where it is in no handler, in which it blocks these two as well: what the kernel has given it and nobody has kept yet is nowhere. Unless it
 * stays there, stopped. */
static long stop_between_signals(int tid)
{
    for (int i = 0;; i++) {
        uint64_t mask = 0;
        long r = stop_host_thread(tid);
        if (r == 0)
            r = host(SYS_ptrace, PTRACE_GETSIGMASK, tid, sizeof mask, &mask);
        if (r < 0 || !(mask & SYNC_SIGNALS) || i == HANDLER_LOOKS)
            return r;
        host(SYS_ptrace, PTRACE_DETACH, tid, 0, 0);
        host(SYS_sched_yield);
    }
}

/* Only one who traces is shown the queue, and the host's stops are told to the whole process of who traces: so that is another one, for a moment. */
static int look(void *arg)
{
    struct search *s = arg;
    struct {
        uint64_t off;
        uint32_t flags;
        int32_t nr;
    } at = {.flags = s->shared ? PTRACE_PEEKSIGINFO_SHARED : 0, .nr = CHUNK};
    long r = stop_between_signals(s->tid);
    if (r == 0)
        r = add_taken(s);
    bool more = r == 0;
    while (more && (r = host(SYS_ptrace, PTRACE_PEEKSIGINFO, s->tid, &at, s->chunk)) > 0) {
        for (long i = 0; i < r && more; i++)
            more = add(s, &s->chunk[i]);
        at.off += (uint64_t) r;
    }
    host(SYS_ptrace, PTRACE_DETACH, s->tid, 0, 0);
    if (r < 0)
        s->count = r;
    return 0;
}

struct question {
    long request;
    int known; /* or a negative errno */
};

/* For as long as who asks is there. */
static int sleep_on(void *arg)
{
    const pid_t *asker = arg;
    host(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    while (host(SYS_getppid) == *asker)
        host(SYS_pause);
    return 0;
}

/* Only of one that is traced and stopped the host's kernel looks at the request: so that is another process once more. */
static int ask_host(void *arg)
{
    struct question *q = arg;
    char stack[8192] __attribute__((aligned(16)));
    pid_t self = (pid_t) host(SYS_getpid);
    int child = clone(sleep_on, stack + sizeof stack, CLONE_VM | CLONE_FS | CLONE_FILES, &self);
    if (child < 0)
        return 0;
    q->known = (int) stop_host_thread(child);
    if (q->known == 0)
        q->known = host(SYS_ptrace, q->request, child, 0, 0) != -EIO;
    host(SYS_kill, child, SIGKILL);
    while (host(SYS_wait4, child, NULL, __WALL, NULL) == -EINTR)
        ;
    return 0;
}

/* ---- here ---- */

int64_t pending_signals(struct process *p, const struct tracee *tr, bool shared, uint64_t off, uint32_t nr,
                        siginfo_t **out)
{
    struct rlimit64 limit = {0};
    struct search s = {.tracee = tr, .tid = tr->tid, .shared = shared, .off = off};
    host(SYS_prlimit64, tr->pid, RLIMIT_SIGPENDING, NULL, &limit);
    s.room =
        (uint32_t) MIN(nr, MIN(limit.rlim_cur, ROOM_MAX) + KSIG_MAX); /* standard signals are queued beyond the limit */
    s.found = calloc(s.room, sizeof *s.found);
    if (!s.found)
        return -ENOMEM;
    int64_t r = process_aside(look, &s, &p->tracer.looker);
    if (r == 0)
        r = s.count;
    if (r > 0)
        *out = s.found;
    else
        free(s.found);
    return r;
}

int host_knows_request(struct process *p, long request)
{
    struct question q = {.request = request, .known = -EAGAIN};
    int64_t r = process_aside(ask_host, &q, &p->tracer.looker);
    return r ? (int) r : q.known;
}
