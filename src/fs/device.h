/* Devices whose messages, as write(2) takes them, hold addresses: the kernel would take the guest's for the supervisor's, and nobody translates them.
 * To a guest their driver is not there. For who opens files. */
#ifndef FS_DEVICE_H
#define FS_DEVICE_H

#include <sys/stat.h>

#include "base/base.h"

/* Certainly none, nor a device at all: what is opened all the time. */
bool device_is_plain(const struct stat *st);

/* Is it one? The caller holds the creation lock, since this opens files, but for plain ones. */
bool device_is_refused(const struct stat *st);

/* Has a file like the host's /proc/devices or /proc/misc, but for its block devices, a line with this number and one of `names` (up to NULL)?
 * True where it cannot be read. */
bool device_is_named(const char *path, unsigned number, const char *const names[]);

#endif
