#include "sys/tracee_exec.h"

#include <stdlib.h>
#include <string.h>

#include "base/raw.h"
#include "sys/tracee_table.h"

struct saved {
    int tid; /* who made the exec */
    size_t count;
    struct tracee tracees[];
};

static struct saved *saved;

static size_t saved_size(size_t count)
{
    return offsetof(struct saved, tracees) + count * sizeof(struct tracee);
}

void tracee_exec_save(struct thread *t, struct stream_writer *w)
{
    struct tracer *me = &t->proc->tracer;
    size_t count = (size_t) me->count, n = 0;
    autofree struct saved *s = count ? calloc(1, saved_size(count)) : NULL;
    if (s) {
        *s = (struct saved){.tid = t->tid, .count = count};
        for (const struct tracee *tr = me->list; tr; tr = tr->next)
            s->tracees[n++] = *tr;
        stream_put(w, ST_TRACEES, s, saved_size(count));
    } else if (count) {
        w->failed = true;
    }
}

bool tracee_exec_load(const void *data, size_t size)
{
    const struct saved *s = data;
    if (saved || size < sizeof *s || size != saved_size(s->count) || !(saved = malloc(size)))
        return false;
    memcpy(saved, data, size);
    return true;
}

/* The same one in this image's table, traced by `tracer_tid`. */
static struct tracee *add(struct process *p, const struct tracee *from, int tracer_tid)
{
    struct tracee *tr = tracee_add(p, from->tid, from->at);
    if (!tr)
        return NULL;
    tr->pid = from->pid;
    tr->tracer_tid = tracer_tid;
    tr->reported = from->reported;
    tr->expected = from->expected;
    tr->child = from->child;
    tr->end_told = from->end_told;
    return tr;
}

/* Before ours are in the table: one of the numbers may be that of the first thread, which is another one now. */
static void let_others_go(struct process *p)
{
    for (size_t i = 0; i < saved->count; i++)
        if (saved->tracees[i].tracer_tid != saved->tid)
            add(p, &saved->tracees[i], saved->tracees[i].tracer_tid);
    tracee_leave_all(p, 0);
    while (p->tracer.list)
        tracee_drop(p, p->tracer.list);
}

void tracee_exec_done(struct process *p)
{
    if (!saved)
        return;
    let_others_go(p);
    for (size_t i = 0; i < saved->count; i++) {
        const struct tracee *from = &saved->tracees[i];
        if (from->tracer_tid != saved->tid || !add(p, from, p->pid) || !from->at || saved->tid == p->pid)
            continue;
        traced_poke(from->tid, from->at + offsetof(struct traced, tracer_tid), &p->pid, sizeof p->pid);
    }
    free(saved);
    saved = NULL;
}
