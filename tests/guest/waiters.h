/* Threads of different priority that arrive, one after the other, at something that they wait for. */
#ifndef WAITERS_H
#define WAITERS_H

#include "child.h"
#include "threads.h"

/* The calling thread's policy and priority: SCHED_FIFO, or for 0 the usual one. The call itself, which musl does not make. */
T_UNUSED static long set_fifo(int priority)
{
    int p = priority;
    return raw(sched_setscheduler, 0, priority ? SCHED_FIFO : SCHED_OTHER, &p);
}

/* Until the thread whose id appears in *tid was seen asleep some times in a row. The caller may hold a lock that gave it a real-time priority: it sleeps
 * between two looks, or what it waits for might find no processor (the kernel lets real-time threads have all but a twentieth of each second). */
T_UNUSED static void until_rests(_Atomic uint32_t *tid)
{
    static const struct timespec pause = {0, 200000};
    uint32_t id;
    while (!(id = atomic_load(tid)))
        nanosleep(&pause, NULL);
    for (int asleep = 0; asleep < 8; nanosleep(&pause, NULL))
        asleep = task_state(getpid(), (pid_t) id) == 'S' ? asleep + 1 : 0;
}

/* Field 18 of stat, the priority that the scheduler goes by: 20 and nice, or -1 less the real-time priority. */
T_UNUSED static long effective_priority(uint32_t tid)
{
    char path[64], buf[1024], *p;
    snprintf(path, sizeof(path), "/proc/self/task/%u/stat", tid);
    MUST(get_file(path, buf, sizeof(buf)) > 0 && (p = strrchr(buf, ')')));
    for (int field = 2; field < 18; field++)
        MUST((p = strchr(p + 1, ' ')));
    return strtol(p, NULL, 10);
}

/* One that waits, and which one it was, in the order in which they got on. */
struct waiter {
    int priority;
    _Atomic uint32_t tid;
    pthread_t thread;
};

static _Atomic uint32_t waiters_got;
static int waiters_order[64];

/* Counts the caller in, with what it waited for in hand (nobody else is counted at the same time, or the order is of no interest). */
T_UNUSED static void waiter_got(const struct waiter *w)
{
    waiters_order[atomic_fetch_add(&waiters_got, 1)] = w->priority;
}

/* Start the next one only when the one before has arrived. */
T_UNUSED static void waiters_start(struct waiter *w, unsigned n, void *(*fn)(void *) )
{
    for (unsigned i = 0; i < n; i++) {
        w[i].thread = thread_start(fn, &w[i]);
        until_rests(&w[i].tid);
    }
}

/* What a waiter does first. */
T_UNUSED static void waiter_begin(struct waiter *w)
{
    set_fifo(w->priority);
    atomic_store(&w->tid, (uint32_t) raw(gettid));
}

T_UNUSED static void waiters_join(const char *name, struct waiter *w, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        thread_join(w[i].thread);
    printf("%s:", name);
    for (unsigned i = 0; i < atomic_load(&waiters_got); i++)
        printf(" %d", waiters_order[i]);
    printf("\n");
    atomic_store(&waiters_got, 0);
}

#endif
