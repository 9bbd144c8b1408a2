/* What trace.c, trace_flags.c and trace_struct.c share: a line under construction, and how values and structures are written into it. Lines are built on
 * the stack and never touch guest memory but by copying. */
#ifndef SYS_TRACE_LINE_H
#define SYS_TRACE_LINE_H

#include "sys/trace.h"

#define LINE_MAX_BYTES 8192
#define STRING_SHOWN 32 /* bytes of a buffer */

/* The result is always there: what does not fit is left out before it. */
#define LINE_END_BYTES 256
#define LINE_ROOM (LINE_MAX_BYTES - 1 - LINE_END_BYTES) /* one for the newline */

struct line {
    char text[LINE_MAX_BYTES];
    size_t len, room;
    bool cut;
};

__attribute__((format(printf, 2, 3))) void line_put(struct line *l, const char *fmt, ...);
/* A guest address, NULL for 0. */
void line_pointer(struct line *l, uint64_t va);
/* Bytes in quotes, escaped as in C. */
void line_bytes(struct line *l, const void *bytes, size_t n);
/* The same of guest memory: a string of up to `max` bytes; `size` bytes, of which STRING_SHOWN are shown. */
void line_string(struct line *l, struct thread *t, uint64_t va, size_t max);
void line_buffer(struct line *l, struct thread *t, uint64_t va, uint64_t size);
/* By one of the tables of enum trace_flags. */
void line_flags(struct line *l, enum trace_flags set, uint64_t v);
void line_signal(struct line *l, int sig);
/* Argument `i` as the structure that the table says it is: false when it is none, or cannot be shown at this moment (before the call fills
 * it in, after a failure, at a bad address). */
bool line_struct(struct line *l, struct thread *t, const struct sys_row *row, unsigned i, int64_t ret, bool done);
/* {si_signo=…} */
void line_siginfo(struct line *l, const siginfo_t *info);

#endif
