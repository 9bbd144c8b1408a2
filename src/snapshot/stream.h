/* The typed stream of sections in which a process's state travels: in a memfd over an exec, in memory to a forked child. Tag,
 * length, bytes; framing and origin are checked before any of it is used (docs/internals/exec.md, fork.md). */
#ifndef SNAPSHOT_STREAM_H
#define SNAPSHOT_STREAM_H

#include "base/base.h"

enum stream_tag {
    ST_END,
    ST_IMAGE,   /* struct state_image: fixed-size facts */
    ST_OPTIONS, /* descriptors of the layers above: launch.c */
    ST_SYSROOT, /* strings, without NUL */
    ST_HOSTNAME,
    ST_EXEC_PATH,
    ST_EXECFN,
    ST_ARG, /* one section a string, in order */
    ST_ENV,
    ST_CRED,       /* struct sys_cred */
    ST_LIMITS,     /* struct sys_limits */
    ST_CPU,        /* machine_facts() */
    ST_SECCOMP,    /* seccomp_save(): of exec and of a fork */
    ST_TRACED,     /* struct traced_exec */
    ST_TRACEES,    /* tracee_exec_save() */
    ST_TRANSLATOR, /* translator_save() */
    ST_SPECIAL,    /* descriptors that the supervisor serves (fs/special.h) */
    /* of a fork: task/image.h */
    ST_THREAD,
    ST_XSAVE,
    ST_PROCESS,
    ST_SIGNALS, /* struct ksigaction[65] */
    ST_SPACE,
    ST_REGIONS,
    ST_BINDINGS,
    ST_OBJECTS,
};

struct stream_writer {
    uint8_t *data;
    size_t size, room;
    bool failed;
};

void stream_begin(struct stream_writer *w);
void stream_put(struct stream_writer *w, enum stream_tag tag, const void *data, size_t size);
void stream_put_str(struct stream_writer *w, enum stream_tag tag, const char *s); /* NULL: nothing is written */

/* A stream in a descriptor of the window that exec passes on, and how to tell it from any other. A guest may have the file, too, from its birth on, and
 * write to it: believed is what has this sum, by a key that was drawn for it. To be passed where nobody else writes or reads. */
struct stream_ticket {
    uint64_t fd, size, key[2], sum[2];
};
/* 0, or a negative errno. Frees the buffer either way. */
int stream_pass(struct stream_writer *w, struct stream_ticket *out);

/* Close the stream into w->data, of w->size bytes, which the caller frees. 0, or -ENOMEM with nothing to free. */
int stream_end(struct stream_writer *w);

struct stream_reader {
    uint8_t *data;
    size_t size, at;
};

/* Read what this process passed to itself: once, and -EINVAL when it is anything else. */
int stream_receive(struct stream_reader *r, const struct stream_ticket *t);
/* The same for bytes of its own memory: takes `data` (malloc'd) over, and frees it when it refuses. `pid`: the writer that it has to name. */
int stream_adopt(struct stream_reader *r, uint8_t *data, size_t size, int pid);
/* `size` bytes from `fd`: 0, or a negative errno; -EPIPE when it ends before. */
int stream_read_all(int fd, void *data, size_t size);
/* The next section: its tag, ST_END at the end. `*data` points into the stream. */
enum stream_tag stream_next(struct stream_reader *r, const void **data, size_t *size);
void stream_close(struct stream_reader *r);

#endif
