#include "snapshot/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/fault.h"
#include "base/fds.h"
#include "base/fsize.h"
#include "base/raw.h"

#define STATE_MAGIC 0x6573756665666c65ull
#define STATE_VERSION 1u

struct head {
    uint64_t magic;
    uint32_t version, pid;
    uint64_t size; /* of the whole stream */
};

struct section {
    uint32_t tag, pad;
    uint64_t size; /* of the bytes that follow, before padding to 8 */
};

static void append(struct stream_writer *w, const void *data, size_t n)
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

void stream_begin(struct stream_writer *w)
{
    const struct head h = {.magic = STATE_MAGIC, .version = STATE_VERSION, .pid = (uint32_t) host(SYS_getpid)};
    *w = (struct stream_writer){0};
    append(w, &h, sizeof h);
}

void stream_put(struct stream_writer *w, enum stream_tag tag, const void *data, size_t size)
{
    const struct section s = {.tag = tag, .size = size};
    w->failed |= tag >= ST_THREAD && fault(FAULT_FORK_SECTION);
    append(w, &s, sizeof s);
    append(w, data, size);
}

void stream_put_str(struct stream_writer *w, enum stream_tag tag, const char *s)
{
    if (s)
        stream_put(w, tag, s, strlen(s));
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

/* ---- what passes through a descriptor that others may have, too ---- */

__extension__ typedef unsigned __int128 word;
#define PRIME (((word) 1 << 127) - 1)
#define BLOCK ((((word) 1) << 120) - 1) /* 15 bytes */

/* Less by a multiple of the prime, and at most 2^127. */
static word fold(word x)
{
    return (x & PRIME) + (x >> 127);
}

/* a * b modulo the prime, for a up to 2^127 and b below 2^124. */
static word times(word a, word b)
{
    const uint64_t a0 = (uint64_t) a, a1 = (uint64_t) (a >> 64), b0 = (uint64_t) b, b1 = (uint64_t) (b >> 64);
    const word low = (word) a0 * b0, middle = (word) a0 * b1 + (word) a1 * b0 + (low >> 64);
    const word high = (word) a1 * b1 + (middle >> 64);
    return fold(high * 2 + fold(middle << 64 | (uint64_t) low)); /* 2^128 is 2 */
}

/* The polynomial whose coefficients are the size and the data, at a point that nobody else knows: other data have the same value there at less
 * than one point in 2^100. */
static void sum_of(const uint8_t *data, size_t size, const uint64_t key[2], uint64_t sum[2])
{
    const word point = ((word) key[1] << 64 | key[0]) & (((word) 1 << 124) - 1);
    word h = size, block = 0;
    for (; size > sizeof block; data += 15, size -= 15) {
        memcpy(&block, data, sizeof block);
        h = fold(times(h, point) + (block & BLOCK));
    }
    for (; size; data += MIN(size, 8ul), size -= MIN(size, 8ul)) {
        block = 0;
        memcpy(&block, data, MIN(size, 8ul));
        h = fold(times(h, point) + block);
    }
    sum[0] = (uint64_t) h;
    sum[1] = (uint64_t) (h >> 64);
}

static int fill_file(const struct stream_writer *w)
{
    struct rlimit64 limit;
    if (!fsize_lift(w->size, &limit))
        return -EFBIG;
    int fd = (int) host(SYS_memfd_create, "elfuse-exec", MFD_CLOEXEC);
    if (fd >= 0)
        fd = fds_adopt_private(fd, true);
    host(SYS_lseek, fd, 0l, SEEK_SET); /* something may have been written by mistake to a number that was free */
    int r = fd < 0 ? fd : write_all(fd, w->data, w->size);
    fsize_restore(w->size, &limit);
    if (r && fd >= 0)
        fds_close(fd);
    return r ? r : fd;
}

/* Where no file may be that large, a pipe that holds all of it. */
static int fill_pipe(const struct stream_writer *w)
{
    int end[2], r = (int) host(SYS_pipe2, end, O_CLOEXEC | O_NONBLOCK);
    if (r)
        return r;
    r = (int) host(SYS_fcntl, end[1], F_SETPIPE_SZ, (int) MIN(w->size, (size_t) INT32_MAX));
    if (r >= 0)
        r = write_all(end[1], w->data, w->size);
    host(SYS_close, end[1]);
    if (r == 0)
        return fds_adopt_private(end[0], true);
    host(SYS_close, end[0]);
    return -E2BIG;
}

int stream_end(struct stream_writer *w)
{
    stream_put(w, ST_END, "", 0);
    if (w->failed) {
        free(w->data);
        return -ENOMEM;
    }
    ((struct head *) w->data)->size = w->size;
    return 0;
}

int stream_pass(struct stream_writer *w, struct stream_ticket *out)
{
    int fd = stream_end(w);
    if (fd)
        return fd;
    *out = (struct stream_ticket){.size = w->size};
    if (getrandom(out->key, sizeof out->key, 0) == sizeof out->key) {
        sum_of(w->data, w->size, out->key, out->sum);
        fds_create_lock();
        fd = fill_file(w);
        if (fd == -EFBIG)
            fd = fill_pipe(w);
        fds_create_unlock();
    } else {
        fd = -EIO;
    }
    free(w->data);
    out->fd = (uint64_t) fd;
    return MIN(fd, 0);
}

int stream_adopt(struct stream_reader *r, uint8_t *data, size_t size, int pid)
{
    struct head h;
    *r = (struct stream_reader){.data = data, .size = size, .at = sizeof h};
    if (size < sizeof h)
        goto bad;
    memcpy(&h, data, sizeof h);
    if (h.magic != STATE_MAGIC || h.version != STATE_VERSION || h.size != size || h.pid != (uint32_t) pid)
        goto bad;
    /* Every section lies inside, and the last one is the end. */
    for (size_t at = sizeof h;;) {
        struct section s;
        if (size - at < sizeof s)
            break;
        memcpy(&s, data + at, sizeof s);
        at += sizeof s;
        if (s.size > size - at)
            break;
        at += (s.size + 7) & ~7ull;
        if (s.tag == ST_END && at == size)
            return 0;
        if (s.tag == ST_END || at > size)
            break;
    }
bad:
    stream_close(r);
    return -EINVAL;
}

int stream_read_all(int fd, void *data, size_t size)
{
    for (size_t done = 0; done < size;) {
        long n = host(SYS_read, fd, (char *) data + done, size - done);
        if (n == -EINTR)
            continue;
        if (n <= 0)
            return n ? (int) n : -EPIPE;
        done += (size_t) n;
    }
    return 0;
}

int stream_receive(struct stream_reader *r, const struct stream_ticket *t)
{
    uint64_t sum[2] = {0};
    uint8_t *data = malloc(t->size);
    if (!data)
        return -ENOMEM;
    host(SYS_lseek, (int) t->fd, 0l, SEEK_SET); /* a file stands at its end */
    int err = stream_read_all((int) t->fd, data, t->size);
    if (err == 0)
        sum_of(data, t->size, t->key, sum);
    if (err || sum[0] != t->sum[0] || sum[1] != t->sum[1]) {
        free(data);
        return err ? err : -EINVAL;
    }
    return stream_adopt(r, data, t->size, (int) host(SYS_getpid));
}

enum stream_tag stream_next(struct stream_reader *r, const void **data, size_t *size)
{
    struct section s;
    memcpy(&s, r->data + r->at, sizeof s);
    if (s.tag == ST_END)
        return ST_END;
    *data = r->data + r->at + sizeof s;
    *size = s.size;
    r->at += sizeof s + ((s.size + 7) & ~7ull);
    return (enum stream_tag) s.tag;
}

void stream_close(struct stream_reader *r)
{
    free(r->data);
    r->data = NULL;
}
