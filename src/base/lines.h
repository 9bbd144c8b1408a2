/* Small text files of the host, line by line, and numbers in them. Raw calls instead of stdio: its FILE machinery (locales, wide characters,
 * conversion modules) would be a third of the binary. */
#ifndef BASE_LINES_H
#define BASE_LINES_H

#include "base/base.h"

struct lines {
    int fd;
    size_t at, have;
    char buf[1024];
};

/* 0 or a negative errno. */
int lines_open(struct lines *l, const char *path);
/* The next line without its newline, in the buffer until the next call; NULL at the end. What is longer than the buffer comes in pieces. */
char *lines_next(struct lines *l);
void lines_close(struct lines *l);

/* The number at *p in `base` (2 to 16), without sign; *p moves behind it. False when there is no digit. Wraps silently. */
bool parse_number(const char **p, unsigned base, uint64_t *out);

#endif
