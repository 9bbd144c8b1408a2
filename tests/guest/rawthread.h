/* Threads made by clone itself: no thread-local storage, so they do little and make system calls only by raw(). */
#ifndef RAWTHREAD_H
#define RAWTHREAD_H

#include <linux/sched.h>
#include <sched.h>

#include "threads.h"

#define RAW_THREAD (CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_SETTLS)

struct raw_thread {
    char *stack;
    _Atomic uint32_t cleared; /* the id while it lives */
    int parent_tid, child_tid, pidfd;
};

/* A thread with these flags besides RAW_THREAD, on memory for the thread-local storage of the C library: errno may be used. */
T_UNUSED static long raw_thread(struct raw_thread *r, int (*fn)(void *), uint64_t flags, void *arg)
{
    size_t size = 128 << 10;
    if (!r->stack)
        r->stack = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(r->stack != MAP_FAILED);
    /* A thread pointer that points to itself, with zeros before it. */
    void **tls = (void **) (r->stack + size + size / 2);
    tls[0] = tls;
    tls[2] = tls;
    atomic_store(&r->cleared, 1);
    r->parent_tid = r->child_tid = 0;
    return clone(fn, r->stack + size, (int) (flags | RAW_THREAD | CLONE_CHILD_CLEARTID), arg,
                 flags & CLONE_PIDFD ? &r->pidfd : &r->parent_tid, tls, &r->cleared);
}

T_UNUSED static void raw_join(struct raw_thread *r)
{
    uint32_t now;
    while ((now = atomic_load(&r->cleared)) != 0)
        futex(&r->cleared, FUTEX_WAIT, now, NULL, NULL, 0);
}

#endif
