/* The ioctl requests that are known by name, for the handler and for --trace. */
#ifndef SYS_IOCTL_H
#define SYS_IOCTL_H

#include "base/base.h"

/* "TCGETS", or NULL. */
const char *ioctl_name(uint32_t request);

#endif
