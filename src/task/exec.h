/* exec: check the program, hand everything to a fresh image of elfuse, start it there (docs/internals/exec.md). */
#ifndef TASK_EXEC_H
#define TASK_EXEC_H

#include "elf/elf.h"
#include "snapshot/stream.h"
#include "task/task.h"

/* What a program image starts with besides the program: from the command line, or from the image before. */
struct exec_context {
    struct space_limits limits;
    ksigset_t sigmask, ignored;
    struct sync_signals sync; /* pending for the thread that goes on */
    int exe_fd;               /* the program's file, in the window */
    bool first;               /* no image was before: nobody has chosen the place of this one */
    void *seccomp;            /* seccomp_save() of the image before, or NULL: exec_start() frees it */
    uint32_t seccomp_size;
};

/* Load `p` into a new address space and run it on the calling thread. Returns only on failure: a negative errno, *why a
 * sentence. Takes `p` over. */
int exec_start(const struct options *opt, struct program *p, const struct exec_context *ctx, const char **why);

/* The image before left `text` in the environment: go on from there, or end. Returns only when no image writes such a text. */
void exec_resume(const char *text);

/* execve and execveat: `fd` is the opened file, in the window, and is closed in any case. Strings in `p` are set. Returns a negative errno; on success this
 * program image is gone. */
int64_t exec_replace(struct thread *t, struct program *p, const char *path, int fd);

/* How files are found: set once at start. */
extern exec_open *exec_find;
/* Sections that layers above add to the stream, with the tracer's lock held, and read back: set once at start. */
extern void (*exec_save_more)(struct stream_writer *w);
extern void (*exec_load_more)(enum stream_tag tag, const void *data, size_t size);
extern void (*exec_started)(struct process *p, int exe_fd); /* before the first instruction */
extern void (*exec_phase)(const char *name); /* a part of the start ends now: "machine", "vcpu", "load" */
extern void (*exec_identity)(struct elf_auxv_info *aux);

#endif
