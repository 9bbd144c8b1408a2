/* Read the maps of a process as data. */
#ifndef MAPS_H
#define MAPS_H

#include "t.h"

struct map_line {
    unsigned long start, end, off, ino;
    unsigned major, minor;
    char rights[5];
    char name[256];
};

enum { MAPS_MAX = 4096 };
static struct map_line maps[MAPS_MAX];
static int maps_count;

/* Whole lines of any file, however long it is. */
T_UNUSED static char *read_all(const char *path)
{
    size_t size = 1 << 16, n = 0;
    char *buf = malloc(size);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t r;
    if (fd < 0)
        return NULL;
    MUST(buf);
    while ((r = read(fd, buf + n, size - 1 - n)) > 0) {
        n += (size_t) r;
        if (n > size / 2)
            MUST((buf = realloc(buf, size *= 2)));
    }
    close(fd);
    buf[n] = 0;
    return buf;
}

T_UNUSED static int maps_read(const char *path)
{
    char *text = read_all(path), *line = text, *next;
    if (!text)
        return -1;
    maps_count = 0;
    for (; *line; line = next) {
        struct map_line *m = &maps[maps_count];
        int at = 0;
        next = strchr(line, '\n');
        MUST(next && maps_count < MAPS_MAX);
        *next++ = 0;
        m->name[0] = 0;
        if (sscanf(line, "%lx-%lx %4s %lx %x:%x %lu %n", &m->start, &m->end, m->rights, &m->off, &m->major, &m->minor,
                   &m->ino, &at) != 7) {
            printf("FAIL: not a line of maps: %s\n", line);
            t_failures++;
            continue;
        }
        snprintf(m->name, sizeof(m->name), "%s", line + at);
        maps_count++;
    }
    free(text);
    return maps_count;
}

T_UNUSED static struct map_line *maps_at(const volatile void *p)
{
    for (int i = 0; i < maps_count; i++)
        if (maps[i].start <= (uintptr_t) p && (uintptr_t) p < maps[i].end)
            return &maps[i];
    return NULL;
}

/* The last part of its name: what the folders above a program are called says nothing. */
T_UNUSED static const char *maps_last(const struct map_line *m)
{
    const char *slash = strrchr(m->name, '/');
    return slash ? slash + 1 : m->name;
}

T_UNUSED static struct map_line *maps_named(const char *name)
{
    for (int i = 0; i < maps_count; i++)
        if (strcmp(maps[i].name, name) == 0)
            return &maps[i];
    return NULL;
}

/* The value of a "Key: 123 kB" line in a text, -1 when there is none. */
T_UNUSED static long field(const char *text, const char *key)
{
    char want[64];
    snprintf(want, sizeof(want), "\n%s:", key);
    const char *p = strncmp(text, want + 1, strlen(want) - 1) == 0 ? text - 1 : strstr(text, want);
    return p ? strtol(p + strlen(want), NULL, 10) : -1;
}

#endif
