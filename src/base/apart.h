/* A function run with a descriptor table of its own, beside a guest whose threads may use any number at any moment: what it opens, no
 * other thread can name. For what must not be in the guest's reach even between its birth and its move into the window (base/fds.h). */
#ifndef BASE_APART_H
#define BASE_APART_H

#include "base/base.h"

/* Run fn(arg) on a host thread whose table holds `keep` alone (-1: nothing), which has all else of the caller's, thread-local storage and locks, too; the
 * caller sleeps until it is done, and no signal comes in. Closing there drops no record lock. fn takes no more stack than APART_STACK. 0, or a negative
 * errno: then fn was not run. */
#define APART_STACK (64ull << 10)
int apart_run(void (*fn)(void *arg), void *arg, int keep);

#endif
