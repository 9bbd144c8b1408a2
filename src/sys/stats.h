/* --stats: counters on exit, one `name value` a line. Counting is off, and free, without the option. */
#ifndef SYS_STATS_H
#define SYS_STATS_H

#include "sys/sys.h"

extern bool stats_on;

/* Start counting; the text goes to a duplicate of the present stderr (in the window; survives exec as stats_fd()). 0 or -errno. */
int stats_open(void);
void stats_adopt(int fd);
int stats_fd(void);

/* In a child that fork made: what was counted is its parent's. */
void stats_forked(struct process *p);

/* One served call. */
void stats_call(const struct sys_row *row, uint64_t ns);
/* A start-up phase ends now: `name` is static ("machine", "load", …). The first call sets the origin. */
void stats_phase(const char *name);
/* Write everything. Called once by the process that exits, before it does. */
void stats_print(struct process *p);

#endif
