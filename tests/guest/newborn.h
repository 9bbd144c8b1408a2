/* Threads that come and go, and another that asks after numbers that are about to be one's. */
#ifndef NEWBORN_H
#define NEWBORN_H

#include "rawthread.h"

/* Where elfuse lies (src/base/place.h); a program has nothing there by itself. */
static const uint64_t newborn_zone = 0x7e9000000000;

enum { NEWBORN_LIVE = 2, NEWBORN_AHEAD = 2, NEWBORN_FOUND = 64, NEWBORN_NS = 1000000000, NEWBORN_MAX = 10000 };
static _Atomic uint32_t newborn_last, newborn_over;
static uint8_t newborn_ours[1 << 22]; /* by number: of a thread of this program */
static int newborn_found[NEWBORN_FOUND], newborn_count;
static void (*newborn_lives)(void);
static bool (*newborn_asks)(int tid);

static int newborn_body(void *end)
{
    if (newborn_lives)
        newborn_lives();
    word_wait(end, 1);
    return 0;
}

/* The next numbers, for others make threads too; one that is made while this one has lost the processor is of a thread that has long begun. */
static void *newborn_asker(void *arg)
{
    while (!atomic_load(&newborn_over)) {
        int next = (int) atomic_load(&newborn_last);
        for (int i = 1; i <= NEWBORN_AHEAD; i++)
            if (newborn_asks(next + i))
                newborn_found[newborn_count++ % NEWBORN_FOUND] = next + i;
    }
    return arg;
}

/* How many of the newest answers that were not to be given were about threads of this program. */
T_UNUSED static int newborn_wrong(void (*lives)(void), bool (*asks)(int tid))
{
    static struct raw_thread live[NEWBORN_LIVE];
    static _Atomic uint32_t end[NEWBORN_LIVE];
    int wrong = 0;
    newborn_lives = lives;
    newborn_asks = asks;
    newborn_last = (uint32_t) getpid();
    pthread_t asker = thread_start(newborn_asker, NULL);
    int64_t from = now_ns(CLOCK_MONOTONIC);
    /* Not so many that a number would come round again, and be another process's before or after. */
    for (unsigned i = 0; i < NEWBORN_MAX && now_ns(CLOCK_MONOTONIC) - from < NEWBORN_NS; i++) {
        unsigned n = i % NEWBORN_LIVE;
        word_set(&end[n], 1);
        raw_join(&live[n]);
        atomic_store(&end[n], 0);
        long tid = raw_thread(&live[n], newborn_body, CLONE_FS | CLONE_FILES | CLONE_SYSVSEM, &end[n]);
        MUST(tid > 0);
        newborn_ours[tid] = 1;
        atomic_store(&newborn_last, (uint32_t) tid);
    }
    for (int n = 0; n < NEWBORN_LIVE; n++) {
        word_set(&end[n], 1);
        raw_join(&live[n]);
    }
    atomic_store(&newborn_over, 1);
    thread_join(asker);
    for (int i = 0; i < NEWBORN_FOUND; i++)
        wrong += newborn_found[i] && newborn_ours[newborn_found[i]];
    return wrong;
}

#endif
