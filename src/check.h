/* --check-host: what of the host's works, found out by doing it. */
#ifndef CHECK_H
#define CHECK_H

#include "options.h"

/* Print the table. The status of the command: 0 when programs run here, 125 when not. */
int check_host(const struct options *o);

#endif
