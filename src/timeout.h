/* --timeout: a parent that watches the clock. */
#ifndef TIMEOUT_H
#define TIMEOUT_H

/* Fork: returns in the child, which becomes the guest. The parent waits, forwards signals and the child's way of ending, and after `seconds`
 * ends it and all its descendants: SIGTERM, then SIGKILL; its own status is then 124. */
void timeout_watch(double seconds);

#endif
