/* personality(2) is the host's, a thread's own, and few programs have one: asked for only where there may be something to find. */
#ifndef BASE_PERSONA_H
#define BASE_PERSONA_H

#include <sys/personality.h>

#include "base/base.h"

/* Has the calling thread READ_IMPLIES_EXEC or STICKY_TIMEOUTS? */
bool persona_has(unsigned flag);
/* Before a thread of the process gets any. */
void persona_changes(void);

#endif
