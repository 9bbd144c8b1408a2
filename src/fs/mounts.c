#include "fs/mounts.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Fields are separated by blanks and hold none: mangle_path() in the kernel writes them in octal. */
static void escape(const char *path, char *out, size_t size)
{
    size_t n = 0;
    for (; *path && n + 5 < size; path++)
        n += (size_t) snprintf(out + n, size - n, strchr(" \t\n\\", *path) ? "\\%03o" : "%c", (unsigned char) *path);
    out[n] = 0;
}

static const char *skip_fields(const char *p, unsigned n)
{
    while (n-- && p) {
        p = strpbrk(p, " \n");
        p = p && *p == ' ' ? p + 1 : NULL;
    }
    return p;
}

static bool below(const char *p, size_t len, const char *dir)
{
    size_t n = strlen(dir);
    return n <= len && memcmp(p, dir, n) == 0 && (n == len || p[n] == '/');
}

/* The mount point of a line and its length, or NULL. */
static const char *mount_point(const char *line, enum mounts_kind kind, size_t *len)
{
    const char *p = skip_fields(line, kind == MOUNTS_TAB ? 1 : 4);
    *len = p ? strcspn(p, " \n") : 0;
    return *len ? p : NULL;
}

static const char *line_end(const char *line)
{
    const char *nl = strchr(line, '\n');
    return nl ? nl + 1 : line + strlen(line);
}

/* The last line of the longest mount point above `root`: later mounts lie over earlier ones. */
static const char *holder(const char *host, enum mounts_kind kind, const char *root, size_t *held)
{
    const char *best = NULL;
    for (const char *line = host; *line; line = line_end(line)) {
        size_t len;
        const char *at = mount_point(line, kind, &len);
        if (!at)
            continue;
        if (len == 1)
            len = 0; /* "/" is above everything */
        bool above = len <= strlen(root) && memcmp(at, root, len) == 0 && (root[len] == '/' || root[len] == 0);
        if (above && (!best || len >= *held)) {
            best = line;
            *held = len;
        }
    }
    return best;
}

/* The line of the mount that holds the root, which is its directory `rest` ("" or "/dir"). */
static void put_root(const char *line, enum mounts_kind kind, const char *rest, struct text *out)
{
    size_t len;
    const char *at = mount_point(line, kind, &len), *end = line_end(line);
    const char *sub = kind == MOUNTS_INFO ? skip_fields(line, 3) : NULL; /* mountinfo tells which part is mounted */
    size_t sub_len = sub ? strcspn(sub, " ") : 0;
    if (sub && *rest) {
        text_add(out, line, (size_t) (sub - line));
        text_add(out, sub, sub_len == 1 ? 0 : sub_len);
        text_printf(out, "%s /", rest);
    } else {
        text_add(out, line, (size_t) (at - line));
        text_add(out, "/", 1);
    }
    text_add(out, at + len, (size_t) (end - (at + len)));
}

void mounts_text(const char *host, enum mounts_kind kind, const char *root, bool sysroot, struct text *out)
{
    char escaped[4 * PATH_MAX];
    size_t held = 0, len;
    escape(root, escaped, sizeof escaped);
    size_t root_len = strlen(escaped);
    const char *best = holder(host, kind, escaped, &held);
    for (const char *line = host; *line; line = line_end(line)) {
        const char *at = mount_point(line, kind, &len), *end = line_end(line);
        if (!at)
            continue;
        if (line == best && (sysroot || !escaped[held])) {
            put_root(line, kind, escaped + held, out);
        } else if (below(at, len, escaped) && len > root_len) {
            text_add(out, line, (size_t) (at - line));
            text_add(out, at + root_len, (size_t) (end - (at + root_len)));
        } else if (sysroot && (below(at, len, "/proc") || below(at, len, "/dev") || below(at, len, "/sys"))) {
            text_add(out, line, (size_t) (end - line));
        }
    }
}
