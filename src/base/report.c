/* Messages to the person who runs elfuse: one line each, straight to descriptor 2. */
#include "base/base.h"
#include "base/report.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/raw.h"

static void (*bug_detail)(void);

void report_on_bug(void (*detail)(void))
{
    bug_detail = detail;
}

void report_write(const char *text, size_t n)
{
    while (n) {
        long r = host(SYS_write, 2, text, n);
        if (r <= 0)
            return;
        text += r;
        n -= (size_t) r;
    }
}

static void vline(const char *fmt, va_list ap)
{
    char line[PATH_MAX + 1024] = "elfuse: ", *c = line;
    size_t n = strlen(line);
    vsnprintf(line + n, sizeof line - n - 1, fmt, ap);
    for (; *c; c++) /* one line, whatever names are in it */
        if ((unsigned char) *c < ' ' || *c == 127)
            *c = '?';
    *c++ = '\n';
    report_write(line, (size_t) (c - line));
}

void warn(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vline(fmt, ap);
    va_end(ap);
}

void die(int status, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vline(fmt, ap);
    va_end(ap);
    host(SYS_exit_group, status);
    __builtin_unreachable();
}

void bug(const char *file, int line, const char *what)
{
    static int busy;
    if (!__atomic_exchange_n(&busy, 1, __ATOMIC_SEQ_CST)) {
        warn("internal error at %s:%d: %s", file, line, what);
        if (bug_detail)
            bug_detail();
    }
    host(SYS_exit_group, 125);
    __builtin_unreachable();
}
