/* Children between the host's fork and their word that they run. One that fails in between never was for the guest: but the host's kernel tells of
 * its end like any other's, to whichever thread waits or has a handler. So a fork is listed here while nobody knows, and one that failed until
 * both have been met. */
#ifndef TASK_BIRTH_H
#define TASK_BIRTH_H

#include <signal.h>

#include "base/base.h"

struct birth;

/* Before the host's fork; NULL when too many threads do so at once: then a failure can be seen. `sig`: what the child's end sends. */
struct birth *birth_begin(int sig);
/* After it, in the parent: the child is `pid`, or there is none (negative). */
void birth_is(struct birth *b, int pid);
/* The child runs, or `failed`: before it is reaped. */
void birth_end(struct birth *b, bool failed);
/* Child `pid`, which failed, was reaped by who made it. */
void birth_reaped(int pid);
/* The host told of `pid`: is it a child that failed? Waits for who makes it to know. `peek`: it was not reaped. */
bool birth_failed(int pid, bool peek);
/* The same of a signal about a child's end. */
bool birth_failed_signal(const siginfo_t *info);
/* `pid` is a child by other ways than these: no failure of long ago. */
void birth_other(int pid);
/* Process `pid`, which shared this memory, is gone. */
void birth_gone(int pid);
/* In a new process: the list is its parent's. */
void birth_forget(void);

#endif
