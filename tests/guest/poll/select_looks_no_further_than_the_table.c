/* covers: select pselect6 */
/* However large the count: the sets end where the table of descriptors does, which here has 512 places. */
#include "t.h"
#include <sys/select.h>

enum { HIGH = 300, PLACES = 512 };

static void put(void *set, int fd)
{
    ((unsigned char *) set)[fd / 8] |= (unsigned char) (1 << fd % 8);
}

static int has(const void *set, int fd)
{
    return ((const unsigned char *) set)[fd / 8] >> fd % 8 & 1;
}

static void look(const char *what, int n, unsigned char *set, int also)
{
    static const struct timespec now;
    unsigned char before[PLACES / 8];
    long r;

    memset(set, 0, PLACES / 8);
    put(set, HIGH);
    if (also)
        put(set, also);
    memcpy(before, set, sizeof before);
    r = raw(select, n, set, 0, 0, &(struct timeval){0});
    printf("%s, %d: ", what, n);
    show("select", r);
    printf("  %d %d\n", has(set, HIGH), also ? has(set, also) : 0);
    memcpy(set, before, sizeof before);
    show("  pselect", raw(pselect6, n, 0, set, 0, &now, 0));
    printf("  %d %d\n", has(set, HIGH), also ? has(set, also) : 0);
}

int main(void)
{
    static const int counts[] = {HIGH, HIGH + 1, PLACES, PLACES + 1, 4096, 65536, 1 << 20, INT_MAX};
    static unsigned char large[8192];
    int fds[2];
    char *page = mmap(NULL, 2 * T_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    MUST(page != MAP_FAILED && mprotect(page + T_PAGE, T_PAGE, PROT_NONE) == 0);
    MUST(pipe(fds) == 0 && write(fds[1], "x", 1) == 1 && dup2(fds[0], HIGH) == HIGH);
    for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
        look("at the edge of memory", counts[i], (unsigned char *) page + T_PAGE - PLACES / 8, 0);
        memset(large, 0xff, sizeof large);
        look("other bytes behind", counts[i], large, 0);
        show("  left alone", memchr(large + PLACES / 8, 0, sizeof large - PLACES / 8) == NULL);
        look("one that is closed", counts[i], large, 400);
    }
    return t_end();
}
