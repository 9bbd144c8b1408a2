/* covers: mmap munmap execve */
/* Shared memory at every address that lies below a stack: an exec works all the same, whoever else has a stack there. */
#include <sys/mman.h>

#include "t.h"

#define TOP 0x7ffffffff000ul
#define AREA (16ul << 30) /* a stack begins in these */
#define STEP (2ul << 20)
#define MOST 4000 /* mappings */

static unsigned made;

static bool map_at(uintptr_t at, size_t size)
{
    void *p = mmap((void *) at, size, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (p != MAP_FAILED && p != (void *) at)
        munmap(p, size);
    return p == (void *) at;
}

/* All of it that is free, down to `least`. */
static void fill(uintptr_t at, size_t size, size_t least)
{
    if (made >= MOST || size < least)
        return;
    if (map_at(at, size)) {
        made++;
    } else if (size > T_PAGE) {
        fill(at + size / 2, size / 2, least);
        fill(at, size / 2, least);
    }
}

int main(int argc, char **argv)
{
    const int round = argc > 1 ? atoi(argv[1]) : 0;
    char next[16];
    printf("round %d\n", round);
    if (round == 6)
        return t_end();
    fflush(stdout);
    const uintptr_t end = (uintptr_t) &next & -STEP, start = ((TOP - AREA) & -STEP) + STEP;
    for (uintptr_t at = start; at < TOP - STEP; at += STEP)
        if (map_at(at, STEP))
            munmap((void *) at, STEP);
    for (uintptr_t at = start; at < end; at += AREA / 16)
        fill(at, AREA / 16, T_PAGE);
    CHECK(made > 4);
    snprintf(next, sizeof next, "%d", round + 1);
    execl("/proc/self/exe", argv[0], next, NULL);
    printf("exec: %s\n", strerror(errno));
    return t_end();
}
