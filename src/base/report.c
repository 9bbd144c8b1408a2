/* Messages to the person who runs elfuse: one line each, straight to descriptor 2. */
#include "base/base.h"
#include "base/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/raw.h"

static void (*bug_detail)(void);
static int report_fd = 2;

void report_on_bug(void (*detail)(void))
{
    bug_detail = detail;
}

void report_to(int fd)
{
    report_fd = fd;
}

void report_write(const char *text, size_t n)
{
    while (n) {
        long r = host(SYS_write, report_fd, text, n);
        if (r <= 0)
            return;
        text += r;
        n -= (size_t) r;
    }
}

static void vline(const char *fmt, va_list ap)
{
    char line[1024] = "elfuse: ";
    size_t n = strlen(line);
    vsnprintf(line + n, sizeof line - n - 1, fmt, ap);
    n = strlen(line);
    line[n++] = '\n';
    report_write(line, n);
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
