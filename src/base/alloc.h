/* The supervisor's heap, in place of the C library's: malloc() and its kin are defined in alloc.c. Every change is one store, so that a
 * process that is killed inside, or a copy made by fork at any moment, leaves at worst a block that nobody uses. */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

/* Process `pid`, which shared this memory, is dead. */
void alloc_repair(int pid);
/* In the child of a fork: another thread may have been inside. */
void alloc_fork_child(void);

#endif
