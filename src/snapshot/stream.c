#include "snapshot/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/fault.h"
#include "base/fds.h"
#include "base/fsize.h"
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

/* Until it is sealed, whoever guesses its first number, or finds it by way of /proc, can write to it, too. */
static int check_file(int fd, const struct stream_writer *w)
{
    uint8_t buf[4096];
    for (size_t at = 0;;) {
        long n = host(SYS_pread64, fd, buf, sizeof buf, at);
        if (n < 0)
            return (int) n;
        if (n == 0)
            return at == w->size ? 0 : -EIO;
        if ((size_t) n > w->size - at || memcmp(buf, w->data + at, (size_t) n))
            return -EIO;
        at += (size_t) n;
    }
}

static int seal_file(const struct stream_writer *w)
{
    struct rlimit64 limit;
    if (!fsize_lift(w->size, &limit))
        return -EFBIG;
    int fd = (int) host(SYS_memfd_create, "elfuse-exec", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd >= 0)
        fd = fds_adopt_fd(fd, true);
    int r = fd < 0 ? fd : write_all(fd, w->data, w->size);
    fsize_restore(w->size, &limit);
    if (r == 0)
        r = (int) host(SYS_fcntl, fd, F_ADD_SEALS, SEALS);
    if (r == 0)
        r = check_file(fd, w);
    if (r && fd >= 0)
        fds_close(fd);
    return r ? r : fd;
}

/* Where no file may be that large, a pipe that holds all of it: its other end is closed, so nobody can add to it. */
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
        return fds_adopt_fd(end[0], true);
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

int stream_seal(struct stream_writer *w)
{
    int fd = stream_end(w);
    if (fd == 0) {
        fds_create_lock();
        fd = seal_file(w);
        if (fd == -EFBIG)
            fd = fill_pipe(w);
        fds_create_unlock();
        free(w->data);
    }
    return fd;
}

/* Everything in the pipe: 0 or a negative errno. */
static int drain_pipe(struct stream_reader *r, int fd)
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

static int read_file(struct stream_reader *r, int fd, size_t size)
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

/* From a socket no more than the stream itself: what follows is another's to read. */
static int read_socket(struct stream_reader *r, int fd)
{
    struct head h;
    int err = stream_read_all(fd, &h, sizeof h);
    if (err || h.magic != STATE_MAGIC || h.size < sizeof h || h.size > STATE_MAX)
        return err ? err : -EINVAL;
    r->data = malloc(h.size);
    if (!r->data)
        return -ENOMEM;
    memcpy(r->data, &h, sizeof h);
    r->size = h.size;
    return stream_read_all(fd, r->data + sizeof h, h.size - sizeof h);
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

int stream_open(struct stream_reader *r, int fd)
{
    struct stat st;
    int pid = (int) host(SYS_getpid);
    *r = (struct stream_reader){0};
    int err = (int) host(SYS_fstat, fd, &st);
    if (err)
        return err;
    if (S_ISSOCK(st.st_mode)) {
        struct ucred peer;
        socklen_t n = sizeof peer;
        err = (int) host(SYS_getsockopt, fd, SOL_SOCKET, SO_PEERCRED, &peer, &n);
        pid = peer.pid;
        if (err == 0)
            err = read_socket(r, fd);
    } else if (S_ISFIFO(st.st_mode)) {
        err = drain_pipe(r, fd);
    } else if (host(SYS_fcntl, fd, F_GET_SEALS) != SEALS || st.st_size > STATE_MAX) {
        err = -EINVAL;
    } else {
        err = read_file(r, fd, (size_t) st.st_size);
    }
    if (err) {
        stream_close(r);
        return err;
    }
    return stream_adopt(r, r->data, r->size, pid);
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
