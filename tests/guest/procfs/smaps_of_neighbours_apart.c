/* covers: mmap openat read */
/* Mappings far from each other, each used to another extent: each line of smaps tells its own. */
#include "t.h"

#define MIB (1ul << 20)
#define CHUNKS 8
#define FAR (64ul << 30)

static long rss_of(const char *text, const void *start)
{
    char head[32];
    snprintf(head, sizeof head, "%08lx-", (unsigned long) start);
    const char *p = strstr(text, head);
    p = p ? strstr(p, "\nRss:") : NULL;
    return p ? atol(p + 5) : -1;
}

int main(void)
{
    static char text[1 << 18];
    char *p[CHUNKS];
    /* Whole pieces of 2 MiB, side by side for a host that backs addresses in the order of their use. */
    for (int i = 0; i < CHUNKS; i++) {
        p[i] = mmap((void *) (FAR + i * 16 * MIB), 2 * MIB, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        MUST(p[i] != MAP_FAILED && madvise(p[i], 2 * MIB, MADV_NOHUGEPAGE) == 0);
    }
    for (int i = 0; i < CHUNKS; i++)
        for (int k = 0; k <= i * 60; k++)
            p[i][k * T_PAGE] = 1;
    MUST(get_file("/proc/self/smaps", text, sizeof text) > 0);
    for (int i = 0; i < CHUNKS; i++)
        printf("%d pages: %ld kB\n", i * 60 + 1, rss_of(text, p[i]));
    return t_end();
}
