/* Translations that are no longer true: a thread works on a page at full speed, on another CPU if there is one, while
 * the main thread takes the page away. From the moment when the call returns no access may go through. */
#ifndef STALE_H
#define STALE_H

#include <setjmp.h>

#include "threads.h"

static volatile char *volatile stale_page;
static _Atomic uint64_t stale_done;   /* accesses that went through */
static _Atomic uint64_t stale_faults; /* accesses that did not */
static atomic_bool stale_stop;
static sigjmp_buf stale_jmp;

static void stale_handler(int sig)
{
    (void) sig;
    siglongjmp(stale_jmp, 1);
}

static void stale_prepare(void)
{
    struct sigaction sa = {.sa_handler = stale_handler, .sa_flags = SA_NODEFER};
    MUST(sigaction(SIGSEGV, &sa, NULL) == 0);
    MUST(sigaction(SIGBUS, &sa, NULL) == 0);
}

/* Adds one to the first word of the page, over and over. */
T_UNUSED static void *stale_writer(void *arg)
{
    (void) arg;
    while (!atomic_load(&stale_stop)) {
        if (sigsetjmp(stale_jmp, 0)) {
            atomic_fetch_add(&stale_faults, 1);
            continue;
        }
        for (int i = 0; i < 1000; i++) {
            ++*(volatile uint64_t *) stale_page;
            atomic_fetch_add(&stale_done, 1);
        }
    }
    return NULL;
}

#endif
