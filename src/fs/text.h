/* Text that grows: what the synthetic files are put together in. A failed allocation is remembered, not reported
 * each time. */
#ifndef FS_TEXT_H
#define FS_TEXT_H

#include "base/base.h"

struct text {
    char *p; /* NUL-terminated once anything was added; the caller frees it */
    size_t n, room;
    bool failed; /* no memory: what is there is incomplete */
};

__attribute__((format(printf, 2, 3))) void text_printf(struct text *t, const char *fmt, ...);
void text_add(struct text *t, const void *bytes, size_t n);
/* Room for `n` more bytes at the end, to be filled and counted by the caller; NULL without memory. */
char *text_room(struct text *t, size_t n);

/* All of `fd` from offset 0. 0 or a negative errno. */
int text_read(struct text *t, int fd);

#endif
