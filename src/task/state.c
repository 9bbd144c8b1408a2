#include "task/state.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/fds.h"
#include "base/raw.h"

#define STATE_MAGIC 0x6573756665666c65ull
#define STATE_VERSION 1u
#define STATE_MAX (256u << 20)
#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

struct head {
    uint64_t magic;
    uint32_t version, pid;
    uint64_t size; /* of the whole stream */
};

struct section {
    uint32_t tag, pad;
    uint64_t size; /* of the bytes that follow, before padding to 8 */
};

static void append(struct state_writer *w, const void *data, size_t n)
{
    size_t padded = (n + 7) & ~7ull;
    if (w->failed)
        return;
    if (w->size + padded > w->room) {
        size_t room = MAX(w->room * 2, w->size + padded + 4096);
        uint8_t *p = realloc(w->data, room);
        if (!p) {
            w->failed = true;
            return;
        }
        w->data = p;
        w->room = room;
    }
    memcpy(w->data + w->size, data, n);
    memset(w->data + w->size + n, 0, padded - n);
    w->size += padded;
}

void state_begin(struct state_writer *w)
{
    const struct head h = {.magic = STATE_MAGIC, .version = STATE_VERSION, .pid = (uint32_t) host(SYS_getpid)};
    *w = (struct state_writer){0};
    append(w, &h, sizeof h);
}

void state_put(struct state_writer *w, enum state_tag tag, const void *data, size_t size)
{
    const struct section s = {.tag = tag, .size = size};
    append(w, &s, sizeof s);
    append(w, data, size);
}

void state_put_str(struct state_writer *w, enum state_tag tag, const char *s)
{
    if (s)
        state_put(w, tag, s, strlen(s));
}

static int write_all(int fd, const uint8_t *data, size_t size)
{
    for (size_t done = 0; done < size;) {
        long n = host(SYS_write, fd, data + done, size - done);
        if (n < 0)
            return (int) n;
        done += (size_t) n;
    }
    return 0;
}

/* A memfd counts as a file for RLIMIT_FSIZE, which is the guest's and not meant for this: raised while it is written, if it may be. */
static int seal_file(const struct state_writer *w, const struct rlimit64 *fsize)
{
    const struct rlimit64 all = {fsize->rlim_max, fsize->rlim_max};
    int fd = (int) host(SYS_memfd_create, "elfuse-exec", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd >= 0)
        fd = fds_adopt_fd(fd, true);
    if (fd < 0)
        return fd;
    if (fsize->rlim_cur < w->size)
        host(SYS_prlimit64, 0, RLIMIT_FSIZE, &all, NULL);
    int r = write_all(fd, w->data, w->size);
    if (fsize->rlim_cur < w->size)
        host(SYS_prlimit64, 0, RLIMIT_FSIZE, fsize, NULL);
    if (r == 0)
        r = (int) host(SYS_fcntl, fd, F_ADD_SEALS, SEALS);
    if (r)
        fds_close(fd);
    return r ? r : fd;
}

/* Where no file may be that large, a pipe that holds all of it: its other end is closed, so nobody can add to it. */
static int fill_pipe(const struct state_writer *w)
{
    int end[2], r = (int) host(SYS_pipe2, end, O_CLOEXEC | O_NONBLOCK);
    if (r)
        return r;
    r = (int) host(SYS_fcntl, end[1], F_SETPIPE_SZ, (int) MIN(w->size, (size_t) INT32_MAX));
    if (r >= 0)
        r = write_all(end[1], w->data, w->size);
    host(SYS_close, end[1]);
    if (r == 0)
        return fds_adopt_fd(end[0], true);
    host(SYS_close, end[0]);
    return -E2BIG;
}

int state_seal(struct state_writer *w)
{
    struct rlimit64 fsize = {RLIM_INFINITY, RLIM_INFINITY};
    state_put(w, ST_END, "", 0);
    int fd = -ENOMEM;
    if (!w->failed) {
        ((struct head *) w->data)->size = w->size;
        host(SYS_prlimit64, 0, RLIMIT_FSIZE, NULL, &fsize);
        fds_create_lock();
        fd = fsize.rlim_max < w->size ? fill_pipe(w) : seal_file(w, &fsize);
        fds_create_unlock();
    }
    free(w->data);
    return fd;
}

/* Everything in the pipe: 0 or a negative errno. */
static int drain_pipe(struct state_reader *r, int fd)
{
    for (size_t room = 0;;) {
        if (r->size == room) {
            room = MAX(room * 2, 65536ul);
            uint8_t *more = room > STATE_MAX ? NULL : realloc(r->data, room);
            if (!more)
                return -ENOMEM;
            r->data = more;
        }
        long n = host(SYS_read, fd, r->data + r->size, room - r->size);
        if (n <= 0)
            return (int) n;
        r->size += (size_t) n;
    }
}

static int read_file(struct state_reader *r, int fd, size_t size)
{
    r->data = malloc(size);
    if (!r->data)
        return -ENOMEM;
    while (r->size < size) {
        long n = host(SYS_pread64, fd, r->data + r->size, size - r->size, r->size);
        if (n <= 0)
            return -EINVAL;
        r->size += (size_t) n;
    }
    return 0;
}

int state_open(struct state_reader *r, int fd)
{
    struct stat st;
    struct head h;
    *r = (struct state_reader){.at = sizeof h};
    int err = (int) host(SYS_fstat, fd, &st);
    if (err)
        return err;
    if (S_ISFIFO(st.st_mode))
        err = drain_pipe(r, fd);
    else if (host(SYS_fcntl, fd, F_GET_SEALS) != SEALS || st.st_size > STATE_MAX)
        err = -EINVAL;
    else
        err = read_file(r, fd, (size_t) st.st_size);
    if (err || r->size < sizeof h) {
        state_close(r);
        return err ? err : -EINVAL;
    }
    memcpy(&h, r->data, sizeof h);
    if (h.magic != STATE_MAGIC || h.version != STATE_VERSION || h.size != r->size ||
        h.pid != (uint32_t) host(SYS_getpid)) {
        state_close(r);
        return -EINVAL;
    }
    /* Every section lies inside, and the last one is the end. */
    for (size_t at = sizeof h;;) {
        struct section s;
        if (r->size - at < sizeof s)
            break;
        memcpy(&s, r->data + at, sizeof s);
        at += sizeof s;
        if (s.size > r->size - at)
            break;
        at += (s.size + 7) & ~7ull;
        if (s.tag == ST_END && at == r->size)
            return 0;
        if (s.tag == ST_END || at > r->size)
            break;
    }
    state_close(r);
    return -EINVAL;
}

enum state_tag state_next(struct state_reader *r, const void **data, size_t *size)
{
    struct section s;
    memcpy(&s, r->data + r->at, sizeof s);
    if (s.tag == ST_END)
        return ST_END;
    *data = r->data + r->at + sizeof s;
    *size = s.size;
    r->at += sizeof s + ((s.size + 7) & ~7ull);
    return (enum state_tag) s.tag;
}

void state_close(struct state_reader *r)
{
    free(r->data);
    r->data = NULL;
}
