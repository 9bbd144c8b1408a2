#include "elf/script.h"

#include <errno.h>
#include <string.h>

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

/* First byte in [from, last] that is no blank, or that is one or a NUL; NULL when there is none. */
static char *find_word(char *from, char *last)
{
    for (; from <= last; from++)
        if (!blank(*from))
            return from;
    return NULL;
}

static char *find_end(char *from, char *last)
{
    for (; from <= last; from++)
        if (blank(*from) || *from == '\0')
            return from;
    return NULL;
}

int script_parse(char buf[SCRIPT_BUF], char **interp, char **arg)
{
    char *last = &buf[SCRIPT_BUF - 1];
    char *end = memchr(buf, '\n', SCRIPT_BUF);
    char *name, *sep;

    if (!end) {
        /* No newline within the buffer. An argument may be cut off, a path must not be. */
        end = find_word(buf + 2, last);
        if (!end || !find_end(end, last))
            return -ENOEXEC;
        end = last;
    }
    while (blank(end[-1]))
        end--;

    name = find_word(buf + 2, end);
    if (!name || name == end)
        return -ENOEXEC;

    sep = find_end(name, end);
    *arg = sep && *sep ? find_word(sep, end) : NULL;
    *end = '\0';
    if (*arg)
        *sep = '\0';
    *interp = name;
    return 0;
}
