/* The numbers of a process in the pid namespaces from procfs's inwards: where /proc is that of an outer one, what it calls a process is not what kill(2)
 * does. */
#ifndef BASE_NSPID_H
#define BASE_NSPID_H

/* How many there are of this process, the last of them the one that it knows itself by; 0: procfs does not know it. */
int nspid_depth(void);
/* The one at `depth` (1: procfs's own) of the process that procfs calls `number`, or of this process (0). 0: it is gone, or has none there. */
int nspid_at(int number, int depth);
/* The one in the caller's own pid namespace of what `procfs`, a directory, calls `number`, and the one that it knows itself by; 0 as above, or that is
 * the procfs of a namespace that the caller is not in. */
int nspid_here(int procfs, int number, int *own);
/* The latter alone. */
int nspid_own(int number);

#endif
