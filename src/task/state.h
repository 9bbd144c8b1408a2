/* What survives exec beyond what the host kernel keeps: a typed stream of sections in a sealed memfd, written by the old program image and
 * read by the new one (docs/internals/exec.md). Tag, length, bytes; checked before any of it is used. */
#ifndef TASK_STATE_H
#define TASK_STATE_H

#include "base/base.h"

enum state_tag {
    ST_END,
    ST_IMAGE,   /* struct state_image: fixed-size facts */
    ST_OPTIONS, /* struct state_options */
    ST_SYSROOT, /* strings, without NUL */
    ST_HOSTNAME,
    ST_EXEC_PATH,
    ST_EXECFN,
    ST_ARG, /* one section a string, in order */
    ST_ENV,
    ST_CRED,   /* struct sys_cred */
    ST_LIMITS, /* struct sys_limits */
    ST_CPU,    /* machine_facts() */
};

struct state_writer {
    uint8_t *data;
    size_t size, room;
    bool failed;
};

void state_begin(struct state_writer *w);
void state_put(struct state_writer *w, enum state_tag tag, const void *data, size_t size);
void state_put_str(struct state_writer *w, enum state_tag tag, const char *s); /* NULL: nothing is written */
/* Seal into a memfd in the window that exec passes on. The descriptor, or a negative errno. Frees the buffer either way. */
int state_seal(struct state_writer *w);

struct state_reader {
    uint8_t *data;
    size_t size, at;
};

/* Take over descriptor `fd`: refuses (-EINVAL) what is not a sealed stream of this version written by this very process id. */
int state_open(struct state_reader *r, int fd);
/* The next section: its tag, ST_END at the end. `*data` points into the stream. */
enum state_tag state_next(struct state_reader *r, const void **data, size_t *size);
void state_close(struct state_reader *r);

#endif
