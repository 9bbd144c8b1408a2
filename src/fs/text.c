#include "fs/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/raw.h"

char *text_room(struct text *t, size_t n)
{
    if (t->n + n + 1 > t->room) {
        size_t room = MAX(t->n + n + 1, MAX(t->room * 2, 4096u));
        char *p = realloc(t->p, room);
        if (!p) {
            t->failed = true;
            return NULL;
        }
        t->p = p;
        t->room = room;
    }
    return t->p + t->n;
}

void text_add(struct text *t, const void *bytes, size_t n)
{
    char *p = text_room(t, n);
    if (!p)
        return;
    memcpy(p, bytes, n);
    t->n += n;
    t->p[t->n] = 0;
}

void text_printf(struct text *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *p = n < 0 ? NULL : text_room(t, (size_t) n);
    if (!p)
        return;
    va_start(ap, fmt);
    vsnprintf(p, (size_t) n + 1, fmt, ap);
    va_end(ap);
    t->n += (size_t) n;
}

int text_read(struct text *t, int fd)
{
    for (uint64_t off = 0;;) {
        char *p = text_room(t, 1 << 16);
        if (!p)
            return -ENOMEM;
        long r = host(SYS_pread64, fd, p, 1 << 16, off);
        if (r < 0)
            return (int) r;
        t->n += (size_t) r;
        t->p[t->n] = 0;
        if (r == 0)
            return 0;
        off += (uint64_t) r;
    }
}
