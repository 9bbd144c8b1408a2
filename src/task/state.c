#include "task/state.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <stdlib.h>
#include <string.h>
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

int state_seal(struct state_writer *w)
{
    state_put(w, ST_END, "", 0);
    int fd = w->failed ? -ENOMEM : 0;
    if (fd == 0) {
        ((struct head *) w->data)->size = w->size;
        fds_create_lock();
        fd = (int) host(SYS_memfd_create, "elfuse-exec", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (fd >= 0)
            fd = fds_adopt_fd(fd, true);
        fds_create_unlock();
    }
    for (size_t done = 0; fd >= 0 && done < w->size;) {
        long n = host(SYS_write, fd, w->data + done, w->size - done);
        if (n < 0) {
            fds_close(fd);
            fd = (int) n;
        } else {
            done += (size_t) n;
        }
    }
    if (fd >= 0)
        host(SYS_fcntl, fd, F_ADD_SEALS, SEALS);
    free(w->data);
    return fd;
}

int state_open(struct state_reader *r, int fd)
{
    struct stat st;
    struct head h;
    if (host(SYS_fcntl, fd, F_GET_SEALS) != SEALS || host(SYS_fstat, fd, &st) || st.st_size < (long) sizeof h ||
        st.st_size > STATE_MAX)
        return -EINVAL;
    *r = (struct state_reader){.size = (size_t) st.st_size, .at = sizeof h};
    r->data = malloc(r->size);
    if (!r->data)
        return -ENOMEM;
    for (size_t done = 0; done < r->size;) {
        long n = host(SYS_pread64, fd, r->data + done, r->size - done, done);
        if (n <= 0) {
            state_close(r);
            return -EINVAL;
        }
        done += (size_t) n;
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
