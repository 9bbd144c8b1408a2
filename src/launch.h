/* options -> first guest process, running. */
#ifndef LAUNCH_H
#define LAUNCH_H

#include "options.h"

/* Connect the layers: what exec carries for those above it, crash reports, statistics. Once, before anything else. */
void launch_wire(void);

/* Start o->argv as the first guest process on the calling thread. Never returns. */
_Noreturn void launch(struct options *o);

#endif
