#include "base/lines.h"

#include <fcntl.h>
#include <string.h>

#include "base/procfs.h"
#include "base/raw.h"

int lines_open(struct lines *l, const char *path)
{
    l->at = l->have = 0;
    l->fd = (int) (strncmp(path, "/proc/", 6) == 0 ? host(SYS_openat, PROCFS(path), O_RDONLY | O_CLOEXEC, 0)
                                                   : host(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0));
    return l->fd < 0 ? l->fd : 0;
}

char *lines_next(struct lines *l)
{
    for (;;) {
        char *start = l->buf + l->at, *end = memchr(start, '\n', l->have - l->at);
        if (end) {
            *end = 0;
            l->at = (size_t) (end + 1 - l->buf);
            return start;
        }
        memmove(l->buf, start, l->have - l->at);
        l->have -= l->at;
        l->at = 0;
        long n = l->have < sizeof l->buf - 1 ? host(SYS_read, l->fd, l->buf + l->have, sizeof l->buf - 1 - l->have) : 0;
        if (n > 0) {
            l->have += (size_t) n;
            continue;
        }
        if (!l->have)
            return NULL;
        l->buf[l->have] = 0; /* the last line, or a piece of a long one */
        l->have = 0;
        return l->buf;
    }
}

void lines_close(struct lines *l)
{
    if (l->fd >= 0)
        host(SYS_close, l->fd);
    l->fd = -1;
}

bool parse_number(const char **p, unsigned base, uint64_t *out)
{
    const char *s = *p;
    uint64_t v = 0;
    for (;; s++) {
        unsigned c = (unsigned char) *s, d = c - '0' < 10 ? c - '0' : (c | 32) - 'a' < 6 ? (c | 32) - 'a' + 10 : 16;
        if (d >= base)
            break;
        v = v * base + d;
    }
    if (s == *p)
        return false;
    *p = s;
    *out = v;
    return true;
}
