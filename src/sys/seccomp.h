/* What prctl(2) and ioctl(2) leave to seccomp.c. */
#ifndef SYS_SECCOMP_H
#define SYS_SECCOMP_H

#include "sys/sys.h"

/* PR_SET_SECCOMP. */
int64_t seccomp_prctl(struct thread *t, uint64_t mode, uint64_t va);
/* The requests of a listener that have more in them than flat bytes. */
int64_t seccomp_ioctl(struct thread *t, int fd, uint32_t request, uint64_t va);

#endif
