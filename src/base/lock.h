/* A lock that knows which process holds it. Supervisors share memory with a child of vfork or clone(CLONE_VM), which may be
 * killed at any instruction: the thread that slept for it asks each lock whether the dead process holds it, repairs what the lock protects,
 * and lets it go in its name. One atomic word, so that there is no moment at which the owner is not known. Not recursive. */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include "base/base.h"

struct lock {
    uint32_t word; /* 0: free; else the owner's process id, with LOCK_WAITED where somebody sleeps for it */
};

void lock_take(struct lock *l);
/* For one in memory that processes share which are no relatives in it: takes it from a dead owner, whom nobody else looks after. What it protects has
 * to be good at any moment. */
void lock_take_over(struct lock *l);
/* Has process `pid` ended, whether or not its parent knows? */
bool lock_owner_dead(int pid);
void lock_drop(struct lock *l);
/* Process `from` took it for the caller, whose it is from now on. False: by now it is somebody else's, for that process is dead. */
bool lock_inherit(struct lock *l, int from);
/* Does process `pid` hold it? Tells anything reliable of a dead one only. */
bool lock_held_by(const struct lock *l, int pid);
/* The process that the calling thread acts for: what its locks name. */
int lock_self(void);
/* This host thread acts for process `pid` from now on: thread-local storage may be another's, or be copied from one. 0: ask. Returns what
 * was there. */
int lock_act_for(int pid);

#endif
