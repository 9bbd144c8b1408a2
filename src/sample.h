/* The smallest program of an architecture, for --check-host: it ends with status 42. */
#ifndef SAMPLE_H
#define SAMPLE_H

#include "base/base.h"

#define SAMPLE_STATUS 42

/* A descriptor of it, or a negative errno: -ENOENT when there is none for `arch` (as uname -m has it). */
int sample_open(const char *arch);

#endif
