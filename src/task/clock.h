/* The host's CLOCK_MONOTONIC, in nanoseconds: where the ends of waits are fixed. */
#ifndef TASK_CLOCK_H
#define TASK_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NSEC 1000000000ll
#define CLOCK_NEVER INT64_MAX

int64_t clock_now(void);
/* So much later than now, neither negative; CLOCK_NEVER where the clock ends before. */
int64_t clock_after(int64_t sec, int64_t nsec);
/* From now to then, zero when that has passed. */
struct timespec clock_left(int64_t end);

#endif
