/* covers: mbind */
/* only: static (a position-independent program lies in the middle) */
/* A policy for an enormous stretch of addresses at which nothing is. */
#include "t.h"
#include <fcntl.h>
#include <linux/mempolicy.h>

#define FROM 0x100000000ul
#define ENORMOUS (1ul << 45)

/* No part of the library is asked, which might map something there. */
static char maps[1 << 16];

/* Up to the first mapping from there on. */
static unsigned long read_end(void)
{
    size_t n = 0;
    ssize_t r;
    int fd = open("/proc/self/maps", O_RDONLY);
    MUST(fd >= 0);
    while ((r = read(fd, maps + n, sizeof maps - 1 - n)) > 0)
        n += (size_t) r;
    MUST(r == 0 && n < sizeof maps - 1 && close(fd) == 0);
    for (const char *line = maps; *line; line = strchr(line, '\n') + 1) {
        unsigned long a, b;
        MUST(sscanf(line, "%lx-%lx", &a, &b) == 2);
        if (b > FROM)
            return a;
    }
    return 0;
}

int main(void)
{
    unsigned long end = read_end();
    MUST(end > FROM + ENORMOUS);
    show("by default", raw(mbind, FROM, end - FROM, MPOL_DEFAULT, NULL, 0, 0));
    show("from an odd page on", raw(mbind, FROM + 0x5000, end - FROM - 0x5000, MPOL_DEFAULT, NULL, 0, 0));
    return t_end();
}
